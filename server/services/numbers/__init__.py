"""Numbers given one by one, and in blocks. Doors: `labels`, `leases`."""
