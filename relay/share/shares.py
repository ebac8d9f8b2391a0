"""Links to one film or video, for somebody without an account: signed, expiring, and gone at once when revoked."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from glasses.wire.ids import uuid7
from glasses.wire.memory import MemoryStatus
from glasses.wire.share import SharedThing, ShareInfo, ShareRequest
from relay.auth.links import LinkExpiredError, LinkRefusedError, Links
from relay.auth.sessions import Sessions
from relay.auth.tokens import Identity, Scope
from relay.auth.visits import RevokedError
from relay.catalog import memories, shares, videos
from relay.catalog.db import Database
from relay.catalog.rows import Connection
from relay.catalog.shares import ShareRow
from relay.errors import NotFoundError, SouvenirError
from relay.exchange import MalformedRequestError

API = "/api/v1"
LONGEST_S = 90 * 86_400
SHORTEST_S = 60
_MOST = 500


class ShareRevokedError(RevokedError):
    def __init__(self) -> None:
        super().__init__("the link was taken back", hint="Ask whoever sent it for a new one.")


class ShareConflictError(SouvenirError):
    code = "request.conflict"


class Shares:
    def __init__(
        self, database: Database, links: Links, sessions: Sessions, now_ms: Callable[[], int], public_url: Callable[[], str]
    ) -> None:  # fmt: skip
        self._database, self._links, self._sessions, self._now_ms, self._public_url = database, links, sessions, now_ms, public_url

    async def create(self, user_id: str, asked: ShareRequest) -> ShareInfo:
        """Raises MalformedRequestError, NotFoundError, ShareConflictError for a film that is not ready."""
        if bool(asked.memory_id) == bool(asked.video_id):
            raise MalformedRequestError("one of memory_id and video_id is needed")
        if not SHORTEST_S <= asked.expires_in_s <= LONGEST_S:
            raise MalformedRequestError(f"expires_in_s: {SHORTEST_S} to {LONGEST_S}")
        now = self._now_ms()
        share = ShareRow(
            share_id=uuid7(now), user_id=user_id, kind="memory" if asked.memory_id else "video",
            subject_id=asked.memory_id or asked.video_id, created_at=now, expires_at=now + asked.expires_in_s * 1000,
        )  # fmt: skip

        def keep(connection: Connection) -> ShareInfo:
            if not _media(connection, share)[0]:
                raise ShareConflictError("the film is not ready")
            if len(shares.of_user(connection, user_id)) >= _MOST:
                raise ShareConflictError(f"there are {_MOST} shared links already: revoke some")
            shares.put(connection, share)
            return self._info(connection, share)

        return await self._database.write(keep)

    async def list(self, user_id: str) -> list[ShareInfo]:
        """The newest first."""
        return await self._database.read(
            lambda connection: [self._info(connection, share) for share in shares.of_user(connection, user_id)]
        )

    async def revoke(self, user_id: str, share_id: str) -> None:
        """At once: what is being sent by it ends. Raises NotFoundError."""
        if not await self._database.write(lambda connection: shares.revoke(connection, user_id, share_id, self._now_ms())):
            raise NotFoundError(f"share {share_id}")
        await self._sessions.settle()

    @asynccontextmanager
    async def opened(self, token: str) -> AsyncIterator[Identity]:
        """Whom a link's token speaks for, while it is looked at. Raises LinkRefusedError, LinkExpiredError, ShareRevokedError, the last
        also in its midst."""
        share_id, _, signature = token.partition(".")
        if not hmac.compare_digest(self._links.signature(f"share {share_id}").encode(), signature.encode()):
            raise LinkRefusedError("the link's signature does not fit", hint="Ask whoever sent it for a new one.")
        with self._sessions.visits.stay(share_id, ShareRevokedError):
            share = await self._database.read(lambda connection: shares.find(connection, share_id))
            if share is None or share.revoked_at is not None:
                raise ShareRevokedError
            if self._now_ms() >= share.expires_at:
                raise LinkExpiredError("the link's time is over", hint="Ask whoever sent it for a new one.")
            yield Identity(user_id=share.user_id, device_id=share_id, session_id=share_id, scope=Scope.SHARE)

    async def thing(self, identity: Identity) -> SharedThing:
        """What the link shows; counted. Raises NotFoundError when it has been deleted."""

        def look(connection: Connection) -> SharedThing:
            share = _share(connection, identity)
            shares.count_opening(connection, share.share_id)
            title, duration = _title(connection, share)
            base = f"{API}/shared/{self.token(share.share_id)}"
            poster = f"{base}/poster" if _media(connection, share)[1] else ""
            return SharedThing(
                kind=share.kind, title=title, duration=duration, video_url=f"{base}/media", poster_url=poster, expires_at=share.expires_at
            )

        return await self._database.write(look)

    async def blob_key(self, identity: Identity, *, poster: bool) -> str:
        """Raises NotFoundError."""
        media, picture = await self._database.read(lambda connection: _media(connection, _share(connection, identity)))
        if not (picture if poster else media):
            raise NotFoundError("there is no picture of it" if poster else "it is gone")
        return picture if poster else media

    def token(self, share_id: str) -> str:
        return f"{share_id}.{self._links.signature(f'share {share_id}')}"

    def _info(self, connection: Connection, share: ShareRow) -> ShareInfo:
        try:
            title = _title(connection, share)[0]
        except NotFoundError:
            title = ""
        return ShareInfo(
            share_id=share.share_id, kind=share.kind, subject_id=share.subject_id, title=title,
            url=f"{self._public_url()}/s/{self.token(share.share_id)}", created_at=share.created_at, expires_at=share.expires_at,
            revoked_at=share.revoked_at, opened=share.opened,
        )  # fmt: skip


def _share(connection: Connection, identity: Identity) -> ShareRow:
    share = shares.find(connection, identity.session_id)
    if share is None:
        raise NotFoundError("the link")
    return share


def _media(connection: Connection, share: ShareRow) -> tuple[str, str]:
    """Blob keys of the film or clip, and of its picture. Raises NotFoundError."""
    if share.kind == "memory":
        row = memories.get(connection, share.user_id, share.subject_id)
        return (row.blob_key, row.poster_key) if row.memory.status is MemoryStatus.COMPLETED else ("", "")
    video = videos.get(connection, share.user_id, share.subject_id)
    return video.blob_key, video.thumbnail_key


def _title(connection: Connection, share: ShareRow) -> tuple[str, float]:
    """What it is called, and how many seconds it takes. Raises NotFoundError."""
    if share.kind == "memory":
        memory = memories.get(connection, share.user_id, share.subject_id).memory
        return (memory.plan.title if memory.plan and memory.plan.title else memory.query), memory.duration_s
    video = videos.get(connection, share.user_id, share.subject_id)
    return video.caption or video.place.name or "A clip", video.duration_s
