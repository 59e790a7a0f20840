"""Tests of `domain/figures`."""
