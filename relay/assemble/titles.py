"""The title card that opens a film, and the poster that stands for it."""

from __future__ import annotations

import io
from typing import cast

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image, ImageDraw, ImageFilter

from glasses.wire.segment import CaptureProfile
from relay.assemble.source import Picture
from relay.assemble.typeset import Block, Face, fit

Rgb = npt.NDArray[np.uint8]
"""(height, width, 3)."""

PAPER = (250, 247, 240)
WARM = (232, 190, 128)
DUSK = np.array([16, 18, 26], np.float32)
POSTER_SIZE = (1280, 720)
_BT709 = {"src_colorspace": Colorspace.ITU709, "dst_colorspace": Colorspace.ITU709}


def title_card(title: str, place: str, dates: str, background: Picture, profile: CaptureProfile) -> Picture:
    """The title over a softened picture of the film, place above and dates below; empty texts are left out. I420."""
    canvas = _softened(rgb(background), (profile.width, profile.height))
    _set_card(canvas, title or "A film", place, dates)
    frame = av.VideoFrame.from_ndarray(np.asarray(canvas, np.uint8), "rgb24")
    yuv = frame.reformat(
        format="yuv420p", src_colorspace=Colorspace.ITU709, dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
    )
    return cast("Picture", yuv.to_ndarray())


def poster(picture: Rgb, title: str, caption: str = "") -> bytes:
    """A JPEG of 1280 x 720: a picture of the film with its title at the foot."""
    canvas = Image.fromarray(picture).resize(POSTER_SIZE, Image.Resampling.LANCZOS)
    width, height = POSTER_SIZE
    heading = fit(title or "A film", Face.SERIF, width_px=width - 140, size_px=64, least_px=36, lines=2)
    below = fit(caption, Face.SANS, width_px=width - 140, size_px=30, least_px=22)
    shade = np.clip((np.linspace(0, 1, height) - 0.45) / 0.55, 0, 1)[:, None, None] ** 1.2 * 0.85
    canvas = Image.fromarray((np.asarray(canvas, np.float32) * (1 - shade) + DUSK * shade).astype(np.uint8))
    draw = ImageDraw.Draw(canvas)
    top = height - 56 - heading.height_px - below.height_px
    heading.draw(draw, 70, top, PAPER)
    below.draw(draw, 72, top + heading.height_px + 6, WARM)
    return _encoded(canvas, "JPEG", quality=88)


def rgb(picture: Picture) -> Rgb:
    """An I420 picture as RGB."""
    frame = av.VideoFrame.from_ndarray(picture, "yuv420p")
    plain = frame.reformat(
        format="rgb24", src_colorspace=Colorspace.ITU709, dst_colorspace=Colorspace.ITU709, src_color_range=ColorRange.MPEG
    )
    return cast("Rgb", plain.to_ndarray())


def _softened(picture: Rgb, size: tuple[int, int]) -> Image.Image:
    """Out of focus, darkened to the edges: blurred small, since that is quick and looks the same."""
    small = Image.fromarray(picture).resize((240, 135), Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(5))
    soft = np.asarray(small.resize(size, Image.Resampling.BICUBIC), np.float32)
    y, x = np.ogrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j]
    shade = np.clip(0.52 + 0.22 * (x * x + y * y), 0, 0.88).astype(np.float32)[:, :, None]
    grain = np.random.default_rng(7).normal(0, 1.2, (size[1], size[0], 1)).astype(np.float32)  # hides banding
    return Image.fromarray(np.clip(soft * (1 - shade) + DUSK * shade + grain, 0, 255).astype(np.uint8))


def _set_card(canvas: Image.Image, title: str, place: str, dates: str) -> None:
    width, height = canvas.size
    draw = ImageDraw.Draw(canvas)
    heading = fit(title, Face.SERIF, width_px=width * 3 // 4, size_px=height // 9, least_px=height // 22, lines=3)
    above = fit(_spaced(place), Face.SANS_BOLD, width_px=width * 3 // 4, size_px=height // 30, least_px=height // 45)
    below = fit(dates, Face.SANS, width_px=width * 3 // 4, size_px=height // 26, least_px=height // 45)
    gap, rule = height // 30, height // 18
    top = (height - above.height_px - gap * bool(place) - heading.height_px - (rule + below.height_px) * bool(dates)) / 2 - height / 40
    top = _line(draw, above, top, WARM, gap * bool(place), width)
    top = _line(draw, heading, top, PAPER, 0, width)
    if dates:
        draw.line([(width / 2 - 46, top + rule / 2), (width / 2 + 46, top + rule / 2)], fill=WARM, width=max(2, height // 400))
        below.draw(draw, 0, top + rule, PAPER, centred_on_px=width / 2)


def _line(draw: ImageDraw.ImageDraw, block: Block, top: float, fill: tuple[int, int, int], gap: int, width: int) -> float:
    block.draw(draw, 0, top, fill, centred_on_px=width / 2)
    return top + block.height_px + gap


def _spaced(text: str) -> str:
    """Capitals with thin spaces between, as small headings are set."""
    return "\u2002\u2002".join("\u200a\u200a".join(word) for word in text.upper().split())


def _encoded(canvas: Image.Image, form: str, **options: int) -> bytes:
    out = io.BytesIO()
    canvas.save(out, form, **options)
    return out.getvalue()
