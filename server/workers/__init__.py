"""Loops over outboxes: the only place of the server that drives hardware."""
