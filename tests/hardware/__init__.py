"""Tests of the hardware library."""
