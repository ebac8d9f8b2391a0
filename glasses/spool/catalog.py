"""Every clip the device has ever closed, and where it is now."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from glasses.spool import outbox
from glasses.spool.db import SpoolDb
from glasses.wire.codec import decode_json, encode_json
from glasses.wire.segment import Kind, Segment
from glasses.wire.status import ClipCustody, Custody
from glasses.wire.tag import Tags
from glasses.wire.upload import Receipt

TAG_ATTEMPTS = 2


class Catalog:
    """Methods end when what they did is durable."""

    def __init__(self, db: SpoolDb, now_ms: Callable[[], int]) -> None:
        self._db, self._now_ms = db, now_ms

    async def begin(self, segment: Segment) -> Segment:
        """Give the segment its sequence number and note that it is being recorded."""
        return await self._db.write(lambda connection: _begin(connection, segment, self._now_ms()))

    async def close(self, segment: Segment) -> None:
        """The file is complete and hashed: the device keeps it, and it is to be sent."""

        def work(connection: sqlite3.Connection) -> None:
            _set_custody(connection, segment.segment_id, Custody.KEPT, self._now_ms(), sidecar=segment)
            outbox.add(connection, outbox.MEDIA, segment.segment_id, self._now_ms())

        await self._db.write(work)

    async def forget(self, segment_id: str) -> None:
        """Only for a recording in which nothing was captured."""
        await self._db.write(lambda connection: connection.execute("DELETE FROM segments WHERE segment_id = ?", (segment_id,)))

    async def adopt(self, segment: Segment) -> None:
        """Take up a closed file that the database does not know, keeping its sequence number."""

        def work(connection: sqlite3.Connection) -> None:
            _insert(connection, segment, Custody.KEPT, self._now_ms())
            outbox.add(connection, outbox.MEDIA, segment.segment_id, self._now_ms())

        await self._db.write(work)

    async def begin_again(self, segment: Segment) -> None:
        """Take up a recording that a crash cut short and the database does not know."""
        await self._db.write(lambda connection: _insert(connection, segment, Custody.RECORDING, self._now_ms()))

    async def tagged(self, tags: Tags) -> None:
        def work(connection: sqlite3.Connection) -> None:
            text = encode_json(tags).decode()
            connection.execute("UPDATE segments SET tags = ? WHERE segment_id = ?", (text, tags.segment_id))
            outbox.add(connection, outbox.TAGS, tags.segment_id, self._now_ms())

        await self._db.write(work)

    async def tag_failed(self, segment_id: str, reason: str) -> None:
        """Count a failure; after ``TAG_ATTEMPTS`` the segment's tagging is parked with its reason (the clip itself goes on)."""
        await self._db.write(
            lambda connection: connection.execute(
                "UPDATE segments SET tag_failures = tag_failures + 1, tag_parked = CASE WHEN tag_failures + 1 >= ? THEN ? ELSE '' END "
                "WHERE segment_id = ?",
                (TAG_ATTEMPTS, reason, segment_id),
            )
        )

    async def untagged(self) -> Segment | None:
        """The oldest closed segment that nothing has looked at yet."""
        return await self._one("tags IS NULL AND tag_parked = '' AND custody != ? ORDER BY sequence", (Custody.RECORDING,))

    async def unproxied(self) -> list[Segment]:
        """Closed videos without a small copy: those that nobody else has first, then the oldest."""
        rows = await self._db.read(
            lambda c: c.execute(
                "SELECT sidecar FROM segments WHERE kind = ? AND custody != ? "
                "AND coalesce(json_extract(sidecar, '$.proxy_sha256'), '') = '' ORDER BY custody != ?, sequence",
                (Kind.VIDEO, Custody.RECORDING, Custody.KEPT),
            ).fetchall()
        )
        return [decode_json(row["sidecar"], Segment) for row in rows]

    async def set_proxy(self, segment_id: str, size_bytes: int, sha256: str) -> Segment | None:
        """Returns the segment with its copy noted; None when it is gone."""

        def work(connection: sqlite3.Connection) -> Segment | None:
            row = connection.execute("SELECT sidecar FROM segments WHERE segment_id = ?", (segment_id,)).fetchone()
            if row is None:
                return None
            segment = decode_json(row["sidecar"], Segment)
            segment.proxy_size_bytes, segment.proxy_sha256 = size_bytes, sha256
            text = encode_json(segment).decode()
            connection.execute("UPDATE segments SET sidecar = ? WHERE segment_id = ?", (text, segment_id))
            return segment

        return await self._db.write(work)

    async def store_receipt(self, receipt: Receipt) -> Segment:
        """Believe a relay that it has the clip, if size and hash are those of ours. Raises ValueError if not."""

        def work(connection: sqlite3.Connection) -> Segment:
            row = connection.execute("SELECT sidecar FROM segments WHERE segment_id = ?", (receipt.segment_id,)).fetchone()
            if row is None:
                raise ValueError(f"a receipt for {receipt.segment_id}, which was never recorded here")
            segment = decode_json(row["sidecar"], Segment)
            if (receipt.size_bytes, receipt.sha256) != (segment.size_bytes, segment.sha256):
                raise ValueError(f"the receipt for {segment.segment_id} is of other bytes than ours")
            connection.execute(
                "UPDATE segments SET receipt = ?, custody = CASE WHEN custody = ? THEN custody ELSE ? END, changed_at = ? "
                "WHERE segment_id = ?",
                (encode_json(receipt).decode(), Custody.FILMED, Custody.STORED, self._now_ms(), receipt.segment_id),
            )
            outbox.remove(connection, outbox.MEDIA, receipt.segment_id)
            return segment

        return await self._db.write(work)

    async def filmed(self, segment_ids: list[str]) -> list[str]:
        """Stored clips that are now part of a film. Returns those whose custody changed."""

        def work(connection: sqlite3.Connection) -> list[str]:
            changed = []
            for segment_id in segment_ids:
                done = connection.execute(
                    "UPDATE segments SET custody = ?, changed_at = ? WHERE segment_id = ? AND custody = ?",
                    (Custody.FILMED, self._now_ms(), segment_id, Custody.STORED),
                )
                changed += [segment_id] * done.rowcount
            return changed

        return await self._db.write(work)

    async def remember_upload(self, segment_id: str, url: str) -> None:
        """Where this segment's upload goes on after an interruption; empty to start afresh."""
        await self._db.write(
            lambda connection: connection.execute("UPDATE segments SET upload_url = ? WHERE segment_id = ?", (url, segment_id))
        )

    async def upload_url(self, segment_id: str) -> str:
        row = await self._db.read(lambda c: c.execute("SELECT upload_url FROM segments WHERE segment_id = ?", (segment_id,)).fetchone())
        return row["upload_url"] if row else ""

    async def get(self, segment_id: str) -> Segment | None:
        return await self._one("segment_id = ?", (segment_id,))

    async def tags(self, segment_id: str) -> Tags | None:
        row = await self._db.read(lambda c: c.execute("SELECT tags FROM segments WHERE segment_id = ?", (segment_id,)).fetchone())
        return decode_json(row["tags"], Tags) if row and row["tags"] else None

    async def recording(self) -> list[Segment]:
        """Segments that were being recorded; after a start: those that a crash cut short."""
        rows = await self._db.read(
            lambda c: c.execute("SELECT sidecar FROM segments WHERE custody = ? ORDER BY sequence", (Custody.RECORDING,)).fetchall()
        )
        return [decode_json(row["sidecar"], Segment) for row in rows]

    async def custody(self) -> list[ClipCustody]:
        return await self._db.read(custody_of)

    async def _one(self, where: str, values: tuple[str, ...]) -> Segment | None:
        query = f"SELECT sidecar FROM segments WHERE {where} LIMIT 1"  # noqa: S608  # ``where`` is a literal of this file
        row = await self._db.read(lambda c: c.execute(query, values).fetchone())
        return decode_json(row["sidecar"], Segment) if row else None


def custody_of(connection: sqlite3.Connection) -> list[ClipCustody]:
    """Every clip's custody, in order of sequence: the one record that status, voice and doctor answer from."""
    rows = connection.execute(
        "SELECT s.sequence, s.segment_id, s.custody, s.sidecar, s.changed_at, o.parked_code FROM segments s "
        "LEFT JOIN outbox o ON o.kind = 'media' AND o.subject_id = s.segment_id ORDER BY s.sequence"
    ).fetchall()
    return [_clip(row) for row in rows]


def _clip(row: sqlite3.Row) -> ClipCustody:
    segment = decode_json(row["sidecar"], Segment)
    return ClipCustody(
        segment_id=segment.segment_id, sequence=row["sequence"], custody=Custody(row["custody"]), sha256=segment.sha256,
        size_bytes=segment.size_bytes, proxy_size_bytes=segment.proxy_size_bytes, dropped_frames=segment.dropped_frames,
        changed_at=row["changed_at"], parked=row["parked_code"] or "",
    )  # fmt: skip


def _begin(connection: sqlite3.Connection, segment: Segment, now_ms: int) -> Segment:
    (last,) = connection.execute("SELECT coalesce(max(sequence), 0) FROM segments").fetchone()
    segment.sequence = last + 1
    _insert(connection, segment, Custody.RECORDING, now_ms)
    return segment


def _insert(connection: sqlite3.Connection, segment: Segment, custody: Custody, now_ms: int) -> None:
    connection.execute(
        "INSERT INTO segments (sequence, segment_id, kind, captured_at, custody, changed_at, sidecar) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (segment.sequence, segment.segment_id, Kind(segment.kind), segment.captured_at, custody, now_ms, encode_json(segment).decode()),
    )


def _set_custody(connection: sqlite3.Connection, segment_id: str, custody: Custody, now_ms: int, sidecar: Segment) -> None:
    connection.execute(
        "UPDATE segments SET custody = ?, changed_at = ?, sidecar = ?, captured_at = ? WHERE segment_id = ?",
        (custody, now_ms, encode_json(sidecar).decode(), sidecar.captured_at, segment_id),
    )
