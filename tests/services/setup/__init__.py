"""Tests of `services/setup`."""
