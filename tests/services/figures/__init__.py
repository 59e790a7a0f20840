"""Tests of `services/figures`."""
