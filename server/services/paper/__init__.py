"""Slips and their printers. Doors: `slips`, `printers`, `claims`."""
