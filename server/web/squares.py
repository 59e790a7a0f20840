"""QR codes as pages draw them."""

from dataclasses import dataclass

import qrcode

QUIET_MODULES = 4


@dataclass(frozen=True, slots=True)
class Squares:
    """A QR code as an SVG path of unit squares, and its side in modules with the quiet zone."""

    path: str
    side: int


def squares_of(text: str) -> Squares:
    """Return the QR code of a text."""
    code = qrcode.QRCode(border=QUIET_MODULES, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Squares(path, len(rows))
