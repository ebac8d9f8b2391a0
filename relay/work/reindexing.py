"""``relay reindex``: clips that were looked into with older models are looked into again. Stops and starts at any point."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from relay.catalog import details, users, videos
from relay.catalog.records import Detail, Video
from relay.catalog.rows import Connection
from relay.jobs.kinds import JobKind, Message, Priority
from relay.services import Services

Versions = Callable[[bool], dict[str, str]]
"""Whether faces may be looked at -> role to version of what clips are looked into with now."""
SOUND_ROLES = ("voice", "speech")
POLL_S = 0.5


class Worker(Protocol):
    async def step(self) -> bool:
        """Run one job, if one is due."""
        ...


def is_old(video: Video, detail: Detail | None, wanted: dict[str, str]) -> bool:
    """True when a newer model, or one that has not looked yet, would look now. Pure."""
    if detail is None:
        return True
    silent = video.loudness_lufs is None
    return any(detail.models.get(role) != version for role, version in wanted.items() if not (silent and role in SOUND_ROLES))


class Reindexing:
    def __init__(self, relay: Services, versions: Versions) -> None:
        self._relay, self._versions = relay, versions

    async def ask(self, name: str = "", *, everything: bool = False) -> int:
        """Queue every old clip (of one account, or all), after all else that waits, each once. Returns how many."""
        count = await self._relay.database.write(lambda connection: self._publish(connection, name, everything=everything))
        self._relay.bus.announce()
        return count

    async def waiting(self) -> int:
        """Clips that are still to be looked into."""
        sql = "SELECT count(*) FROM jobs WHERE state IN ('waiting', 'leased') AND json_extract(message, '$.operation') = ?"
        return await self._relay.database.read(lambda connection: int(connection.execute(sql, (JobKind.EXTRACT,)).fetchone()[0]))

    async def work(self, worker: Worker | None, shown: Callable[[int], None]) -> None:
        """Until none waits: by ``worker``, or by the relay that is running. ``shown`` is told how many are left."""
        while left := await self.waiting():
            shown(left)
            if worker is None or not await worker.step():
                await asyncio.sleep(POLL_S)
        shown(0)

    def _publish(self, connection: Connection, name: str, *, everything: bool) -> int:
        count = 0
        for user in users.everyone(connection):
            if name and user.name.lower() != name.lower():
                continue
            wanted = self._versions(user.faces_consent_at is not None)
            for video in videos.ready(connection, user.user_id):
                if everything or is_old(video, details.find(connection, user.user_id, video.video_id), wanted):
                    message = Message(user_id=user.user_id, operation=JobKind.EXTRACT, video_id=video.video_id, priority=Priority.LOW)
                    self._relay.bus.publish_in(connection, message)
                    count += 1
        return count


def current(faces: bool) -> dict[str, str]:
    """What clips are looked into with by this relay."""
    from relay.extract.extract import versions_of
    from relay.extract.facts import ExtractRequest

    return versions_of(ExtractRequest(faces=faces))
