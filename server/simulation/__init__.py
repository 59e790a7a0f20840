"""Whole days of a centre through the real services, on a clock of their own."""
