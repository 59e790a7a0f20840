"""Proof: results computed anew from what was recorded."""
