"""Drivers, one file each: what keeps the protocol of `hardware.printer` over one kind of connection."""
