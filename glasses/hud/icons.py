"""The small pictures of the cards, drawn in a square of a given size. Each is told from the others by its shape alone."""

from __future__ import annotations

from collections.abc import Callable

from PIL import ImageDraw

from glasses.hud.cards import CardKind
from glasses.hud.typeset import Colour

Draw = Callable[[ImageDraw.ImageDraw, float, float, float, Colour], None]
"""Canvas, left, top, size in pixels, colour."""


def draw_icon(canvas: ImageDraw.ImageDraw, kind: CardKind, left: float, top: float, size: float, colour: Colour) -> None:
    ICONS[kind](canvas, left, top, size, colour)


def _listening(canvas: ImageDraw.ImageDraw, left: float, top: float, size: float, colour: Colour) -> None:
    """Five bars of sound."""
    bar, gap = size * 0.11, size * 0.1125
    for number, height in enumerate((0.34, 0.7, 1.0, 0.58, 0.26)):
        x, half = left + number * (bar + gap), size * height / 2
        canvas.rounded_rectangle((x, top + size / 2 - half, x + bar, top + size / 2 + half), bar / 2, fill=colour)


def _recording(canvas: ImageDraw.ImageDraw, left: float, top: float, size: float, colour: Colour) -> None:
    """A full circle in a ring."""
    width = round(size * 0.07)
    canvas.ellipse((left, top, left + size, top + size), outline=colour, width=width)
    inset = size * 0.22
    canvas.ellipse((left + inset, top + inset, left + size - inset, top + size - inset), fill=colour)


def _saved(canvas: ImageDraw.ImageDraw, left: float, top: float, size: float, colour: Colour) -> None:
    """An arrow into a tray."""
    width, middle = round(size * 0.09), left + size / 2
    canvas.line((middle, top + size * 0.04, middle, top + size * 0.6), fill=colour, width=width)
    tip = (middle, top + size * 0.66)
    canvas.line((left + size * 0.26, top + size * 0.4, *tip), fill=colour, width=width)
    canvas.line((left + size * 0.74, top + size * 0.4, *tip), fill=colour, width=width)
    _dot(canvas, *tip, width / 2, colour)
    tray = [(left + size * 0.06, top + size * 0.62), (left + size * 0.06, top + size * 0.95)]
    tray += [(left + size * 0.94, top + size * 0.95), (left + size * 0.94, top + size * 0.62)]
    canvas.line(tray, fill=colour, width=width, joint="curve")


def _safe(canvas: ImageDraw.ImageDraw, left: float, top: float, size: float, colour: Colour) -> None:
    """A shield with a tick."""
    width = round(size * 0.075)
    sides = (
        (0.5, 0.02),
        (0.9, 0.16),
        (0.9, 0.5),
        (0.78, 0.76),
        (0.5, 0.97),
        (0.22, 0.76),
        (0.1, 0.5),
        (0.1, 0.16),
        (0.5, 0.02),
        (0.9, 0.16),
    )
    canvas.line([(left + x * size, top + y * size) for x, y in sides], fill=colour, width=width, joint="curve")
    tick = [(left + x * size, top + y * size) for x, y in ((0.32, 0.48), (0.46, 0.63), (0.7, 0.34))]
    canvas.line(tick, fill=colour, width=round(size * 0.1), joint="curve")
    for point in (tick[0], tick[-1]):
        _dot(canvas, *point, size * 0.05, colour)


def _answer(canvas: ImageDraw.ImageDraw, left: float, top: float, size: float, colour: Colour) -> None:
    """A speech bubble."""
    width = round(size * 0.075)
    canvas.rounded_rectangle((left, top + size * 0.06, left + size, top + size * 0.76), size * 0.2, outline=colour, width=width)
    canvas.polygon(
        [(left + size * 0.22, top + size * 0.72), (left + size * 0.5, top + size * 0.72), (left + size * 0.2, top + size)], fill=colour
    )
    for number in range(3):
        _dot(canvas, left + size * (0.29 + 0.21 * number), top + size * 0.41, size * 0.06, colour)


def _seen(canvas: ImageDraw.ImageDraw, left: float, top: float, size: float, colour: Colour) -> None:
    """An eye."""
    width = round(size * 0.075)
    canvas.arc((left - size * 0.1, top + size * 0.22, left + size * 1.1, top + size * 1.22), 212, 328, fill=colour, width=width)
    canvas.arc((left - size * 0.1, top - size * 0.22, left + size * 1.1, top + size * 0.78), 32, 148, fill=colour, width=width)
    _dot(canvas, left + size / 2, top + size / 2, size * 0.17, colour)


def _film(canvas: ImageDraw.ImageDraw, left: float, top: float, size: float, colour: Colour) -> None:
    """A frame with a triangle: play."""
    width = round(size * 0.075)
    canvas.rounded_rectangle((left, top + size * 0.1, left + size, top + size * 0.9), size * 0.14, outline=colour, width=width)
    canvas.polygon([(left + x * size, top + y * size) for x, y in ((0.38, 0.3), (0.38, 0.7), (0.72, 0.5))], fill=colour)


def _offline(canvas: ImageDraw.ImageDraw, left: float, top: float, size: float, colour: Colour) -> None:
    """Waves with a stroke through them."""
    width = round(size * 0.085)
    for radius in (0.78, 0.5, 0.22):
        box = (left + size * (0.5 - radius), top + size * (0.84 - radius), left + size * (0.5 + radius), top + size * (0.84 + radius))
        canvas.arc(box, 225, 315, fill=colour, width=width)
    _dot(canvas, left + size / 2, top + size * 0.84, size * 0.06, colour)
    canvas.line((left + size * 0.1, top + size * 0.08, left + size * 0.9, top + size * 0.96), fill=(0, 0, 0), width=width * 3)
    canvas.line((left + size * 0.1, top + size * 0.08, left + size * 0.9, top + size * 0.96), fill=colour, width=width)


def _fault(canvas: ImageDraw.ImageDraw, left: float, top: float, size: float, colour: Colour) -> None:
    """A triangle with a mark of exclamation."""
    corners = [(left + size / 2, top + size * 0.06), (left + size * 0.98, top + size * 0.92), (left + size * 0.02, top + size * 0.92)]
    canvas.line([*corners, *corners[:2]], fill=colour, width=round(size * 0.08), joint="curve")
    canvas.rounded_rectangle((left + size * 0.455, top + size * 0.36, left + size * 0.545, top + size * 0.66), size * 0.045, fill=colour)
    _dot(canvas, left + size / 2, top + size * 0.77, size * 0.055, colour)


def _note(canvas: ImageDraw.ImageDraw, left: float, top: float, size: float, colour: Colour) -> None:
    """Two round glasses."""
    width, eye = round(size * 0.075), size * 0.42
    for x in (left, left + size - eye):
        canvas.ellipse((x, top + size * 0.29, x + eye, top + size * 0.29 + eye), outline=colour, width=width)
    canvas.arc((left + size * 0.38, top + size * 0.4, left + size * 0.62, top + size * 0.6), 180, 360, fill=colour, width=width)


def _dot(canvas: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: Colour) -> None:
    canvas.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


ICONS: dict[CardKind, Draw] = {
    CardKind.NOTE: _note, CardKind.LISTENING: _listening, CardKind.RECORDING: _recording, CardKind.SAVED: _saved, CardKind.SAFE: _safe,
    CardKind.ANSWER: _answer, CardKind.SEEN: _seen, CardKind.FILM: _film, CardKind.OFFLINE: _offline, CardKind.FAULT: _fault,
}  # fmt: skip
