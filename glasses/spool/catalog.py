"""Every clip the device has ever closed, and where it is now."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from glasses.spool import outbox
from glasses.spool.db import SpoolDb
from glasses.wire.codec import decode_json, encode_json
from glasses.wire.segment import Kind, Segment
from glasses.wire.status import ClipCustody, Custody
from glasses.wire.tag import Tags
from glasses.wire.upload import Receipt

TAG_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Held:
    """One row: a segment, who has it, and whether its file was given up here."""

    segment: Segment
    custody: Custody
    evicted: bool
    receipt: Receipt | None


class Catalog:
    """Methods end when what they did is durable."""

    def __init__(self, db: SpoolDb, now_ms: Callable[[], int]) -> None:
        self._db, self._now_ms = db, now_ms

    async def begin(self, segment: Segment) -> Segment:
        """Give the segment its sequence number and note that it is being recorded."""
        return await self._db.write(lambda connection: _begin(connection, segment, self._now_ms()), "begin")

    async def close(self, segment: Segment) -> None:
        """The file is complete and hashed: the device keeps it, and it is to be sent."""

        def work(connection: sqlite3.Connection) -> None:
            _set_custody(connection, segment.segment_id, Custody.KEPT, self._now_ms(), sidecar=segment)
            outbox.add(connection, outbox.MEDIA, segment.segment_id, self._now_ms())

        await self._db.write(work, "close")

    async def forget(self, segment_id: str) -> None:
        """Only for a recording in which nothing was captured."""
        await self._db.write(lambda connection: connection.execute("DELETE FROM segments WHERE segment_id = ?", (segment_id,)), "forget")

    async def adopt(self, held: Held) -> None:
        """Take up files that the database does not know, keeping their sequence number where it is free.

        What no relay has waits to be sent.
        """

        def work(connection: sqlite3.Connection) -> None:
            segment = _numbered(connection, held.segment)
            _insert(connection, segment, held.custody, self._now_ms())
            connection.execute(
                "UPDATE segments SET receipt = ?, evicted_at = ? WHERE segment_id = ?",
                (_text(held.receipt), self._now_ms() if held.evicted else None, segment.segment_id),
            )
            if held.custody == Custody.KEPT:
                outbox.add(connection, outbox.MEDIA, segment.segment_id, self._now_ms())

        await self._db.write(work, "adopt")

    async def correct(self, segment: Segment) -> None:
        """The sidecar says otherwise than the row, which is therefore damaged."""
        text = encode_json(segment).decode()
        await self._db.write(lambda c: c.execute("UPDATE segments SET sidecar = ? WHERE segment_id = ?", (text, segment.segment_id)))

    async def tagged(self, tags: Tags) -> None:
        def work(connection: sqlite3.Connection) -> None:
            text = encode_json(tags).decode()
            connection.execute("UPDATE segments SET tags = ? WHERE segment_id = ?", (text, tags.segment_id))
            outbox.add(connection, outbox.TAGS, tags.segment_id, self._now_ms())

        await self._db.write(work, "tags")

    async def tag_failed(self, segment_id: str, reason: str) -> None:
        """Count a failure; after ``TAG_ATTEMPTS`` the segment's tagging is parked with its reason (the clip itself goes on)."""
        await self._db.write(
            lambda connection: connection.execute(
                "UPDATE segments SET tag_failures = tag_failures + 1, tag_parked = CASE WHEN tag_failures + 1 >= ? THEN ? ELSE '' END "
                "WHERE segment_id = ?",
                (TAG_ATTEMPTS, reason, segment_id),
            ),
            "tag failure",
        )

    async def untagged(self) -> Segment | None:
        """The oldest closed segment that nothing has looked at yet."""
        here = "evicted_at IS NULL AND custody != ?"
        return await self._one(f"tags IS NULL AND tag_parked = '' AND {here} ORDER BY sequence", (Custody.RECORDING,))

    async def unproxied(self) -> list[Segment]:
        """Closed videos without a small copy: those that nobody else has first, then the oldest."""
        rows = await self._db.read(
            lambda c: c.execute(
                "SELECT sidecar FROM segments WHERE kind = ? AND custody != ? AND evicted_at IS NULL "
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

        return await self._db.write(work, "proxy row")

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

        return await self._db.write(work, "receipt row")

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

        return await self._db.write(work, "filmed")

    async def evict(self, segment_id: str) -> bool:
        """The file of a clip that a relay has will be given up here. False when it may not be, or has been already."""

        def work(connection: sqlite3.Connection) -> bool:
            done = connection.execute(
                "UPDATE segments SET evicted_at = ? WHERE segment_id = ? AND custody IN (?, ?) AND receipt IS NOT NULL "
                "AND evicted_at IS NULL",
                (self._now_ms(), segment_id, Custody.STORED, Custody.FILMED),
            )
            return done.rowcount == 1

        return await self._db.write(work, "evict")

    async def remember_upload(self, segment_id: str, url: str) -> None:
        """Where this segment's upload goes on after an interruption; empty to start afresh."""
        await self._db.write(
            lambda connection: connection.execute("UPDATE segments SET upload_url = ? WHERE segment_id = ?", (url, segment_id)),
            "upload url",
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

    async def held(self) -> list[Held]:
        """Every row, in order of sequence. Raises StorageDamagedError, WireMalformedError for one that does not decode."""
        return await self._db.read(held_of)

    async def _one(self, where: str, values: tuple[str, ...]) -> Segment | None:
        query = f"SELECT sidecar FROM segments WHERE {where} LIMIT 1"  # noqa: S608  # ``where`` is a literal of this file
        row = await self._db.read(lambda c: c.execute(query, values).fetchone())
        return decode_json(row["sidecar"], Segment) if row else None


def custody_of(connection: sqlite3.Connection) -> list[ClipCustody]:
    """Every clip's custody, in order of sequence: the one record that status, voice and doctor answer from."""
    rows = connection.execute(
        "SELECT s.sequence, s.segment_id, s.custody, s.sidecar, s.changed_at, s.evicted_at, o.parked_code FROM segments s "
        "LEFT JOIN outbox o ON o.kind = 'media' AND o.subject_id = s.segment_id ORDER BY s.sequence"
    ).fetchall()
    return [_clip(row) for row in rows]


def held_of(connection: sqlite3.Connection) -> list[Held]:
    rows = connection.execute("SELECT custody, sidecar, receipt, evicted_at FROM segments ORDER BY sequence").fetchall()
    return [
        Held(
            decode_json(row["sidecar"], Segment), Custody(row["custody"]), row["evicted_at"] is not None,
            decode_json(row["receipt"], Receipt) if row["receipt"] else None,
        )
        for row in rows
    ]  # fmt: skip


def _clip(row: sqlite3.Row) -> ClipCustody:
    segment = decode_json(row["sidecar"], Segment)
    return ClipCustody(
        segment_id=segment.segment_id, sequence=row["sequence"], custody=Custody(row["custody"]), sha256=segment.sha256,
        size_bytes=segment.size_bytes, proxy_size_bytes=segment.proxy_size_bytes, dropped_frames=segment.dropped_frames,
        changed_at=row["changed_at"], parked=row["parked_code"] or "", evicted=row["evicted_at"] is not None,
    )  # fmt: skip


def _begin(connection: sqlite3.Connection, segment: Segment, now_ms: int) -> Segment:
    (last,) = connection.execute("SELECT coalesce(max(sequence), 0) FROM segments").fetchone()
    segment.sequence = last + 1
    _insert(connection, segment, Custody.RECORDING, now_ms)
    return segment


def _numbered(connection: sqlite3.Connection, segment: Segment) -> Segment:
    """With its own number, or the next when it has none or that is taken."""
    taken = connection.execute("SELECT 1 FROM segments WHERE sequence = ?", (segment.sequence,)).fetchone()
    if taken or segment.sequence < 1:
        (last,) = connection.execute("SELECT coalesce(max(sequence), 0) FROM segments").fetchone()
        segment.sequence = last + 1
    return segment


def _text(receipt: Receipt | None) -> str | None:
    return encode_json(receipt).decode() if receipt else None


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
