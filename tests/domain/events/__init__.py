"""Tests of `domain/events`."""
