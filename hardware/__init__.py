"""Printers, slips and devices: a leaf library that knows no queues.

Its doors are `registry.open_printer`, which gives the driver of a printer, `layout.printout.prepare`, which makes a
slip ready for it, and the value types of `values`.
"""
