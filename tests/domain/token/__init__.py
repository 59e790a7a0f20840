"""Tests of `domain/token`."""
