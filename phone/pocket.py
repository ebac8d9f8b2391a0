"""What the phone keeps: a folder of plain files. What is whole has its name; what is still coming ends in ``.part``."""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from pathlib import Path

from glasses.errors import StorageDamagedError
from glasses.spool.files import disk_error, fsync_folder
from glasses.wire.codec import Wire, decode_json, decode_msgpack, encode_json
from glasses.wire.memory import Memory
from glasses.wire.record import CardText, RecordInfo, RecordKind
from glasses.wire.segment import Kind, Segment
from glasses.wire.status import ClipCustody, DeviceStatus

STRUCTS: dict[RecordKind, type[Wire]] = {
    RecordKind.CAPTURE: Segment, RecordKind.CUSTODY: ClipCustody, RecordKind.STATUS: DeviceStatus, RecordKind.CARD: CardText,
    RecordKind.MEMORY: Memory,
}  # fmt: skip
SUFFIX = {
    RecordKind.CAPTURE: ".json", RecordKind.CUSTODY: ".custody.json", RecordKind.STATUS: ".status.json", RecordKind.CARD: ".card.json",
    RecordKind.MEMORY: ".memory.json", RecordKind.THUMBNAIL: ".thumbnail.jpg", RecordKind.PROXY: ".proxy.mp4",
}  # fmt: skip
ORIGINAL = {Kind.VIDEO: ".mp4", Kind.PHOTO: ".jpg"}


@dataclass(slots=True)
class Part:
    """A record that is coming: its bytes from ``start`` to ``end`` are durable. ``start`` is not 0 where a relay has what is before it."""

    path: Path
    start: int
    end: int


class Pocket:
    """Every method that writes returns when it is durable. Raises StorageFullError, StorageDamagedError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, info: RecordInfo) -> Path:
        """Where the record will be when it is whole. An original's name needs its capture first."""
        if info.kind != RecordKind.ORIGINAL:
            return self.folder / f"{_safe(info.subject_id)}{SUFFIX[info.kind]}"
        segment = self.segment(info.subject_id)
        return self.folder / f"{_safe(info.subject_id)}{ORIGINAL[segment.kind if segment else Kind.VIDEO]}"

    def segment(self, segment_id: str) -> Segment | None:
        try:
            return decode_json((self.folder / f"{_safe(segment_id)}{SUFFIX[RecordKind.CAPTURE]}").read_bytes(), Segment)
        except FileNotFoundError:
            return None

    def has(self, info: RecordInfo) -> bool:
        """Whether these very bytes are here whole."""
        path = self.path(info)
        return info.kind not in STRUCTS and path.exists() and (path.stat().st_size, _crc32_of(path)) == (info.size_bytes, info.crc32)

    def part(self, info: RecordInfo) -> Part:
        """As far as it has come; a part of other bytes of the same name is not taken for it."""
        for path in self.folder.glob(f"{self.path(info).name}.{info.crc32:08x}.*.part"):
            start = int(path.name.split(".")[-2])
            return Part(path, start, start + path.stat().st_size)
        return self.begin(info, 0)

    def begin(self, info: RecordInfo, start: int) -> Part:
        """Afresh, from ``start`` on; what came before is dropped."""
        name = self.path(info).name
        for old in self.folder.glob(f"{name}.*.part"):
            old.unlink()
        path = self.folder / f"{name}.{info.crc32:08x}.{start}.part"
        path.touch()
        fsync_folder(self.folder)
        return Part(path, start, start)

    def append(self, part: Part, data: bytes) -> None:
        try:
            with part.path.open("ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            raise disk_error(problem, part.path) from problem
        part.end += len(data)

    def bytes_of(self, part: Part, start: int, length: int) -> bytes:
        with part.path.open("rb") as file:
            file.seek(start - part.start)
            return file.read(length)

    def finish(self, info: RecordInfo, part: Part) -> int:
        """The whole record is here: it gets its name. Returns its CRC32 as it is on the disk.

        Raises StorageDamagedError when that is not what the glasses said; the part is then dropped, to be read again.
        """
        crc32, final = _crc32_of(part.path), self.path(info)
        if (part.start, part.end, crc32) != (0, info.size_bytes, info.crc32):
            part.path.unlink()
            raise StorageDamagedError(f"{final.name}: {part.end - part.start} of {info.size_bytes} bytes with CRC {crc32:08x}; read again")
        if info.kind in STRUCTS:
            whole = part.path.read_bytes()
            part.path.write_bytes(encode_json(decode_msgpack(whole, STRUCTS[info.kind])))
            with part.path.open("rb") as file:
                os.fsync(file.fileno())
        part.path.rename(final)
        fsync_folder(self.folder)
        return crc32

    def drop(self, part: Part) -> None:
        part.path.unlink(missing_ok=True)

    def note(self, name: str, text: str) -> None:
        """A line of the phone's own memory, in place of the one before."""
        from glasses.spool.files import write_atomic

        write_atomic(self.folder / name, text.encode(), mode=0o600, at="preferences")

    def noted(self, name: str) -> str:
        path = self.folder / name
        return path.read_text() if path.exists() else ""


def _safe(name: str) -> str:
    """Ids become names of files: nothing that the glasses say leads out of the folder."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in name)[:80]


def _crc32_of(path: Path) -> int:
    crc32 = 0
    with path.open("rb") as file:
        while data := file.read(1 << 20):
            crc32 = zlib.crc32(data, crc32)
    return crc32
