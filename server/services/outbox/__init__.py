"""Work behind the commit: queued with what it belongs to, done by workers. Doors: `jobs`, `kinds`."""
