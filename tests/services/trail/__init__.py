"""Tests of who is there."""
