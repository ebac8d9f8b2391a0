"""Operations from devices: each applied once, in one transaction with what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from glasses.wire.change import Op, OpBatch, OpKind, OpResult, OpResults
from glasses.wire.codec import from_builtins
from glasses.wire.status import ClipCustody
from glasses.wire.tag import Tags
from glasses.wire.video import VideoEdit
from relay.auth.tokens import Identity, Scope
from relay.catalog import devices, ops, stamps, users, videos
from relay.catalog.db import Database
from relay.catalog.merging import EVERYTHING, Author
from relay.catalog.rows import Connection
from relay.errors import SouvenirError
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobKind, Message
from relay.library.videos import Library


class OpRefusedError(SouvenirError):
    code = "wire.malformed"


class OpForbiddenError(SouvenirError):
    code = "auth.forbidden"


class Changes:
    def __init__(self, database: Database, bus: Bus, library: Library, now_ms: Callable[[], int]) -> None:
        self._database, self._bus, self._library, self._now_ms = database, bus, library, now_ms

    async def apply(self, identity: Identity, batch: OpBatch) -> OpResults:
        """One result per op, in order. An op that was applied before is answered as then and not applied again."""
        results = [await self._database.write(partial(self._once, identity, op)) for op in batch.ops]
        self._bus.announce()
        return OpResults(results=results)

    def _once(self, identity: Identity, op: Op, connection: Connection) -> OpResult:
        if not op.op_id:
            return OpResult(code="wire.malformed", detail="op_id is missing")
        if (earlier := ops.result(connection, identity.user_id, op.op_id)) is not None:
            return earlier
        connection.execute("SAVEPOINT op")
        try:
            self._apply(connection, identity, op)
            result = OpResult(op_id=op.op_id, accepted=True)
        except SouvenirError as problem:
            connection.execute("ROLLBACK TO op")
            result = OpResult(op_id=op.op_id, code=problem.code, detail=problem.detail)
        connection.execute("RELEASE op")
        if result.accepted:  # a refused op may be sent again, mended
            ops.put(connection, identity.user_id, _remembered(op), result, self._now_ms())
            devices.seen(connection, identity.user_id, identity.device_id, self._now_ms())
        return result

    def _apply(self, connection: Connection, identity: Identity, op: Op) -> None:
        user_id = identity.user_id
        match op.kind:
            case OpKind.TAGS:
                self._tags(connection, user_id, op)
            case OpKind.CUSTODY:
                custody = from_builtins({"segment_id": op.subject_id, **op.value}, ClipCustody)
                videos.put_custody(connection, user_id, identity.device_id, custody)
            case OpKind.EDIT:
                edit = from_builtins(op.value, VideoEdit)
                self._library.edit_in(connection, user_id, op.subject_id, edit, self._author(connection, identity, op))
            case OpKind.DELETE:
                if identity.scope is not Scope.COMPANION:
                    raise OpForbiddenError("only the owner deletes, by their companion")
                self._library.remove_in(connection, user_id, op.subject_id, self._author(connection, identity, op))
            case kind:
                raise OpRefusedError(f"kind: {kind} is not taken as an operation; use its own address")

    def _author(self, connection: Connection, identity: Identity, op: Op) -> Author:
        stamp = stamps.accept(connection, op.stamp, self._now_ms(), op.device_id or identity.device_id)
        return Author(stamp=stamp, seen=EVERYTHING if op.seen is None else op.seen)

    def _tags(self, connection: Connection, user_id: str, op: Op) -> None:
        """Kept whether the clip is here yet or not; one that was looked into already is looked into again."""
        tags = from_builtins({**op.value, "segment_id": op.subject_id}, Tags)
        if not op.subject_id:
            raise OpRefusedError("subject_id is missing")
        if users.get(connection, user_id).faces_consent_at is None:
            tags = videos.without_faces(tags)
        newer = videos.put_device_tags(connection, user_id, tags, op.stamp)
        video = videos.find(connection, user_id, op.subject_id)
        if newer and video is not None and video.deleted_at is None:
            message = Message(user_id=user_id, operation=JobKind.EXTRACT, video_id=op.subject_id, correlation_id=video.correlation_id)
            self._bus.publish_in(connection, message)


def _remembered(op: Op) -> Op:
    """What is kept of an applied op: not the tags, which are kept once, under the rules of consent."""
    return (
        Op(op_id=op.op_id, kind=op.kind, subject_id=op.subject_id, stamp=op.stamp, device_id=op.device_id) if op.kind is OpKind.TAGS else op
    )
