"""What changed, for one device: entry by entry after its cursor; all there is when its cursor is older than what is remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial

from glasses.wire.change import RESET, RESET_DONE, FeedEntry, OpKind
from glasses.wire.codec import to_builtins
from glasses.wire.status import Custody
from glasses.wire.sync import SyncStatus
from relay.auth.tokens import Identity
from relay.catalog import changes, devices, memories, people, places, uploads, videos
from relay.catalog.db import Database
from relay.catalog.records import Video
from relay.catalog.rows import Connection
from relay.library.people import info
from relay.library.places import told

PAGE = 500


class Feed:
    def __init__(self, database: Database, now_ms: Callable[[], int]) -> None:
        self._database, self._now_ms = database, now_ms

    async def after(self, identity: Identity, cursor: int, limit: int = PAGE) -> list[FeedEntry] | None:
        """The next entries, oldest first; None when the feed does not reach back to ``cursor``: read ``everything`` then."""

        def look(connection: Connection) -> tuple[list[FeedEntry] | None, int]:
            if cursor < changes.floor(connection, identity.user_id):
                return None, 0
            found = changes.after(connection, identity.user_id, cursor, limit)
            return found, changes.acknowledged(connection, identity.user_id, identity.device_id)

        entries, acknowledged = await self._database.read(look)
        if entries is not None and cursor > acknowledged:
            await self._database.write(
                lambda connection: changes.acknowledge(connection, identity.user_id, identity.device_id, cursor, self._now_ms())
            )
        return entries

    async def everything(self, identity: Identity, cursor: int) -> AsyncIterator[list[FeedEntry]]:
        """All there is, by pages, between RESET and RESET_DONE. Only the last entry moves the reader's cursor on.

        What changes meanwhile comes again after it.
        """
        user_id = identity.user_id
        newest = await self._database.read(lambda connection: changes.newest(connection, user_id))
        yield [FeedEntry(cursor=cursor, kind=RESET, at=self._now_ms())]
        yield await self._database.read(lambda connection: list(_known(connection, user_id, cursor)))
        before: tuple[int, str] | None = None
        while True:
            page, entries = await self._database.read(partial(_videos, user_id, cursor, before))
            if not page:
                break
            yield entries
            before = (page[-1].captured_at, page[-1].video_id)
        yield [FeedEntry(cursor=newest, kind=RESET_DONE, at=self._now_ms())]

    async def status(self, identity: Identity, cursor: int | None) -> SyncStatus:
        """Without a ``cursor``: from where the device acknowledged last."""
        user_id, device_id = identity.user_id, identity.device_id

        def look(connection: Connection) -> SyncStatus:
            since = changes.acknowledged(connection, user_id, device_id) if cursor is None else cursor
            pending, _ = changes.count_after(connection, user_id, since)
            running = uploads.running(connection, user_id)
            device = devices.get(connection, user_id, device_id)
            return SyncStatus(
                pending_uploads=running, pending_downloads=pending, last_sync=device.seen_at if device else None,
                sync_in_progress=running > 0, cursor=changes.newest(connection, user_id),
            )  # fmt: skip

        return await self._database.read(look)


def _known(connection: Connection, user_id: str, cursor: int) -> Iterator[FeedEntry]:
    """People, places and films."""
    for person in people.of_user(connection, user_id):
        yield FeedEntry(cursor=cursor, kind=OpKind.PERSON, subject_id=person.person_id, value=to_builtins(info(person)))
    for named in places.of_user(connection, user_id):
        yield FeedEntry(cursor=cursor, kind=OpKind.PLACE, subject_id=named.place_id, value=to_builtins(told(named)))
    for place_id, place in videos.places(connection, user_id).items():
        value = {"name": place.name, "region": place.region, "country": place.country}
        yield FeedEntry(cursor=cursor, kind=OpKind.PLACE, subject_id=place_id, value=value)
    for row in reversed(memories.of_user(connection, user_id)):
        if row.memory.completed_at:
            value, at = to_builtins(row.memory), row.memory.completed_at
            yield FeedEntry(cursor=cursor, kind=OpKind.MEMORY, subject_id=row.memory.memory_id, value=value, at=at)


def _videos(
    user_id: str, cursor: int, before: tuple[int, str] | None, connection: Connection
) -> tuple[list[Video], list[FeedEntry]]:  # fmt: skip
    page = videos.page(connection, user_id, limit=PAGE, before=before)
    return page, [entry for video in page for entry in _of_video(connection, video, cursor)]


def _of_video(connection: Connection, video: Video, cursor: int) -> Iterator[FeedEntry]:
    filmed = videos.filmed(connection, video.user_id, video.video_id)
    custody = {
        "custody": (Custody.FILMED if filmed else Custody.STORED).value, "stored": True, "sha256": video.sha256,
        "size_bytes": video.size_bytes, "captured_at": video.captured_at,
    }  # fmt: skip
    yield FeedEntry(cursor=cursor, kind=OpKind.CUSTODY, subject_id=video.video_id, value=custody, at=video.stored_at)
    said = {"status": video.status.value, "place": video.place.name, "caption": video.caption, "tags": video.tags, "people": video.people}
    yield FeedEntry(cursor=cursor, kind=OpKind.EDIT, subject_id=video.video_id, value=said, at=video.stored_at)
