"""A screen as a picture: on black, which is clear on a see-through display; white words, one colour, shapes that do without it."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageOps

from glasses.hud.cards import Card, CardKind
from glasses.hud.icons import draw_icon
from glasses.hud.screen import Screen, Status, clock_text
from glasses.hud.typeset import ELLIPSIS, Block, Colour, Weight, fit

WIDTH_PX, HEIGHT_PX = 640, 400
SMOOTH = 2
"""Drawn so many times larger and then reduced: smooth edges at any size."""
MARGIN = 32
STRIP_BOTTOM = 64
ICON = 84
TEXT_LEFT = MARGIN + ICON + 28
BODY_BOTTOM = 372
BLACK, WHITE, SOFT, FAINT = (0, 0, 0), (250, 250, 250), (196, 204, 212), (140, 148, 156)
RED, AMBER, GREEN, BLUE, ORANGE = (255, 92, 84), (255, 200, 72), (104, 226, 148), (130, 196, 255), (255, 160, 64)
COLOURS = {
    CardKind.NOTE: WHITE, CardKind.LISTENING: AMBER, CardKind.RECORDING: RED, CardKind.SAVED: WHITE, CardKind.SAFE: GREEN,
    CardKind.ANSWER: BLUE, CardKind.SEEN: WHITE, CardKind.FILM: BLUE, CardKind.OFFLINE: SOFT, CardKind.FAULT: ORANGE,
}  # fmt: skip
POSTER = (256, 144)
QR = 268
"""On white: readers of QR codes want the light around the dark, and a see-through display shows black as nothing."""


def render(screen: Screen) -> Image.Image:
    """RGB, ``WIDTH_PX`` x ``HEIGHT_PX``. A poster that cannot be read is left out."""
    picture = Image.new("RGB", (WIDTH_PX * SMOOTH, HEIGHT_PX * SMOOTH), BLACK)
    canvas = ImageDraw.Draw(picture)
    _strip(canvas, screen)
    if screen.card is not None:
        poster = _poster(screen.card.poster)
        if screen.card.kind is CardKind.RECORDING and screen.status.recording_s is not None:
            _recording(canvas, screen.card, screen.status.recording_s)
        elif screen.card.qr:
            _with_qr(picture, canvas, screen.card)
        elif poster is not None:
            _with_poster(picture, canvas, screen.card, poster)
        else:
            _plain(canvas, screen.card)
    return picture.reduce(SMOOTH)


def _strip(canvas: ImageDraw.ImageDraw, screen: Screen) -> None:
    status = screen.status
    showing_time = screen.card is not None and screen.card.kind is CardKind.RECORDING
    if status.recording_s is not None and not showing_time:
        _dot(canvas, MARGIN + 8, 38, 8, RED)
        _text(canvas, clock_text(status.recording_s), Weight.BOLD, MARGIN + 28, 20, 26, WHITE)
    right = float(WIDTH_PX - MARGIN)
    if status.battery_fraction is not None:
        right = _battery(canvas, right, status)
    if not status.online:
        draw_icon(canvas, CardKind.OFFLINE, (right - 26) * SMOOTH, 24 * SMOOTH, 26 * SMOOTH, SOFT)


def _battery(canvas: ImageDraw.ImageDraw, right: float, status: Status) -> float:
    """The gauge and its number; returns where the next thing may end."""
    fraction = status.battery_fraction or 0.0
    low = fraction <= 0.15 and not status.charging
    colour = ORANGE if low else WHITE
    left, top, width, height = right - 46, 28.0, 40.0, 20.0
    _box(canvas, left, top, left + width, top + height, 5, outline=colour, line=2.5)
    _box(canvas, left + width + 2, top + 6, left + width + 6, top + height - 6, 1.5, fill=colour)
    _box(canvas, left + 5, top + 5, left + 5 + max(2.0, (width - 10) * fraction), top + height - 5, 2, fill=colour)
    block = _block(f"{fraction:.0%}" + (" +" if status.charging else ""), Weight.BOLD, 160, 30, 24, 24)
    number_left = left - 12 - block.width_px / SMOOTH
    block.draw(canvas, number_left * SMOOTH, 22 * SMOOTH, colour)
    return number_left - 18


def _recording(canvas: ImageDraw.ImageDraw, card: Card, seconds: float) -> None:
    draw_icon(canvas, CardKind.RECORDING, MARGIN * SMOOTH, 142 * SMOOTH, 104 * SMOOTH, RED)
    _text(canvas, clock_text(seconds), Weight.BOLD, MARGIN + 136, 106, 128, WHITE)
    _hint(canvas, card.hint, MARGIN, WIDTH_PX - MARGIN, WHITE)


def _plain(canvas: ImageDraw.ImageDraw, card: Card) -> None:
    colour = COLOURS[card.kind]
    bottom = _hint(canvas, card.hint, MARGIN, WIDTH_PX - MARGIN, colour)
    title, lines = _words(card, WIDTH_PX - MARGIN - TEXT_LEFT, bottom - STRIP_BOTTOM - 16)
    height = _height(title, lines)
    top = STRIP_BOTTOM + max(16.0, (bottom - STRIP_BOTTOM - height) / 2 - 4)
    icon_top = top + max(0.0, (title.line_height_px / SMOOTH - ICON) / 2) if lines else top + (height - ICON) / 2
    draw_icon(canvas, card.kind, MARGIN * SMOOTH, max(STRIP_BOTTOM + 8, icon_top) * SMOOTH, ICON * SMOOTH, colour)
    _set(canvas, title, lines, TEXT_LEFT, top)


def _with_poster(picture: Image.Image, canvas: ImageDraw.ImageDraw, card: Card, poster: Image.Image) -> None:
    left, top = WIDTH_PX - MARGIN - POSTER[0], STRIP_BOTTOM + 36
    mask = Image.new("L", poster.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, poster.width - 1, poster.height - 1), 14 * SMOOTH, fill=255)
    picture.paste(poster, (left * SMOOTH, top * SMOOTH), mask)
    middle_x, middle_y = left + POSTER[0] / 2, top + POSTER[1] / 2
    _dot(canvas, middle_x, middle_y, 30, BLACK)
    _dot(canvas, middle_x, middle_y, 27, WHITE)
    triangle = ((middle_x - 8, middle_y - 13), (middle_x - 8, middle_y + 13), (middle_x + 15, middle_y))
    canvas.polygon([(x * SMOOTH, y * SMOOTH) for x, y in triangle], fill=BLACK)
    bottom = _hint(canvas, card.hint, MARGIN, WIDTH_PX - MARGIN, COLOURS[card.kind])
    title, lines = _words(card, left - MARGIN - 24, bottom - STRIP_BOTTOM - 36)
    _set(canvas, title, lines, MARGIN, STRIP_BOTTOM + 28)


def _with_qr(picture: Image.Image, canvas: ImageDraw.ImageDraw, card: Card) -> None:
    left, top = WIDTH_PX - MARGIN - QR, STRIP_BOTTOM + 24
    picture.paste(_qr(card.qr, QR * SMOOTH), (left * SMOOTH, top * SMOOTH))
    title, lines = _words(card, left - MARGIN - 24, BODY_BOTTOM - STRIP_BOTTOM - 36)
    _set(canvas, title, lines, MARGIN, STRIP_BOTTOM + 36)


def _qr(text: str, size_px: int) -> Image.Image:
    """Dark on white with the quiet zone that readers want, in a square of ``size_px``; a module is a whole number of pixels."""
    import segno

    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(scale=1, border=4)]
    small = Image.new("1", (len(rows), len(rows)))
    small.putdata([0 if dark else 1 for row in rows for dark in row])
    module_px = size_px // len(rows)
    square = Image.new("RGB", (size_px, size_px), WHITE)
    large = small.resize((len(rows) * module_px,) * 2, Image.Resampling.NEAREST).convert("RGB")
    square.paste(large, ((size_px - large.width) // 2,) * 2)
    return square


def _words(card: Card, width: float, height: float) -> tuple[Block, list[Block]]:
    """The title in at most two lines, then the lines in what is left; each is shrunk before it is cut."""
    lines = [line for line in card.lines if line.strip()]
    title = _block(card.title, Weight.BOLD, width, min(height, 120) if lines else height, 60, 38)
    blocks: list[Block] = []
    left = height - title.height_px / SMOOTH - 10
    for number, line in enumerate(lines):
        room = left / (len(lines) - number)
        if room < 28:
            break
        blocks.append(_block(line, Weight.REGULAR, width, room, 31, 22))
        left -= blocks[-1].height_px / SMOOTH + 6
    smallest = min((block.size_px for block in blocks), default=0) // SMOOTH
    return title, [
        _block(line, Weight.REGULAR, width, height, smallest, smallest) if _whole(block) else block
        for line, block in zip(lines, blocks, strict=False)
    ]


def _whole(block: Block) -> bool:
    """Nothing was cut: it may be set in the size of its neighbour."""
    return not any(line.endswith(ELLIPSIS) for line in block.lines)


def _height(title: Block, lines: list[Block]) -> float:
    return title.height_px / SMOOTH + (10 if lines else 0) + sum(block.height_px / SMOOTH + 6 for block in lines)


def _set(canvas: ImageDraw.ImageDraw, title: Block, lines: list[Block], left: float, top: float) -> None:
    title.draw(canvas, left * SMOOTH, top * SMOOTH, WHITE)
    top += title.height_px / SMOOTH + 10
    for number, block in enumerate(lines):
        block.draw(canvas, left * SMOOTH, top * SMOOTH, WHITE if number == 0 else SOFT)
        top += block.height_px / SMOOTH + 6


def _hint(canvas: ImageDraw.ImageDraw, hint: str, left: float, right: float, colour: Colour) -> float:
    """What to do, in a frame along the bottom; returns where the rest of the card must end."""
    if not hint:
        return BODY_BOTTOM
    block = _block(hint, Weight.REGULAR, int(right - left - 40), 62, 27, 20)
    height = block.height_px / SMOOTH + 18
    top = BODY_BOTTOM - height
    _box(canvas, left, top, left + block.width_px / SMOOTH + 40, BODY_BOTTOM, min(22.0, height / 2), outline=colour, line=2)
    block.draw(canvas, (left + 20) * SMOOTH, (top + 7) * SMOOTH, WHITE)
    return top - 12


def _poster(path: str) -> Image.Image | None:
    if not path:
        return None
    try:
        with Image.open(path) as found:
            return ImageOps.fit(found.convert("RGB"), (POSTER[0] * SMOOTH, POSTER[1] * SMOOTH))
    except (OSError, SyntaxError, ValueError):  # what Pillow raises for a damaged picture: the card says enough without it
        return None


def _block(text: str, weight: Weight, width: float, height: float, size: int, least: int) -> Block:
    return fit(text, weight, width_px=int(width * SMOOTH), height_px=int(height * SMOOTH), size_px=size * SMOOTH, least_px=least * SMOOTH)


def _text(canvas: ImageDraw.ImageDraw, text: str, weight: Weight, left: float, top: float, size: int, colour: Colour) -> None:
    block = _block(text, weight, WIDTH_PX - MARGIN - left, size * 1.3, size, size // 2)
    block.draw(canvas, left * SMOOTH, top * SMOOTH, colour)


def _box(
    canvas: ImageDraw.ImageDraw, left: float, top: float, right: float, bottom: float, radius: float,
    *, fill: Colour | None = None, outline: Colour | None = None, line: float = 0.0,
) -> None:  # fmt: skip
    box = (left * SMOOTH, top * SMOOTH, right * SMOOTH, bottom * SMOOTH)
    canvas.rounded_rectangle(box, radius * SMOOTH, fill=fill, outline=outline, width=round(line * SMOOTH))


def _dot(canvas: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: Colour) -> None:
    canvas.ellipse([(x - radius) * SMOOTH, (y - radius) * SMOOTH, (x + radius) * SMOOTH, (y + radius) * SMOOTH], fill=colour)
