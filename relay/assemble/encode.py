"""H.264 for the parts of a film that are not copied: profile High like the clips, but with headers of their own (id 1).

Entropy coding is CAVLC: for the few encoded frames its speed (twice that of CABAC at such quality) matters more than their size.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext

from glasses.wire.segment import CaptureProfile
from relay.assemble.source import Picture

SPS_ID = 1
"""The capture profile's headers have id 0; both are in the film's one avcC record."""
QP = 20
"""Fades are short: near-transparent quality costs little, and 42 dB against the unencoded blend is the aim. A fixed quantiser, because
a quality that is kept by looking ahead (CRF) takes a third more time and gives 1 dB less on fades of such pictures."""
PRESET = "ultrafast"


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    """``data`` is AVCC: NAL units behind four-byte lengths."""

    data: bytes
    is_keyframe: bool


class FilmEncoder:
    """Pictures in, one EncodedPicture out for each, starting with an IDR picture. Headers are the same for every instance."""

    def __init__(self, profile: CaptureProfile, *, preset: str = PRESET) -> None:
        self._fps = profile.fps
        self._codec = _open(profile, preset)
        self._count = 0

    @property
    def avcc(self) -> bytes:
        return bytes(self._codec.extradata or b"")

    def encode(self, picture: Picture | av.VideoFrame) -> list[EncodedPicture]:
        """An I420 array, or a frame of that kind, whose time is set anew."""
        frame = picture if isinstance(picture, av.VideoFrame) else av.VideoFrame.from_ndarray(picture, "yuv420p")
        frame.pts, frame.time_base = self._count, Fraction(1, self._fps)
        self._count += 1
        return _pictures(self._codec, frame)

    def flush(self) -> list[EncodedPicture]:
        return _pictures(self._codec, None)


def _pictures(codec: VideoCodecContext, frame: av.VideoFrame | None) -> list[EncodedPicture]:
    return [EncodedPicture(bytes(packet), packet.is_keyframe) for packet in codec.encode(frame)]


def _open(profile: CaptureProfile, preset: str) -> VideoCodecContext:
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = profile.width, profile.height, "yuv420p"
    codec.time_base, codec.framerate = Fraction(1, profile.fps), Fraction(profile.fps)
    codec.color_primaries = codec.color_trc = codec.colorspace = codec.color_range = 1  # BT.709, limited
    codec.flags |= Flags.global_header
    fixed = {
        "sps-id": SPS_ID, "keyint": profile.gop_frames, "min-keyint": profile.gop_frames, "scenecut": 0, "open-gop": 0, "bframes": 0,
        "ref": 1, "weightp": 0, "cabac": 0, "8x8dct": 0, "stitchable": 1, "annexb": 0, "threads": 1, "sliced-threads": 0,
    }  # fmt: skip
    codec.options = {
        "preset": preset,
        "tune": "zerolatency",
        "profile": "high",
        "level": "4.0",
        "qp": str(QP),
        "x264-params": ":".join(f"{name}={value}" for name, value in fixed.items()),
    }
    codec.open()
    return codec
