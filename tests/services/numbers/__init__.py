"""Tests of `services/numbers`."""
