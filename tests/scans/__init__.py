"""Scanners that are not ours, set on a server of ours: `make scan`."""
