"""Printers of no known make: they print a raster at 203 dots an inch, and nothing more is taken for granted.

Some of them print the letters of a command they do not know, or never answer. One that does answer deserves a profile.
"""

from hardware.profiles.profile import Profile

GENERIC_80 = Profile(
    name="generic-80",
    escpos="NT-80-V-UL",
    width=576,
    dots_per_mm=8,
    cuts=True,
    acknowledges=False,
    status=(),
)
GENERIC_58 = Profile(
    name="generic-58",
    escpos="NT-5890K",
    width=384,
    dots_per_mm=8,
    cuts=False,
    acknowledges=False,
    status=(),
)
PROFILES = (GENERIC_80, GENERIC_58)
