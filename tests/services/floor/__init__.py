"""Tests of `services/floor`."""
