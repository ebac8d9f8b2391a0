"""A photo as a clip of a few seconds: the picture drifts slowly and comes a little nearer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from glasses.wire.segment import CaptureProfile
from relay.assemble.film import ClipUnreadableError
from relay.assemble.normalise import write_clip
from relay.assemble.source import Source

FRAMES = 135
"""Three GOPs and the fades around them: four seconds are shown."""
NEARER = 0.10
"""How much nearer the picture comes, as a share of its width."""
DRIFT = 0.5
"""How far it drifts within the room that this leaves."""
NARROW = 1.25
"""Photos with less width than this per height stand before a softened copy of themselves, whole."""
Rgb = npt.NDArray[np.uint8]


def photo_clip(video_id: str, path: Path, out: Path, profile: CaptureProfile, frames: int = FRAMES) -> Source:
    """Turned as its EXIF says, without sound. Raises ClipUnreadableError."""
    try:
        with Image.open(path) as photo:
            upright = ImageOps.exif_transpose(photo).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as problem:  # Pillow's decoders raise all of them
        raise ClipUnreadableError(video_id, f"the photo does not decode: {problem}") from problem
    scene = _scene(upright, profile)
    return write_clip(video_id, out, profile, _pan(scene, profile, frames, leftwards=sum(video_id.encode()) % 2 == 0), None)


def _scene(photo: Image.Image, profile: CaptureProfile) -> Rgb:
    """16:9, a little larger than a frame, so that nothing is enlarged when it comes nearer."""
    size = (round(profile.width * (1 + NEARER)) // 2 * 2, round(profile.height * (1 + NEARER)) // 2 * 2)
    if photo.width / photo.height >= NARROW:
        return np.asarray(ImageOps.fit(photo, size, Image.Resampling.LANCZOS, centering=(0.5, 0.4)), np.uint8)
    ground = ImageOps.fit(photo, (size[0] // 8, size[1] // 8)).filter(ImageFilter.GaussianBlur(6)).resize(size, Image.Resampling.BICUBIC)
    dark = Image.fromarray((np.asarray(ground, np.float32) * 0.55).astype(np.uint8))
    whole = ImageOps.contain(photo, size, Image.Resampling.LANCZOS)
    dark.paste(whole, ((size[0] - whole.width) // 2, (size[1] - whole.height) // 2))
    return np.asarray(dark, np.uint8)


def _pan(scene: Rgb, profile: CaptureProfile, frames: int, *, leftwards: bool) -> Iterator[av.VideoFrame]:
    height, width = scene.shape[:2]
    for number in range(frames):
        way = number / (frames - 1)
        eased = way * way * (3 - 2 * way)
        scale = profile.width * (1 + NEARER * (1 - eased)) / profile.width * (width / profile.width) / (1 + NEARER)
        room_x, room_y = width - profile.width * scale, height - profile.height * scale
        across = 0.5 + DRIFT * (eased - 0.5) * (-1 if leftwards else 1)
        shift = np.array([[scale, 0, room_x * across], [0, scale, room_y * 0.45]], np.float32)
        seen = cv2.warpAffine(scene, shift, (profile.width, profile.height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        yield av.VideoFrame.from_ndarray(np.asarray(seen, np.uint8), "rgb24").reformat(
            format="yuv420p", src_colorspace=Colorspace.ITU709, dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
