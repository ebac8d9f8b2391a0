"""Media files and their sidecars, written so that a crash leaves the old file or the new one, never half of one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from glasses.errors import StorageDamagedError, StorageFullError
from glasses.wire.codec import decode_json, encode_json
from glasses.wire.errors import WireMalformedError
from glasses.wire.segment import Kind, Segment

SUFFIX = {Kind.VIDEO: ".mp4", Kind.PHOTO: ".jpg"}
PART = ".part"
"""What a file is called while it is still being written."""


class MediaFolder:
    """``<segment id>.mp4`` or ``.jpg``, with ``<segment id>.json`` beside it from the first moment on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, segment: Segment) -> Path:
        return self.folder / f"{segment.segment_id}{SUFFIX[segment.kind]}"

    def part_path(self, segment: Segment) -> Path:
        final = self.path(segment)
        return final.with_name(final.name + PART)

    def proxy_path(self, segment: Segment) -> Path:
        """The small copy of a video."""
        return self.folder / f"{segment.segment_id}.proxy.mp4"

    def write_sidecar(self, segment: Segment) -> None:
        write_atomic(self.folder / f"{segment.segment_id}.json", encode_json(segment))

    def finish(self, segment: Segment) -> None:
        """The part file becomes the media file: its bytes are durable before its name is."""
        part, final = self.part_path(segment), self.path(segment)
        with part.open("rb") as media:
            os.fsync(media.fileno())
        part.rename(final)
        fsync_folder(self.folder)

    def discard(self, segment: Segment) -> None:
        """Forget a recording in which nothing was captured."""
        self.part_path(segment).unlink(missing_ok=True)
        (self.folder / f"{segment.segment_id}.json").unlink(missing_ok=True)

    def sidecars(self) -> Iterator[Segment]:
        """Every sidecar there is, in order of sequence. A damaged one raises StorageDamagedError with its name."""
        found = []
        for path in self.folder.glob("*.json"):
            try:
                found.append(decode_json(path.read_bytes(), Segment))
            except WireMalformedError as problem:
                raise StorageDamagedError(f"{path}: {problem.detail}") from problem
        yield from sorted(found, key=lambda segment: segment.sequence)

    def free_bytes(self) -> int:
        disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize


def write_atomic(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Temp file, fsync, rename, fsync of the folder. Raises StorageFullError."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
        fsync_folder(path.parent)
    except OSError as problem:
        temporary.unlink(missing_ok=True)
        raise StorageFullError(f"{path}: {problem.strerror}") from problem


def fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
