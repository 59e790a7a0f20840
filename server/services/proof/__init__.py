"""Proof of a centre's record, and of that of the installation. Doors: `verify`, `installation`, `heads`."""
