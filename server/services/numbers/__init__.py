"""Numbers given in blocks. Door: `leases`."""
