"""A paper that grows downwards, written on in millimetres, whatever the dots of its printer."""

from collections.abc import Iterable, Iterator

from PIL import Image, ImageDraw, ImageFont

from hardware.layout.fonts import CUTS, number_font, text_font
from hardware.profiles.profile import Profile

LONGEST_MM = 400
MARGIN_MM = 1.5
LINE = 1.32  # from line to line, in sizes of the face
BETWEEN_PHRASES = " · "
DRAWN_BETWEEN = " ·\u00a0 "
"""The face gives its dot no width: it stands where the space after it should be."""
RULE_MM = 0.25
BAR_MM, BAR_CAP_MM = 8.5, 3.5
NUMBER_CAP_MM = 20
BESIDE_CAP_MM, BESIDE_CAP_MIN_MM = NUMBER_CAP_MM / 2, 4
BESIDE_GAP_MM = 1.75


class Paper:
    """One slip being written, for a printer's profile; `language` shapes the script."""

    def __init__(self, profile: Profile, language: str) -> None:
        self._width, self._dots_per_mm, self._language = profile.width, profile.dots_per_mm, language
        self._image = Image.new("1", (self._width, self.dots(LONGEST_MM)), 1)
        self._draw = ImageDraw.Draw(self._image)
        self._margin = self.dots(MARGIN_MM)
        self._inner = self._width - 2 * self._margin
        self._y = self._margin

    def dots(self, mm: float) -> int:
        """Return how many dots a length has."""
        return round(mm * self._dots_per_mm)

    def text(self, words: str, cap_mm: float, *, bold: bool = False, gap_mm: float = 1.25) -> None:
        """Write a paragraph in the middle, as many lines as it needs."""
        font = text_font(cap_mm * self._dots_per_mm, self._language, words.split(), self._inner, bold=bold)
        for line in _lines(words, font, self._inner):
            place = (self._width / 2, self._y)
            self._draw.text(place, line, fill=0, font=font, anchor="ma", language=self._language)
            self._y += round(font.size * LINE)
        self.feed(gap_mm)

    def rule(self) -> None:
        """Draw a thin line across."""
        ends = (self._margin, self._y, self._width - self._margin, self._y)
        self._draw.line(ends, fill=0, width=self.dots(RULE_MM))
        self.feed(1.75)

    def bar(self, words: str) -> None:
        """Write white on black in one line: the mark of a slip that is not the original."""
        font = text_font(BAR_CAP_MM * self._dots_per_mm, self._language, [words], self._inner, bold=True)
        height = self.dots(BAR_MM)
        self._draw.rectangle((0, self._y, self._width, self._y + height), fill=0)
        place = (self._width / 2, self._y + height / 2)
        self._draw.text(place, words, fill=1, font=font, anchor="mm", language=self._language)
        self._y += height
        self.feed(2)

    def number(self, label: str, beside: str) -> None:
        """Write the token, 20 mm high where the paper is wide enough, and the size of a party, smaller, beside it."""
        gap = self.dots(BESIDE_GAP_MM) if beside else 0
        least = number_font(beside, self.dots(BESIDE_CAP_MIN_MM), self._inner, CUTS[1:]).getlength(beside)
        room = self._inner - gap - round(least)
        font = number_font(label, self.dots(NUMBER_CAP_MM), room, CUTS[1:] if beside else CUTS)
        left, top, right, bottom = font.getbbox(label)
        wide = right - left
        small = number_font(beside, self.dots(BESIDE_CAP_MM), self._inner - gap - round(wide), CUTS[1:2])
        x = (self._width - wide - gap - small.getlength(beside)) / 2
        self.feed(2.75)
        self._draw.text((x - left, self._y - top), label, fill=0, font=font)
        place = (x + wide + gap, self._y + bottom - top)
        self._draw.text(place, beside, fill=0, font=small, anchor="ls")
        self._y += round(bottom - top)
        self.feed(2.25)

    def picture(self, picture: Image.Image) -> None:
        """Put a picture in the middle."""
        self._image.paste(picture, ((self._width - picture.width) // 2, self._y))
        self._y += picture.height

    def feed(self, mm: float) -> None:
        """Leave a gap."""
        self._y += self.dots(mm)

    def cut(self) -> Image.Image:
        """Return what has been written, black and white, not longer than it has to be."""
        return self._image.crop((0, 0, self._width, self._y))


def _lines(words: str, font: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    """Break a paragraph between its phrases, and a phrase at its spaces only when it is too wide alone."""
    for line in _filled(" ".join(words.split()).split(BETWEEN_PHRASES), DRAWN_BETWEEN, font, width):
        yield from _filled(line.split(" "), " ", font, width)


def _filled(parts: Iterable[str], joint: str, font: ImageFont.FreeTypeFont, width: int) -> Iterator[str]:
    """Put as many parts on a line as it has room for."""
    line = ""
    for part in parts:
        longer = f"{line}{joint}{part}" if line else part
        if line and font.getlength(longer) > width:
            yield line
            longer = part
        line = longer
    if line:
        yield line
