"""Encoded joints kept on disk: the same fade between the same clips at the same frames is encoded once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from glasses.wire.ids import uuid7
from relay.assemble.encode import PRESET, QP, EncodedPicture
from relay.assemble.joint_names import file_name

MOST_BYTES = 512 << 20
"""What the folder may hold; the joints used longest ago go first."""
_VERSION = 1
_ENTRY = list[tuple[bytes, bool]]


class JointCache:
    """A folder of joints by key. Losing it costs time, nothing else."""

    def __init__(self, folder: Path | None, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._most_bytes = folder, most_bytes
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def find(self, key: str) -> list[EncodedPicture] | None:
        if self._folder is None:
            return None
        path = self._folder / key
        try:
            entry = msgspec.msgpack.decode(path.read_bytes(), type=_ENTRY)
            path.touch()
        except FileNotFoundError:
            return None
        except msgspec.DecodeError:  # cut short by a crash: encoded again
            path.unlink(missing_ok=True)
            return None
        return [EncodedPicture(data, is_keyframe) for data, is_keyframe in entry]

    def keep(self, key: str, pictures: list[EncodedPicture]) -> None:
        if self._folder is None:
            return
        new = self._folder / f".{uuid7(0)}.tmp"
        new.write_bytes(msgspec.msgpack.encode([(picture.data, picture.is_keyframe) for picture in pictures]))
        new.replace(self._folder / key)

    def prune(self) -> None:
        if self._folder is None:
            return
        kept = 0
        known = sorted(((path.stat(), path) for path in self._folder.iterdir()), key=lambda one: -one[0].st_mtime_ns)
        for stat, path in known:
            kept += stat.st_size
            if kept > self._most_bytes:
                path.unlink(missing_ok=True)


def joint_key(video_ids: Sequence[str], *parts: object) -> str:
    """Of what decides how a joint looks; begins with the clips that are in it, so that it can be found when one is deleted."""
    looks = hashlib.sha256(repr((_VERSION, PRESET, QP, *parts)).encode()).hexdigest()
    return "_".join([*map(file_name, video_ids), looks])


def identity(path: Path) -> tuple[str, int, int]:
    """A file as it is now: the same one with other content is another."""
    stat = path.stat()
    return path.name, stat.st_size, stat.st_mtime_ns
