"""Tests of the benchmarks and of the figures of structure."""
