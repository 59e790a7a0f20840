"""A sample of small faults planted in our Python, and whether the tests see them: `python -m tests.mutants`."""
