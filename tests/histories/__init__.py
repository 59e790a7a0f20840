"""Recorded concurrent histories, checked for linearizability against a pure model of the floor."""
