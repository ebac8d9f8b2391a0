"""A film on one page: a strip of pictures for each clip, with when, where and who."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from relay.assemble.titles import Rgb
from relay.assemble.typeset import Face, fit

WIDTH_PX = 1680
MARGIN_PX = 72
TEXT_PX = 330
"""Width of the column of words at the left."""
GAP_PX = 10
ROW_GAP_PX = 34
ROUNDING_PX = 8

PAPER = (250, 248, 243)
INK = (34, 33, 38)
SOFT = (122, 116, 108)
ACCENT = (176, 112, 52)
HAIR = (226, 220, 209)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One clip. ``when``, ``place`` and ``people`` as they shall be read; ``note`` is a smaller line, say the reason."""

    pictures: Sequence[Rgb]
    when: str
    place: str = ""
    people: str = ""
    note: str = ""


def contact_sheet(title: str, subtitle: str, rows: Sequence[SheetRow], *, footer: str = "") -> bytes:
    """A PNG, 1,680 pixels wide and as high as its rows. All pictures are shown as 16:9."""
    picture = _picture_size(max((len(row.pictures) for row in rows), default=4))
    heading = fit(title or "A film", Face.SERIF, width_px=WIDTH_PX - 2 * MARGIN_PX, size_px=64, least_px=36, lines=2)
    top = MARGIN_PX + heading.height_px + 70
    row_px = max(picture[1], 150) + ROW_GAP_PX
    canvas = Image.new("RGB", (WIDTH_PX, top + row_px * len(rows) + MARGIN_PX + (30 if footer else 0)), PAPER)
    draw = ImageDraw.Draw(canvas)
    heading.draw(draw, MARGIN_PX, MARGIN_PX - 16, INK)
    below = fit(subtitle, Face.SANS, width_px=WIDTH_PX - 2 * MARGIN_PX, size_px=26, least_px=20)
    below.draw(draw, MARGIN_PX + 2, MARGIN_PX - 8 + heading.height_px, ACCENT)
    for number, row in enumerate(rows):
        _draw_row(canvas, draw, row, number, top + number * row_px, picture)
    if footer:
        foot = fit(footer, Face.SANS, width_px=WIDTH_PX - 2 * MARGIN_PX, size_px=20, least_px=16)
        foot.draw(draw, MARGIN_PX + 2, canvas.height - MARGIN_PX - 6, SOFT)
    out = io.BytesIO()
    canvas.save(out, "PNG", optimize=True)
    return out.getvalue()


def _picture_size(per_row: int) -> tuple[int, int]:
    room = WIDTH_PX - 2 * MARGIN_PX - TEXT_PX - GAP_PX * (per_row - 1)
    return room // per_row, room // per_row * 9 // 16


def _draw_row(canvas: Image.Image, draw: ImageDraw.ImageDraw, row: SheetRow, number: int, top: int, size: tuple[int, int]) -> None:
    draw.line([(MARGIN_PX, top - ROW_GAP_PX // 2), (WIDTH_PX - MARGIN_PX, top - ROW_GAP_PX // 2)], fill=HAIR, width=1)
    _draw_words(draw, row, number, top)
    mask = _rounded(size)
    for column, picture in enumerate(row.pictures):
        small = Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS)
        canvas.paste(small, (MARGIN_PX + TEXT_PX + column * (size[0] + GAP_PX), top), mask)


def _draw_words(draw: ImageDraw.ImageDraw, row: SheetRow, number: int, top: int) -> None:
    left, width = MARGIN_PX + 62, TEXT_PX - 62 - 24
    numeral = fit(str(number + 1), Face.SERIF, width_px=56, size_px=40, least_px=24)
    numeral.draw(draw, MARGIN_PX, top - 8, ACCENT)
    lines = (
        (fit(row.when, Face.SANS, width_px=width, size_px=20, least_px=16), SOFT),
        (fit(row.place, Face.SANS_BOLD, width_px=width, size_px=24, least_px=18, lines=2), INK),
        (fit(row.people, Face.SANS, width_px=width, size_px=21, least_px=17, lines=2), INK),
        (fit(row.note, Face.SANS, width_px=width, size_px=16, least_px=15, lines=2), SOFT),
    )
    at = float(top)
    for block, colour in lines:
        block.draw(draw, left, at, colour)
        at += block.height_px + (5 if block.lines else 0)


def _rounded(size: tuple[int, int]) -> Image.Image:
    large = Image.new("L", (size[0] * 4, size[1] * 4), 0)
    ImageDraw.Draw(large).rounded_rectangle([0, 0, size[0] * 4 - 1, size[1] * 4 - 1], ROUNDING_PX * 4, fill=255)
    return large.resize(size, Image.Resampling.LANCZOS)
