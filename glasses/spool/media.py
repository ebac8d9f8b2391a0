"""The folder of media files, each with its sidecar and, once a relay has it, the relay's receipt."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from glasses import faults
from glasses.spool.files import TEMPORARY, disk_error, fsync_folder, write_atomic
from glasses.wire.codec import decode_json, encode_json
from glasses.wire.errors import WireMalformedError
from glasses.wire.segment import Kind, Segment
from glasses.wire.upload import Receipt

SUFFIX = {Kind.VIDEO: ".mp4", Kind.PHOTO: ".jpg"}
PART = ".part"
"""What a file is called while it is still being written."""
PROXY = ".proxy.mp4"
DAMAGED = ".damaged"
SIDECAR, RECEIPT = ".json", ".receipt"
QUOTA_BYTES = 10_000_000_000


class MediaFolder:
    """``<segment id>.mp4`` or ``.jpg``, with ``<segment id>.json`` beside it from the first moment on.

    ``quota_bytes``: what all of it may take on the disk.
    """

    def __init__(self, folder: Path, quota_bytes: int = QUOTA_BYTES) -> None:
        self.folder, self._quota_bytes = folder, quota_bytes
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, segment: Segment) -> Path:
        return self.folder / f"{segment.segment_id}{SUFFIX[segment.kind]}"

    def part_path(self, segment: Segment) -> Path:
        final = self.path(segment)
        return final.with_name(final.name + PART)

    def proxy_path(self, segment: Segment) -> Path:
        """The small copy of a video."""
        return self.folder / f"{segment.segment_id}{PROXY}"

    def write_sidecar(self, segment: Segment, at: str) -> None:
        """``at``: as in ``write_atomic``. Raises StorageFullError, StorageDamagedError."""
        write_atomic(self.folder / f"{segment.segment_id}{SIDECAR}", encode_json(segment), at=at)

    def finish(self, segment: Segment) -> None:
        """The part file becomes the media file: its bytes are durable before its name is. Raises as ``write_sidecar``."""
        part, final = self.part_path(segment), self.path(segment)
        try:
            with part.open("rb") as media:
                os.fsync(media.fileno())
            faults.point("media.synced")
            part.rename(final)
            faults.point("media.renamed")
            fsync_folder(self.folder)
        except OSError as problem:
            raise disk_error(problem, final) from problem
        faults.point("media.durable")

    def discard(self, segment: Segment) -> None:
        """Forget a recording in which nothing was captured."""
        self.part_path(segment).unlink(missing_ok=True)
        faults.point("discard.part")
        (self.folder / f"{segment.segment_id}{SIDECAR}").unlink(missing_ok=True)
        faults.point("discard.sidecar")

    def evict(self, segment: Segment) -> None:
        """Give up a media file and its small copy; its sidecar and receipt stay. May be called again."""
        self.path(segment).unlink(missing_ok=True)
        self.proxy_path(segment).unlink(missing_ok=True)
        faults.point("evict.removed")
        fsync_folder(self.folder)
        faults.point("evict.durable")

    def write_receipt(self, receipt: Receipt) -> None:
        """Durable before the clip is called stored, so that a lost database does not lose who has it."""
        write_atomic(self.folder / f"{receipt.segment_id}{RECEIPT}", encode_json(receipt), at="receipt")

    def receipt(self, segment: Segment) -> Receipt | None:
        """The receipt for these very bytes, if there is one that can be read."""
        try:
            receipt = decode_json((self.folder / f"{segment.segment_id}{RECEIPT}").read_bytes(), Receipt)
        except (FileNotFoundError, WireMalformedError):
            return None
        return receipt if (receipt.size_bytes, receipt.sha256) == (segment.size_bytes, segment.sha256) else None

    def sidecars(self) -> Iterator[Segment]:
        """Every sidecar there is, in order of sequence. A damaged one is set aside beside it."""
        found = []
        for path in sorted(self.folder.glob(f"*{SIDECAR}")):
            try:
                found.append(decode_json(path.read_bytes(), Segment))
            except WireMalformedError:
                path.rename(path.with_name(path.name + DAMAGED))
        yield from sorted(found, key=lambda segment: (segment.sequence, segment.segment_id))

    def strays(self) -> Iterator[Segment]:
        """Media without a sidecar, as far as their names tell: id, kind, and when (a UUIDv7 begins with its time)."""
        for path in sorted(self.folder.iterdir()):
            name = path.name.removesuffix(PART)
            if name.endswith(PROXY):
                continue
            kind = next((kind for kind, suffix in SUFFIX.items() if name.endswith(suffix)), None)
            if kind is None or (self.folder / f"{Path(name).stem}{SIDECAR}").exists():
                continue
            segment_id = Path(name).stem
            yield Segment(
                segment_id=segment_id, recording_id=segment_id, correlation_id=segment_id, kind=kind, captured_at=_time_of(segment_id)
            )

    def tidy(self) -> None:
        """Drop what a crash left of writes that never became files."""
        for path in self.folder.glob(f"*{TEMPORARY}"):
            path.unlink()

    def used_bytes(self) -> int:
        total = 0
        with os.scandir(self.folder) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):  # renamed meanwhile
                    total += entry.stat().st_size
        return total

    def free_bytes(self) -> int:
        """Room for more: of the quota or the disk, whichever is less; 0 when there is none."""
        disk = os.statvfs(self.folder)
        return max(0, min(disk.f_bavail * disk.f_frsize, self._quota_bytes - self.used_bytes()))


def _time_of(segment_id: str) -> int:
    """UTC ms of a UUIDv7 (RFC 9562, 5.7); 0 for another id."""
    digits = segment_id.replace("-", "")
    return int(digits[:12], 16) if len(digits) == 32 and digits[12] == "7" else 0
