"""Is there room for this clip? Asked before the first of its bytes is sent."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from relay.catalog import uploads, users, videos
from relay.catalog.db import DiskFullError
from relay.catalog.rows import Connection
from relay.config import UploadConfig
from relay.errors import SouvenirError

PROMISED_MS = 3_600_000
"""An upload that has not moved for so long has no claim to the disk any more; it is asked again when it goes on."""


class QuotaError(SouvenirError):
    code = "upload.quota"


class Room:
    def __init__(self, folder: Path, config: UploadConfig, keep_free_bytes: int, now_ms: Callable[[], int]) -> None:
        """``folder``: the one that bytes are received in."""
        self._folder, self._config, self._keep_free_bytes, self._now_ms = folder, config, keep_free_bytes, now_ms

    def check(self, more_bytes: int, promised_bytes: int = 0) -> None:
        """Raises DiskFullError when ``more_bytes``, after what others were promised, would leave too little free."""
        free = self.free_bytes() - promised_bytes
        if free - more_bytes < self._keep_free_bytes:
            raise DiskFullError(f"{more_bytes} bytes are asked for, {free} are free, {self._keep_free_bytes} of them kept in reserve")

    def check_in(self, connection: Connection, user_id: str, more_bytes: int, *, passing: bool = True) -> None:
        """For a clip of ``more_bytes`` that begins now; not ``passing`` this machine's disk when it goes straight to a bucket.

        Raises DiskFullError, QuotaError.
        """
        if passing:
            since = self._now_ms() - PROMISED_MS + self._config.expire_s * 1000
            self.check(more_bytes, uploads.outstanding_bytes(connection, since))
        tier = users.get(connection, user_id).tier
        quota = self._config.quota_bytes.get(tier, 0)
        if not quota:
            return
        held = videos.held_bytes(connection, user_id) + uploads.announced_bytes(connection, user_id)
        if held + more_bytes > quota:
            raise QuotaError(f"{more_bytes} bytes are asked for, {held} of {quota} are taken or under way (tier {tier})")

    def free_bytes(self) -> int:
        return shutil.disk_usage(self._folder).free


def in_words(quota_bytes: int) -> str:
    return f"{quota_bytes / (1 << 30):.1f} GiB of clips and music" if quota_bytes else "no limit"
