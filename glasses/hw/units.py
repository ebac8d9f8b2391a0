"""H.264 NAL units between the two ways of writing them: Annex B (start codes) and AVCC (lengths)."""

from __future__ import annotations

import re

SPS, PPS, SEI, DELIMITER = 7, 8, 6, 9
_START_CODE = re.compile(rb"\x00\x00\x00?\x01")


def split_annexb(data: bytes) -> list[bytes]:
    """The NAL units of an Annex B byte stream (ITU-T H.264, annex B)."""
    return [unit for unit in _START_CODE.split(data) if unit]


def to_avcc(units: list[bytes]) -> bytes:
    """Picture units, each behind its length in four bytes; parameter sets and delimiters are left out."""
    kept = [unit for unit in units if unit[0] & 0x1F not in (SPS, PPS, SEI, DELIMITER)]
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in kept)


def avcc_record(units: list[bytes]) -> bytes:
    """The avcC record (ISO/IEC 14496-15, 5.3.3.1) of the SPS and PPS among ``units``. Raises ValueError without them."""
    sps = [unit for unit in units if unit[0] & 0x1F == SPS]
    pps = [unit for unit in units if unit[0] & 0x1F == PPS]
    if not sps or not pps:
        raise ValueError("the first frame carries no parameter sets")
    head = bytes([1, *sps[0][1:4], 0xFF, 0xE0 | len(sps)])
    sets = b"".join(len(unit).to_bytes(2, "big") + unit for unit in sps) + bytes([len(pps)])
    return head + sets + b"".join(len(unit).to_bytes(2, "big") + unit for unit in pps)
