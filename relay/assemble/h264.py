"""H.264 headers and units as MP4 holds them (ISO/IEC 14496-15): the avcC record, and length-prefixed NAL units."""

from __future__ import annotations

from typing import NamedTuple

LENGTH_BYTES = 4


class ParameterSets(NamedTuple):
    """The SPS and PPS of an avcC record, without start codes. ``extension`` is what High profile adds behind them."""

    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    extension: bytes = b""


def parse_avcc(record: bytes) -> ParameterSets:
    """Raises ValueError for anything but a whole avcC record with four-byte lengths."""
    if len(record) < 7 or record[0] != 1 or (record[4] & 3) + 1 != LENGTH_BYTES:
        raise ValueError("not an avcC record with lengths of four bytes")
    sps, at = _units(record, 6, record[5] & 31)
    if at >= len(record):
        raise ValueError("the avcC record holds no PPS")
    pps, at = _units(record, at + 1, record[at])
    return ParameterSets(sps, pps, record[at:])


def join_avcc(sets: list[ParameterSets]) -> bytes:
    """One record for a track whose pictures come from several encoders. It states the highest profile and level among them.

    Each set must keep its own ids (x264 ``sps-id``): players look a slice's headers up by id.
    """
    sps = list(dict.fromkeys(unit for one in sets for unit in one.sps))
    pps = list(dict.fromkeys(unit for one in sets for unit in one.pps))
    top = max(sps, key=lambda unit: (unit[1], unit[3]))
    head = bytes([1, top[1], top[2], max(unit[3] for unit in sps), 0xFC | LENGTH_BYTES - 1])
    extension = next((one.extension for one in sets if one.extension), b"")
    return head + bytes([0xE0 | len(sps)]) + _prefixed(sps) + bytes([len(pps)]) + _prefixed(pps) + extension


def annexb(sets: ParameterSets) -> bytes:
    """The same headers behind Annex B start codes."""
    return b"".join(b"\0\0\0\1" + unit for unit in (*sets.sps, *sets.pps))


def length_prefixed(sets: ParameterSets) -> bytes:
    """The same headers as NAL units before a picture (avc3)."""
    return b"".join(len(unit).to_bytes(LENGTH_BYTES, "big") + unit for unit in (*sets.sps, *sets.pps))


def clash(all_sets: list[ParameterSets]) -> bool:
    """True when two encoders use one id for different headers: the headers must then stand before each key frame."""
    sps = {unit for one in all_sets for unit in one.sps}
    pps = {unit for one in all_sets for unit in one.pps}
    return len({_id(unit, 4) for unit in sps}) < len(sps) or len({_id(unit, 1) for unit in pps}) < len(pps)


def is_whole(data: bytes) -> bool:
    """True when ``data`` is one or more NAL units whose lengths add up to it exactly."""
    at = 0
    while at + LENGTH_BYTES < len(data):
        at += LENGTH_BYTES + int.from_bytes(data[at : at + LENGTH_BYTES], "big")
    return bool(data) and at == len(data)


def _id(unit: bytes, skipped: int) -> int:
    """The Exp-Golomb number (7.3.2.1, 7.3.2.2) that stands behind the unit's first ``skipped`` bytes: its own id."""
    bits = int.from_bytes(unit[skipped : skipped + 8].ljust(8, b"\0"), "big")
    zeros = 64 - bits.bit_length()
    return (bits >> (63 - 2 * zeros)) - 1


def _units(record: bytes, at: int, count: int) -> tuple[tuple[bytes, ...], int]:
    units: list[bytes] = []
    for _ in range(count):
        size = int.from_bytes(record[at : at + 2], "big")
        unit = record[at + 2 : at + 2 + size]
        if size < LENGTH_BYTES or len(unit) != size:
            raise ValueError("the avcC record is cut short")
        units.append(unit)
        at += 2 + size
    return tuple(units), at


def _prefixed(units: list[bytes]) -> bytes:
    return b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)
