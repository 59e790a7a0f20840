"""Tests of `domain/calling`."""
