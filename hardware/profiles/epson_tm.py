"""Epson's TM series: they cut, answer every status command, and acknowledge what they have printed.

Source: Epson's ESC/POS reference, which lists DLE EOT and GS ( H function 48 for these models.
"""

from hardware.profiles.profile import Profile

TM_T20 = Profile(
    name="epson-tm-t20",  # from the T20II on, T81III, T82II and later
    escpos="TM-T20II",
    width=576,
    dots_per_mm=8,
    cuts=True,
    acknowledges=True,
    status=(1, 2, 3, 4),
)
TM_T88 = Profile(
    name="epson-tm-t88",  # from the T88IV on
    escpos="TM-T88V",
    width=512,
    dots_per_mm=180 / 25.4,
    cuts=True,
    acknowledges=True,
    status=(1, 2, 3, 4),
)
PROFILES = (TM_T20, TM_T88)
