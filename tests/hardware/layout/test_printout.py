"""A slip made ready for a printer."""

from io import BytesIO

from PIL import Image, ImageChops

from hardware.layout.escpos import encode
from hardware.layout.printout import prepare
from hardware.layout.slip import render
from hardware.profiles.generic_escpos import GENERIC_58
from tests.hardware.slips import SLIP


def test_a_printout_holds_one_slip_as_a_picture_and_as_commands() -> None:
    printout, picture = prepare(SLIP, GENERIC_58, "J001"), render(SLIP, GENERIC_58)
    assert (printout.id, printout.commands) == ("J001", encode(picture, GENERIC_58, "J001"))
    kept = Image.open(BytesIO(printout.picture))
    assert (kept.format, kept.size) == ("PNG", picture.size)
    assert ImageChops.difference(kept.convert("L"), picture.convert("L")).getbbox() is None
