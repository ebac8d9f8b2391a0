"""The boxes of an MP4 file that the film's muxer does not write itself: chapters, the index of its fragments (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

HEAD_BYTES = 8


class Box(NamedTuple):
    kind: bytes
    start: int
    end: int


class Fragment(NamedTuple):
    """One moof with its mdat: the file's bytes ``start`` to ``end`` (exclusive), and how many pictures and sound packets they hold."""

    start: int
    end: int
    frames: int
    packets: int = 0


class Clock(NamedTuple):
    """A track's ticks a second, and how many of them a picture (or a packet of sound) lasts."""

    ticks_per_second: int
    ticks_each: int


class Layout(NamedTuple):
    """What is in a fragmented film so far: the head (ftyp and moov) ends at ``head_end``."""

    head_end: int
    fragments: tuple[Fragment, ...]


def box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I4s", HEAD_BYTES + len(payload), kind) + payload


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes that lie side by side from ``start`` on; stops before one that is cut short."""
    while start + HEAD_BYTES <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        if size < HEAD_BYTES or start + size > end:
            return
        yield Box(kind, start, start + size)
        start += size


def with_chapters(head: bytes, chapters: Sequence[tuple[float, str]]) -> bytes:
    """``head`` (ftyp and moov) with a list of chapters (second, title) as Nero's ``chpl``, which players know; at most 255."""
    chpl = box(
        b"chpl", struct.pack(">IIB", 1 << 24, 0, len(chapters[:255])) + b"".join(_chapter(at, title) for at, title in chapters[:255])
    )
    moov = next(one for one in boxes(head, 0, len(head)) if one.kind == b"moov")
    udta = next((one for one in boxes(head, moov.start + HEAD_BYTES, moov.end) if one.kind == b"udta"), None)
    if udta is None:
        inside = head[moov.start + HEAD_BYTES : moov.end] + box(b"udta", chpl)
    else:
        grown = box(b"udta", head[udta.start + HEAD_BYTES : udta.end] + chpl)
        inside = head[moov.start + HEAD_BYTES : udta.start] + grown + head[udta.end : moov.end]
    return head[: moov.start] + box(b"moov", inside) + head[moov.end :]


def index(fragments: Sequence[Fragment], pictures: Clock, sound: Clock, *, room_bytes: int) -> bytes:
    """A ``sidx`` for each track, that lets players seek, and ``free`` behind them up to ``room_bytes``.

    Players that follow each track by its own index lose the sound of a film with an index of its pictures alone. Raises ValueError
    where it does not fit.
    """
    size = HEAD_BYTES + 24 + 12 * len(fragments)
    padding = room_bytes - 2 * size
    if padding < HEAD_BYTES:
        raise ValueError(f"an index of {len(fragments)} fragments takes more than {room_bytes} bytes")
    of_pictures = _sidx(1, pictures, size + padding, [(one.end - one.start, one.frames) for one in fragments])
    of_sound = _sidx(2, sound, padding, [(one.end - one.start, one.packets) for one in fragments])
    return of_pictures + of_sound + box(b"free", bytes(padding - HEAD_BYTES))


def _sidx(track: int, clock: Clock, skipped_bytes: int, parts: Sequence[tuple[int, int]]) -> bytes:
    """Each reference: its bytes, its time, and that it begins where decoding can begin."""
    references = b"".join(struct.pack(">III", size, count * clock.ticks_each, 0x90000000) for size, count in parts)
    return box(b"sidx", struct.pack(">IIIIIHH", 0, track, clock.ticks_per_second, 0, skipped_bytes, 0, len(parts)) + references)


def layout(path: Path) -> Layout:
    """Reads the heads of the boxes only; a fragment that is still being written is not in it."""
    head_end, fragments, moof = 0, [], None
    with path.open("rb") as file:
        for one in _outer(file):
            if one.kind == b"moov":
                head_end = one.end
            elif one.kind == b"moof":
                moof = one
            elif one.kind == b"mdat" and moof is not None:
                file.seek(moof.start)
                head = file.read(moof.end - moof.start)
                fragments.append(Fragment(moof.start, one.end, _samples(head, 1), _samples(head, 2)))
                moof = None
    return Layout(head_end, tuple(fragments))


def _outer(file: BinaryIO) -> Iterator[Box]:
    end, at = file.seek(0, 2), 0
    while at + HEAD_BYTES <= end:
        file.seek(at)
        size, kind = struct.unpack(">I4s", file.read(HEAD_BYTES))
        if size < HEAD_BYTES or at + size > end:
            return
        yield Box(kind, at, at + size)
        at += size


def _samples(moof: bytes, wanted: int) -> int:
    """How many of one track are in it."""
    count = 0
    for traf in boxes(moof, HEAD_BYTES, len(moof)):
        if traf.kind != b"traf":
            continue
        inside = list(boxes(moof, traf.start + HEAD_BYTES, traf.end))
        track = next((struct.unpack_from(">I", moof, one.start + 12)[0] for one in inside if one.kind == b"tfhd"), 0)
        if track == wanted:
            count += sum(struct.unpack_from(">I", moof, one.start + 12)[0] for one in inside if one.kind == b"trun")
    return count


def _chapter(at_s: float, title: str) -> bytes:
    name = title.encode()[:255].decode(errors="ignore").encode()
    return struct.pack(">QB", round(at_s * 10_000_000), len(name)) + name
