"""Tests of what is known of citizens."""
