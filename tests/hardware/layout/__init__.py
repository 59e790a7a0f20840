"""Tests of the slip on paper."""
