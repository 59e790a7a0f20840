"""Tests of `services/views`."""
