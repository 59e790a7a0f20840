"""Tests of the profiles of printers."""
