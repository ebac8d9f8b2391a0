"""Files that are not what they say, or want more than they should get: made here, each by its own few lines."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

Maker = Callable[[bytes], bytes]
"""A good clip -> the bad file."""


def box(kind: bytes, body: bytes = b"", size: int | None = None) -> bytes:
    return struct.pack(">I4s", len(body) + 8 if size is None else size, kind) + body


FTYP = box(b"ftyp", b"isom\0\0\2\0isomiso2mp41")


def nested(depth: int) -> bytes:
    data = b""
    for _ in range(depth):
        data = box(b"moov" if len(data) % 3 else b"trak", data)
    return FTYP + data


def png(width: int, height: int, rows: int) -> bytes:
    """A PNG that says it is width x height; its few bytes unpack to ``rows`` rows of zeros."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer, packed = zlib.compressobj(9), io.BytesIO()
    for _ in range(rows):
        packed.write(packer.compress(bytes(width // 8 + 1)))
    packed.write(packer.flush())
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed.getvalue()) + chunk(b"IEND", b"")


def huge_dimensions(good: bytes, codec: bytes = b"avc1") -> bytes:
    """The sample entry says 65535 x 65535 (width and height are 28 bytes after the name of the codec)."""
    at = good.index(codec, good.index(b"stsd")) + 28
    return good[:at] + b"\xff\xff\xff\xff" + good[at + 4 :]


def raw_of_huge_dimensions(_good: bytes) -> bytes:
    """Without a bitstream that says otherwise."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="mov") as container:
        stream = container.add_stream("rawvideo", rate=30)
        stream.width, stream.height, stream.pix_fmt = 32, 18, "rgb24"
        container.mux(stream.encode(av.VideoFrame(32, 18, "rgb24")))
    return huge_dimensions(out.getvalue(), b"raw ")


def wrong_sizes(good: bytes) -> bytes:
    at = good.index(b"stbl") - 4
    return good[:at] + struct.pack(">I", 0x7FFFFFFF) + good[at + 4 :]


def many_samples(good: bytes) -> bytes:
    """stsz says that there are four thousand million frames."""
    at = good.index(b"stsz") + 12
    return good[:at] + b"\xff\xff\xff\xff" + good[at + 4 :]


def fragments_without_end(_good: bytes) -> bytes:
    return FTYP + box(b"moov", box(b"mvhd", bytes(100))) + box(b"moof", box(b"mfhd", bytes(8))) * 200_000


def playlist_of(secret: Path) -> bytes:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n".encode()


BAD: dict[str, Maker] = {
    "empty": lambda _: b"",
    "a text": lambda _: b"this is not a video\n" * 500,
    "a web page": lambda _: b"<!doctype html><script>alert(1)</script>" * 50,
    "a zip": lambda _: b"PK\3\4" + bytes(5000),
    "a name only": lambda _: FTYP,
    "the first half of the index": lambda good: good[: good.index(b"moov") + 40],
    "truncated before its pictures": lambda good: good[: good.index(b"mdat") + 4],
    "a box larger than the file": lambda _: FTYP + box(b"moov", b"", 0x7FFFFFFF),
    "a box smaller than its head": lambda _: FTYP + box(b"moov", bytes(100), 3),
    "a box of 2^63 bytes": lambda _: FTYP + struct.pack(">I4sQ", 1, b"mdat", 1 << 63),
    "boxes in boxes": lambda _: nested(4000),
    "more fragments than anybody made": fragments_without_end,
    "pictures of 65535 x 65535": raw_of_huge_dimensions,
    "noise": lambda good: bytes((byte * 7 + 3) % 256 for byte in good[:20_000]),
    "a photo that unpacks to a thousand million pixels": lambda _: png(60_000, 60_000, 60_000),
    "a photo of two thousand million pixels": lambda _: png(46_000, 46_000, 1),
    "a photo cut short": lambda _: png(1000, 1000, 1000)[:60],
    "a program for a printer": lambda _: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n(x) print\n%%EOF\n",
}
HARMLESS: dict[str, Maker] = {
    "a head that says 65535 x 65535": huge_dimensions,
    "wrong sizes inside": wrong_sizes, "too many samples": many_samples,
    "truncated in its pictures": lambda good: good[: good.index(b"mdat") + 3000],
}  # fmt: skip
"""Damaged, but there may be a picture in them: refused or read, as long as it is quick."""
