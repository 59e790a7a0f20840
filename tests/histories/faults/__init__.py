"""Faults that a server of a queue really had or could have; a small sleep stands where the race is."""
