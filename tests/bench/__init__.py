"""Tests of the benchmarks that reproduce figures."""
