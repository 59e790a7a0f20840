"""Benchmarks and figures that are measured, not asserted."""
