"""What a file is: a photo, a clip that films may copy, a clip in another form, or neither."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, TypeAlias

import av
from PIL import Image, UnidentifiedImageError

from glasses.wire.segment import PROFILE, CaptureProfile, Kind
from relay.extract.facts import NotAVideoError, Probe

Packet: TypeAlias = "av.Packet[av.VideoStream]"
PHOTOS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")
"""Kinds of pictures that are looked at; some of the others that Pillow knows start programs."""
CONTAINERS = {"format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi", "protocol_whitelist": "file"}
"""Kinds of files that hold their media themselves. A list of addresses (HLS, concat) is none: it could name what is not its sender's."""
MOST_PIXELS = 100_000_000


def probe(path: Path, profile: CaptureProfile = PROFILE) -> Probe:
    """Reads headers and packets and decodes the first picture. Raises NotAVideoError."""
    return _photo(path) or _clip(path, profile)


def _photo(path: Path) -> Probe | None:
    try:
        with Image.open(path, formats=PHOTOS) as photo:
            if photo.width * photo.height > MOST_PIXELS:
                raise NotAVideoError(f"{path.name}: a photo of {photo.width} x {photo.height} is too large")
            photo.load()
            codec = (photo.format or "").lower()
            return Probe(kind=Kind.PHOTO, frames=1, width=photo.width, height=photo.height, codec=codec, reason="a photo")
    except UnidentifiedImageError:
        return None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as problem:  # all of them for damaged photos
        raise NotAVideoError(f"{path.name}: the photo is damaged: {problem}") from problem


def _clip(path: Path, profile: CaptureProfile) -> Probe:
    try:
        with av.open(str(path), options=CONTAINERS) as container:
            if not container.streams.video:
                raise NotAVideoError(f"{path.name}: there is no picture in it")
            stream = container.streams.video[0]
            if stream.width * stream.height > MOST_PIXELS:
                raise NotAVideoError(f"{path.name}: pictures of {stream.width} x {stream.height} are too large")
            track = _read(container, stream)
            if track.frames == 0 or not _decodes(path):
                raise NotAVideoError(f"{path.name}: its pictures do not decode")
            reason = _off_profile(container, stream, profile) or track.off_grid(profile)
            return Probe(
                duration_s=track.duration_s, frames=track.frames, width=stream.width, height=stream.height,
                fps=round(track.frames / track.duration_s, 3) if track.duration_s else 0.0, codec=stream.codec_context.name,
                has_audio=bool(container.streams.audio), on_profile=not reason, reason=reason,
            )  # fmt: skip
    except (av.FFmpegError, OSError) as problem:
        raise NotAVideoError(f"{path.name}: {problem}") from problem


class _Track(NamedTuple):
    """The video packets of a file, without what they hold."""

    frames: int
    duration_s: float
    times: list[Fraction]
    """Seconds from the first frame, in the order of the file."""
    keys: list[bool]
    damage: str

    def off_grid(self, profile: CaptureProfile) -> str:
        """How times or key frames leave the profile's grid; empty when they do not."""
        if self.damage:
            return self.damage
        for index, (time, key) in enumerate(zip(self.times, self.keys, strict=True)):
            if time != Fraction(index, profile.fps):
                return f"frame {index} is at {float(time):.4f} s, not at {index / profile.fps:.4f} s"
            if key != (index % profile.gop_frames == 0):
                return f"frame {index} is off the grid of a key frame each {profile.gop_frames}"
        return ""


def _read(container: av.container.InputContainer, stream: av.VideoStream) -> _Track:
    times: list[Fraction] = []
    keys: list[bool] = []
    damage = ""
    start = end = Fraction(0)
    try:
        for packet in container.demux(stream):
            if packet.pts is None or packet.size == 0:
                continue
            at = packet.pts * packet.time_base
            start = at if not times else start
            times.append(at - start)
            keys.append(packet.is_keyframe)
            end = max(end, at - start + (packet.duration or 0) * packet.time_base)
    except av.FFmpegError as problem:
        damage = f"the file is damaged after {float(end):.1f} s: {problem}"
    return _Track(len(times), float(end), times, keys, damage)


def _decodes(path: Path) -> bool:
    with av.open(str(path), options=CONTAINERS) as container:
        return next(iter(container.decode(container.streams.video[0])), None) is not None


def _off_profile(container: av.container.InputContainer, stream: av.VideoStream, profile: CaptureProfile) -> str:
    context = stream.codec_context
    audio = container.streams.audio[0] if container.streams.audio else None
    demands = [
        (context.name, "h264", "codec"),
        ((stream.width, stream.height), (profile.width, profile.height), "size"),
        (context.pix_fmt, "yuv420p", "pixel format"),
        (context.has_b_frames, False, "B-frames"),
        (stream.time_base, Fraction(1, profile.ticks_per_second), "time base"),
        (audio.codec_context.name if audio else "aac", "aac", "sound"),
        (audio.rate if audio else profile.audio_rate_hz, profile.audio_rate_hz, "sound rate"),
    ]
    for found, wanted, what in demands:
        if found != wanted:
            return f"{what} is {found}, not {wanted}"
    return ""
