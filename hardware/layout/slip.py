"""Lays a slip out as a picture, pure black on white, for the paper of a printer's profile."""

from math import ceil

import qrcode
from PIL import Image

from hardware.layout.paper import Paper
from hardware.profiles.profile import Profile
from hardware.values import Slip

QR_MM = 25
QUIET = 4  # modules, ISO/IEC 18004
FOOT_MM = 8


def render(slip: Slip, profile: Profile) -> Image.Image:
    """Return the slip as a black and white picture, as wide as the profile and not longer than it has to be."""
    paper = Paper(profile, slip.language)
    if slip.copy:
        paper.bar(slip.copy_mark)
    paper.text(slip.centre, 3, bold=True, gap_mm=0.75)
    paper.rule()
    for line in slip.service:
        paper.text(line, 2.6, gap_mm=0)
    if slip.then:
        paper.text(slip.then, 2.6, gap_mm=0)
    paper.number(slip.label, f"×{slip.party}" if slip.party > 1 else "")
    paper.text(slip.facts, 3.2, bold=True)
    if slip.visit:
        paper.text(slip.visit, 2.8, bold=True, gap_mm=0.5)
    paper.text(slip.issued, 2.4, gap_mm=0.5)
    paper.picture(_qr(slip.address, paper.dots(QR_MM)))
    paper.text(slip.address_caption, 2.4, gap_mm=1.5)
    paper.text(slip.promise, 2.8, bold=True, gap_mm=1.5)
    paper.text(slip.help, 2.4, gap_mm=0)
    paper.feed(FOOT_MM)
    return paper.cut()


def _qr(address: str, least: int) -> Image.Image:
    """Return a QR code at least so many dots wide without its quiet zone."""
    code = qrcode.QRCode(border=QUIET, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(address)
    code.make()
    code.box_size = ceil(least / code.modules_count)
    picture: Image.Image = code.make_image().get_image()
    return picture.convert("1")
