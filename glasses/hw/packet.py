"""One encoded picture as an encoder hands it over, and the H.264 headers that go with it.

Pictures are in AVCC form: each NAL unit behind its length in four bytes, big endian (ISO/IEC 14496-15),
as MP4 stores them. The SPS and PPS are not repeated in them; they travel once, as an avcC record.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """``data`` is AVCC; ``index`` counts frames of the camera, 1/fps apart; a key frame stands first in its closed GOP."""

    data: bytes
    index: int
    is_keyframe: bool
    at_s: float | None = None
    """When it was taken, by the clock that also times the sound; None: not known."""


def annexb_headers(avcc: bytes) -> bytes:
    """The SPS and PPS of an avcC record behind Annex B start codes. Raises ValueError for anything else."""
    if len(avcc) < 7 or avcc[0] != 1:
        raise ValueError("not an avcC record")
    units: list[bytes] = []
    at = _take(avcc, 6, avcc[5] & 31, units)
    if at >= len(avcc):
        raise ValueError("the avcC record holds no PPS")
    _take(avcc, at + 1, avcc[at], units)
    return b"".join(b"\0\0\0\1" + unit for unit in units)


def _take(avcc: bytes, at: int, count: int, units: list[bytes]) -> int:
    for _ in range(count):
        size = int.from_bytes(avcc[at : at + 2], "big")
        unit = avcc[at + 2 : at + 2 + size]
        if not size or len(unit) != size:
            raise ValueError("the avcC record is cut short")
        units.append(unit)
        at += 2 + size
    return at
