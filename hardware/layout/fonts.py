"""The faces of a slip in sizes of dots: one for each script, with Latin, and a condensed one for the number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont, features

FOLDER = Path(__file__).parents[1] / "fonts"
CAP = 0.7  # cap height of the text faces in their size
FACE = "AnekDevanagari-{}.ttf"
FACES: Mapping[str, str] = {}
"""The face of a language written in neither Devanagari nor Latin, by its code; with both weights, and Latin too."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut of the number's face: `width` in percent, `weight` from 100 to 800."""

    width: int
    weight: int


CONDENSED, NARROW = Cut(85, 800), Cut(75, 800)
CUTS = (CONDENSED, NARROW, Cut(75, 600), Cut(75, 500))  # each narrower than the one before; the face has no narrower


def shapes_indic() -> bool:
    """Whether Pillow can shape Indic scripts: it needs raqm, which needs the system's libfribidi0."""
    return bool(features.check("raqm"))


def text_font(cap: float, language: str, words: Iterable[str], width: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    """Return a language's face with capitals `cap` dots high, or lower, so that no word is wider than `width` dots."""
    name = FACES.get(language, FACE).format("Bold" if bold else "Medium")
    font = _text_face(name, round(cap / CAP))
    widest = max((font.getlength(word) for word in words), default=0)
    return font if widest <= width else _text_face(name, int(font.size * width / widest))


def number_font(label: str, cap: int, width: int, cuts: tuple[Cut, ...] = CUTS) -> ImageFont.FreeTypeFont:
    """Return the number's face with capitals `cap` dots high in the widest cut in which a label fits `width` dots.

    Where even the narrowest is too wide, it is that one, as high as the width lets it be.
    """
    for cut in cuts:
        font = _number_face(cap, cut)
        left, _, right, _ = font.getbbox(label)
        if right - left <= width:
            return font
    return _number_face(int(cap * width / (right - left)), cuts[-1])


@cache
def _text_face(name: str, size: int) -> ImageFont.FreeTypeFont:
    engine = ImageFont.Layout.RAQM if shapes_indic() else ImageFont.Layout.BASIC
    return ImageFont.truetype(FOLDER / name, size, layout_engine=engine)


@cache
def _number_face(cap: int, cut: Cut) -> ImageFont.FreeTypeFont:
    """Return the number's face in the size whose capitals are `cap` dots high."""
    _, top, _, bottom = _sized(cap, cut).getbbox("N")
    return _sized(round(cap * cap / (bottom - top)), cut)


def _sized(size: int, cut: Cut) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(FOLDER / "AnekDevanagari-Latin-Width.woff2", size)
    font.set_variation_by_axes([_axis(axis["name"], cut) for axis in font.get_variation_axes()])
    return font


def _axis(name: bytes | str, cut: Cut) -> int:
    text = name.decode() if isinstance(name, bytes) else name
    return cut.weight if text.lower().startswith("weight") else cut.width
