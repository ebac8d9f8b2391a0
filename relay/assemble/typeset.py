"""Text set into a given width: two typefaces (Source Serif and Source Sans, SIL OFL: Latin, Greek, Cyrillic), shrunk, wrapped, cut."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from PIL import ImageDraw, ImageFont

ELLIPSIS = "…"


class Face(StrEnum):
    """Package and file of a typeface."""

    SERIF = "font_source_serif_pro/SourceSerifPro-Semibold.otf"
    SANS = "font_source_sans_pro/SourceSansPro-Regular.otf"
    SANS_BOLD = "font_source_sans_pro/SourceSansPro-Semibold.otf"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that fit, in the size that was found for them."""

    lines: tuple[str, ...]
    face: Face
    size_px: int

    @property
    def line_height_px(self) -> int:
        return round(self.size_px * 1.22)

    @property
    def height_px(self) -> int:
        return self.line_height_px * len(self.lines)

    def draw(self, canvas: ImageDraw.ImageDraw, left_px: float, top_px: float, fill: Colour, *, centred_on_px: float | None = None) -> None:
        """Lines from ``top_px`` down, from ``left_px`` on or centred."""
        typeface = font(self.face, self.size_px)
        for number, line in enumerate(self.lines):
            x = left_px if centred_on_px is None else centred_on_px - typeface.getlength(line) / 2
            canvas.text((x, top_px + number * self.line_height_px), line, fill=fill, font=typeface)


Colour = tuple[int, int, int] | tuple[int, int, int, int]


@lru_cache(maxsize=64)
def font(face: Face, size_px: int) -> ImageFont.FreeTypeFont:
    package, name = face.split("/")
    return ImageFont.truetype(str(files(package) / "files" / name), size_px)


def fit(text: str, face: Face, *, width_px: int, size_px: int, least_px: int, lines: int = 1) -> Block:
    """The text at the largest size from ``size_px`` down to ``least_px`` that fits; what still does not ends in an ellipsis."""
    words = _plain(text)
    size = size_px
    while True:
        wrapped = _wrap(words, font(face, size), width_px)
        if len(wrapped) <= lines and all(font(face, size).getlength(line) <= width_px for line in wrapped):
            return Block(tuple(wrapped), face, size)
        if size <= least_px:
            return Block(_cut(wrapped, lines, font(face, size), width_px), face, size)
        size = max(least_px, round(size * 0.92))


def _plain(text: str) -> str:
    """Composed letters, single spaces (thin ones stay: they are there on purpose), no control characters, which cannot be set."""
    spaced = re.sub(r"[ \t\r\n]+", " ", unicodedata.normalize("NFC", text))
    return "".join(letter for letter in spaced if unicodedata.category(letter)[0] != "C").strip(" ")


def _wrap(text: str, typeface: ImageFont.FreeTypeFont, width_px: int) -> list[str]:
    lines: list[str] = []
    for word in filter(None, text.split(" ")):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and typeface.getlength(longer) <= width_px:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut(wrapped: list[str], lines: int, typeface: ImageFont.FreeTypeFont, width_px: int) -> tuple[str, ...]:
    kept = [_shorten(line, typeface, width_px) for line in wrapped[:lines]]
    if len(wrapped) > lines and not kept[-1].endswith(ELLIPSIS):
        kept[-1] = _shorten(kept[-1] + ELLIPSIS, typeface, width_px)
    return tuple(kept)


def _shorten(line: str, typeface: ImageFont.FreeTypeFont, width_px: int) -> str:
    if typeface.getlength(line) <= width_px:
        return line
    body = line.removesuffix(ELLIPSIS)
    while body and typeface.getlength(body + ELLIPSIS) > width_px:
        body = body[:-1].rstrip()
    return body + ELLIPSIS
