"""Lays a slip out as a picture: 576 dots wide at 8 dots a millimetre, pure black on white."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw, ImageFont, features

from hardware.values import Slip

WIDTH = 576
DOTS_PER_MM = 8
MARGIN = 12
FONTS = Path(__file__).parents[1] / "fonts"
CAP = 0.7  # cap height of the face in its size
NUMBER_CAP_MM = 20
QR_MM = 25
QUIET = 4  # modules, ISO/IEC 18004
FOOT_MM = 8
BESIDE_GAP = 14
CONDENSED, NARROW = 85, 75  # width of the number's face, in percent
PARTY_CAP_MIN = 32


def shapes_indic() -> bool:
    """Whether Pillow can shape Indic scripts: it needs raqm, which needs the system's libfribidi0."""
    return bool(features.check("raqm"))


@dataclass(slots=True)
class _Paper:
    """A picture that grows downwards."""

    image: Image.Image
    language: str
    y: int = MARGIN

    def text(self, words: str, mm: float, *, bold: bool = False, gap: int = 10) -> None:
        """Write a paragraph in the middle, as many lines as it needs; `mm` is its cap height."""
        font = _font(round(mm * DOTS_PER_MM / CAP), bold)
        draw = ImageDraw.Draw(self.image)
        for line in _lines(words, font, WIDTH - 2 * MARGIN):
            draw.text((WIDTH / 2, self.y), line, fill=0, font=font, anchor="ma", language=self.language)
            self.y += round(font.size * 1.32)
        self.y += gap

    def rule(self) -> None:
        """Draw a thin line across."""
        ImageDraw.Draw(self.image).line((MARGIN, self.y, WIDTH - MARGIN, self.y), fill=0, width=2)
        self.y += 14

    def bar(self, words: str) -> None:
        """Write white on black: the mark of a slip that is not the original."""
        font = _font(40, True)
        draw = ImageDraw.Draw(self.image)
        draw.rectangle((0, self.y, WIDTH, self.y + 68), fill=0)
        draw.text((WIDTH / 2, self.y + 34), words, fill=1, font=font, anchor="mm", language=self.language)
        self.y += 68 + 16

    def number(self, label: str, beside: str) -> None:
        """Write the token, 20 mm high, and beside it, half as high or as the paper lets it be, the size of a party."""
        font = _number_font(NUMBER_CAP_MM * DOTS_PER_MM, NARROW if beside else CONDENSED)
        self.y += 14
        left, top, right, bottom = font.getbbox(label)
        small = _fitting(beside, WIDTH - 2 * MARGIN - BESIDE_GAP - round(right - left))
        space = BESIDE_GAP + small.getlength(beside) if beside else 0
        x, base = (WIDTH - (right - left) - space) / 2, self.y + 8 + bottom - top
        draw = ImageDraw.Draw(self.image)
        draw.text((x - left, self.y + 8 - top), label, fill=0, font=font)
        draw.text((x + right - left + BESIDE_GAP, base), beside, fill=0, font=small, anchor="ls")
        self.y += round(bottom - top) + 26

    def picture(self, picture: Image.Image) -> None:
        """Put a picture in the middle."""
        self.image.paste(picture, ((WIDTH - picture.width) // 2, self.y))
        self.y += picture.height


def render(slip: Slip) -> Image.Image:
    """Return the slip as a black and white picture, not longer than it has to be."""
    paper = _Paper(Image.new("1", (WIDTH, 2400), 1), slip.language)
    if slip.copy:
        paper.bar(slip.copy_mark)
    paper.text(slip.centre, 3, bold=True, gap=6)
    paper.rule()
    for line in slip.service:
        paper.text(line, 2.6, gap=0)
    if slip.then:
        paper.text(slip.then, 2.6, gap=0)
    paper.number(slip.label, f"×{slip.party}" if slip.party > 1 else "")
    paper.text(slip.facts, 3.2, bold=True)
    paper.text(slip.issued, 2.4, gap=4)
    paper.picture(_qr(slip.address))
    paper.text(slip.address_caption, 2.4, gap=12)
    paper.text(slip.promise, 2.8, bold=True, gap=12)
    paper.text(slip.help, 2.4, gap=0)
    return paper.image.crop((0, 0, WIDTH, paper.y + FOOT_MM * DOTS_PER_MM))


def _qr(address: str) -> Image.Image:
    code = qrcode.QRCode(border=QUIET, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(address)
    code.make()
    code.box_size = ceil(QR_MM * DOTS_PER_MM / code.modules_count)
    picture: Image.Image = code.make_image().get_image()
    return picture.convert("1")


def _lines(words: str, font: ImageFont.FreeTypeFont, width: int) -> Iterable[str]:
    """Break a paragraph at its spaces."""
    line = ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > width:
            yield line
            longer = word
        line = longer
    if line:
        yield line


@cache
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    engine = ImageFont.Layout.RAQM if shapes_indic() else ImageFont.Layout.BASIC
    name = "AnekDevanagari-Bold.ttf" if bold else "AnekDevanagari-Medium.ttf"
    return ImageFont.truetype(FONTS / name, size, layout_engine=engine)


@cache
def _number_font(cap: int, width: int) -> ImageFont.FreeTypeFont:
    """Return the condensed face in the size whose capitals are `cap` dots high."""
    tried = _condensed(cap, width)
    _, top, _, bottom = tried.getbbox("N")
    return _condensed(round(cap * cap / (bottom - top)), width)


def _fitting(words: str, width: int) -> ImageFont.FreeTypeFont:
    """Return the narrow face, half as high as the number or less, in which words are not wider than `width` dots."""
    half = NUMBER_CAP_MM * DOTS_PER_MM // 2
    wide = _number_font(half, NARROW).getlength(words)
    fitting = int(half * width / wide) if wide else half
    return _number_font(max(PARTY_CAP_MIN, min(half, fitting)), NARROW)


def _condensed(size: int, width: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(FONTS / "AnekDevanagari-Latin-Width.woff2", size)
    font.set_variation_by_axes([_axis(axis["name"], width) for axis in font.get_variation_axes()])
    return font


def _axis(name: bytes | str, width: int) -> int:
    text = name.decode() if isinstance(name, bytes) else name
    return 800 if text.lower().startswith("weight") else width
