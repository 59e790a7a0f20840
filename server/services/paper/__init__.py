"""Slips on paper. Door: `slips`."""
