"""The figures of structure of this tree, measured from its source: `python -m bench.house`."""
