"""Whether an encoder keeps the capture profile: looked at in the stream itself, not in what was asked of it."""

from __future__ import annotations

from collections.abc import Iterator

from glasses.errors import CameraProfileError
from glasses.hw.packet import EncodedFrame
from glasses.wire.segment import CaptureProfile

SLICE, KEY_SLICE = 1, 5
BT709, UNSPECIFIED = 1, 2
LIMITED = 1
B_SLICE = 1


class ProfileCheck:
    """Give it every frame, from the first on. ``headers``: the avcC record."""

    def __init__(self, profile: CaptureProfile, headers: bytes) -> None:
        self._profile, self._headers = profile, headers
        self._since_key: int | None = None

    def check(self, frame: EncodedFrame) -> None:
        """Raises CameraProfileError naming what is not as it should be."""
        if self._since_key is None:
            check_picture(self._profile, self._headers, frame)
        kinds = {unit[0] & 0x1F for unit in nal_units(frame.data)} & {SLICE, KEY_SLICE}
        if kinds != ({KEY_SLICE} if frame.is_keyframe else {SLICE}):
            raise CameraProfileError(f"frame {frame.index} holds NAL units of types {sorted(kinds)}")
        if any(slice_type(unit) == B_SLICE for unit in nal_units(frame.data) if unit[0] & 0x1F in (SLICE, KEY_SLICE)):
            raise CameraProfileError(f"frame {frame.index} is a B-frame")
        self._check_gop(frame)

    def _check_gop(self, frame: EncodedFrame) -> None:
        gop = self._profile.gop_frames
        if frame.is_keyframe:
            if self._since_key not in (None, gop):
                raise CameraProfileError(f"a key frame comes after {self._since_key} frames, not {gop}")
            self._since_key = 0
        elif self._since_key is None or self._since_key >= gop:
            raise CameraProfileError(f"no key frame within {gop} frames")
        self._since_key += 1


def check_picture(profile: CaptureProfile, headers: bytes, first: EncodedFrame) -> None:
    """Decode the first frame and compare its size, H.264 profile and colours. Raises CameraProfileError."""
    import av

    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = headers
    decoder.thread_count = 1
    packet = av.Packet(first.data)
    packet.is_keyframe = True
    try:
        shown = [*decoder.decode(packet), *decoder.decode(None)]
    except av.FFmpegError as problem:
        raise CameraProfileError(f"the first frame does not decode: {problem}") from problem
    if not shown:
        raise CameraProfileError("the first frame does not decode")
    found = (shown[0].width, shown[0].height, decoder.profile, decoder.pix_fmt)
    wanted = (profile.width, profile.height, "High", "yuv420p")
    if found != wanted:
        raise CameraProfileError(f"the stream is {_words(found)}, not {_words(wanted)}")
    if decoder.has_b_frames:
        raise CameraProfileError("the stream's header allows B-frames")
    if decoder.colorspace not in (BT709, UNSPECIFIED) or decoder.color_range not in (0, LIMITED):
        raise CameraProfileError(f"the colours are of space {decoder.colorspace} and range {decoder.color_range}, not BT.709 limited")


def nal_units(data: bytes) -> Iterator[bytes]:
    """The units of an AVCC picture. Raises CameraProfileError where a length does not fit."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 0 or at + 4 + size > len(data):
            raise CameraProfileError("a picture's NAL units are cut short")
        yield data[at + 4 : at + 4 + size]
        at += 4 + size


def slice_type(unit: bytes) -> int:
    """0 P, 1 B, 2 I (ITU-T H.264, 7.3.3: first_mb_in_slice, slice_type, both Exp-Golomb; table 7-6)."""
    bits = int.from_bytes(unit[1:13].ljust(12, b"\0"), "big")
    at, value = 96, 0
    for _ in range(2):
        zeros = 0
        while at > 0 and not bits >> (at - 1) & 1:
            zeros, at = zeros + 1, at - 1
        at -= zeros + 1
        value = (bits >> max(at, 0) & (1 << zeros + 1) - 1) - 1
    return value % 5


def _words(found: tuple[int, int, str | None, str | None]) -> str:
    return f"{found[0]}x{found[1]} {found[2]} {found[3]}"
