"""Loops over the outbox: the only place of the server that drives hardware."""
