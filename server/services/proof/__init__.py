"""Proof of a centre's record. Door: `verify`."""
