"""Tests of `services/proof`."""
