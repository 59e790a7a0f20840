"""Pure rules over small frozen values: no I/O, no clock, the standard library only."""
