"""Text set into a given room in Source Sans (SIL OFL: Latin, Greek, Cyrillic): shrunk, wrapped, and only then cut."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from PIL import ImageDraw, ImageFont

ELLIPSIS = "…"
LEADING = 1.22
Colour = tuple[int, int, int]


class Weight(StrEnum):
    REGULAR = "SourceSansPro-Regular.otf"
    BOLD = "SourceSansPro-Semibold.otf"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that fit, in the size that was found for them."""

    lines: tuple[str, ...]
    weight: Weight
    size_px: int

    @property
    def line_height_px(self) -> int:
        return round(self.size_px * LEADING)

    @property
    def height_px(self) -> int:
        return self.line_height_px * len(self.lines)

    @property
    def width_px(self) -> float:
        return max((typeface(self.weight, self.size_px).getlength(line) for line in self.lines), default=0.0)

    def draw(self, canvas: ImageDraw.ImageDraw, left_px: float, top_px: float, fill: Colour) -> None:
        for number, line in enumerate(self.lines):
            canvas.text((left_px, top_px + number * self.line_height_px), line, fill=fill, font=typeface(self.weight, self.size_px))


@lru_cache(maxsize=32)
def typeface(weight: Weight, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(files("font_source_sans_pro") / "files" / weight), size_px)


def fit(text: str, weight: Weight, *, width_px: int, height_px: int, size_px: int, least_px: int) -> Block:
    """The largest size from ``size_px`` down to ``least_px`` at which all of it fits; what still does not ends in an ellipsis."""
    words = plain(text).split()
    for size in range(size_px, least_px - 1, -2):
        lines = _wrap(words, weight, size, width_px)
        if len(lines) * round(size * LEADING) <= height_px and all(_length(line, weight, size) <= width_px for line in lines):
            return Block(tuple(lines), weight, size)
    lines = _wrap(words, weight, least_px, width_px)
    room = max(1, int(height_px / round(least_px * LEADING)))
    return Block(_cut(lines, room, weight, least_px, width_px), weight, least_px)


def plain(text: str) -> str:
    """Composed letters, no control characters, which cannot be set."""
    return "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in unicodedata.normalize("NFC", text))


def _wrap(words: list[str], weight: Weight, size_px: int, width_px: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _length(longer, weight, size_px) <= width_px:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut(lines: list[str], room: int, weight: Weight, size_px: int, width_px: int) -> tuple[str, ...]:
    kept = lines[:room]
    if len(lines) > room:
        kept[-1] += ELLIPSIS
    return tuple(_shorten(line, weight, size_px, width_px) for line in kept)


def _shorten(line: str, weight: Weight, size_px: int, width_px: int) -> str:
    if _length(line, weight, size_px) <= width_px:
        return line
    body = line.removesuffix(ELLIPSIS)
    while body and _length(body + ELLIPSIS, weight, size_px) > width_px:
        body = body[:-1].rstrip()
    return body + ELLIPSIS


def _length(text: str, weight: Weight, size_px: int) -> float:
    return typeface(weight, size_px).getlength(text)
