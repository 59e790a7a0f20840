"""Printers, slips and devices: a leaf library that knows no queues."""
