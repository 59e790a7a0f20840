"""What a driver, the layout and the encoder must know of a printer's model."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """A model: `width` in dots that it can print, `strip` in rows of dots that it takes as one raster.

    `status` are the numbers n of DLE EOT n (1 printer, 2 offline cause, 3 error, 4 paper) that it answers; without any,
    nobody can ask how it is. `acknowledges`: it answers GS ( H function 48. `escpos` is its name in python-escpos.
    """

    name: str
    escpos: str
    width: int
    dots_per_mm: float
    cuts: bool
    acknowledges: bool
    status: tuple[int, ...]
    strip: int = 128
