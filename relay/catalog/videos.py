"""Videos, their timings, what their device saw in them, and where the device says its clips are."""

from __future__ import annotations

import msgspec

from glasses.wire.status import ClipCustody
from glasses.wire.tag import Tags
from relay.catalog.records import PlaceName, Video, VideoStatus
from relay.catalog.rows import Connection, record, records, text
from relay.errors import NotFoundError


class Timing(msgspec.Struct, kw_only=True):
    stored_at: int = 0
    searchable_at: int | None = None
    stages: dict[str, float] = {}
    """Stage to seconds."""


def put(connection: Connection, video: Video) -> None:
    connection.execute(
        "INSERT INTO videos (user_id, video_id, record) VALUES (?, ?, ?)"
        " ON CONFLICT (user_id, video_id) DO UPDATE SET record = excluded.record",
        (video.user_id, video.video_id, text(video)),
    )


def find(connection: Connection, user_id: str, video_id: str) -> Video | None:
    """Also a deleted one."""
    row = connection.execute("SELECT record FROM videos WHERE user_id = ? AND video_id = ?", (user_id, video_id)).fetchone()
    return record(row, Video)


def get(connection: Connection, user_id: str, video_id: str) -> Video:
    """Raises NotFoundError, for deleted ones too."""
    video = find(connection, user_id, video_id)
    if video is None or video.deleted_at is not None:
        raise NotFoundError(f"video {video_id}")
    return video


def page(connection: Connection, user_id: str, *, limit: int, before: tuple[int, str] | None = None) -> list[Video]:
    """The newest first; ``before`` is (captured_at, video_id) of the last one seen."""
    captured_at, video_id = before or (1 << 62, "")
    rows = connection.execute(
        "SELECT record FROM videos WHERE user_id = ? AND deleted_at IS NULL AND (captured_at, video_id) < (?, ?)"
        " ORDER BY captured_at DESC, video_id DESC LIMIT ?",
        (user_id, captured_at, video_id, limit),
    ).fetchall()
    return records(rows, Video)


def many(connection: Connection, user_id: str, video_ids: list[str]) -> dict[str, Video]:
    """Those of ``video_ids`` that exist and are not deleted."""
    found = (find(connection, user_id, video_id) for video_id in dict.fromkeys(video_ids))
    return {video.video_id: video for video in found if video is not None and video.deleted_at is None}


def same_bytes(connection: Connection, user_id: str, sha256: str) -> Video | None:
    """The account's first video of these bytes; also a deleted one."""
    sql = "SELECT record FROM videos WHERE user_id = ? AND json_extract(record, '$.sha256') = ? ORDER BY video_id LIMIT 1"
    return record(connection.execute(sql, (user_id, sha256)).fetchone(), Video)


def held_bytes(connection: Connection, user_id: str) -> int:
    """What counts in an account's quota: its clips, but not those in the trash, and its music."""
    size = "SELECT coalesce(sum(json_extract(record, '$.size_bytes')), 0) FROM"
    sql = f"SELECT ({size} videos WHERE user_id = ? AND deleted_at IS NULL) + ({size} music WHERE user_id = ?)"
    return int(connection.execute(sql, (user_id, user_id)).fetchone()[0])


def due_for(connection: Connection, tiers: list[str], before: int, limit: int) -> list[Video]:
    """Videos in one of ``tiers`` that came, and were last used, before then."""
    rows = connection.execute(
        "SELECT record FROM videos WHERE deleted_at IS NULL"
        " AND coalesce(json_extract(record, '$.tier'), 'hot') IN (SELECT value FROM json_each(?))"
        " AND max(json_extract(record, '$.stored_at'), coalesce(json_extract(record, '$.used_at'), 0)) < ? LIMIT ?",
        (text(tiers), before, limit),
    ).fetchall()
    return records(rows, Video)


def everything(connection: Connection) -> list[Video]:
    """All accounts' videos that are not deleted: for doctor and backup only."""
    return records(connection.execute("SELECT record FROM videos WHERE deleted_at IS NULL").fetchall(), Video)


def everything_of(connection: Connection, user_id: str) -> list[Video]:
    """All of an account's, deleted ones too."""
    return records(connection.execute("SELECT record FROM videos WHERE user_id = ?", (user_id,)).fetchall(), Video)


def places(connection: Connection, user_id: str) -> dict[str, PlaceName]:
    """Place id to place, of all that were filmed."""
    rows = connection.execute(
        "SELECT json_extract(record, '$.place') AS place FROM videos WHERE user_id = ? AND deleted_at IS NULL"
        " GROUP BY json_extract(record, '$.place.ids[0]')",
        (user_id,),
    ).fetchall()
    found = records([row for row in rows if row["place"]], PlaceName, "place")
    return {place.ids[0]: place for place in found if place.ids}


def ready(connection: Connection, user_id: str) -> list[Video]:
    rows = connection.execute(
        "SELECT record FROM videos WHERE user_id = ? AND deleted_at IS NULL AND status = ? ORDER BY captured_at, video_id",
        (user_id, VideoStatus.READY),
    ).fetchall()
    return records(rows, Video)


def placed(connection: Connection, user_id: str, captured_at: int, *, earlier: bool) -> Video | None:
    """The clip with a position that is next to a time, before it or after it."""
    than, order = ("<", "DESC") if earlier else (">", "ASC")
    row = connection.execute(
        f"SELECT record FROM videos WHERE user_id = ? AND deleted_at IS NULL AND captured_at {than} ?"  # noqa: S608 -- two fixed signs
        f" AND json_extract(record, '$.lat') IS NOT NULL ORDER BY captured_at {order} LIMIT 1",
        (user_id, captured_at),
    ).fetchone()
    return record(row, Video)


def put_timing(connection: Connection, user_id: str, video_id: str, timing: Timing) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO video_timings (user_id, video_id, stored_at, searchable_at, stages) VALUES (?, ?, ?, ?, ?)",
        (user_id, video_id, timing.stored_at, timing.searchable_at, text(timing.stages)),
    )


def timing(connection: Connection, user_id: str, video_id: str) -> Timing:
    row = connection.execute("SELECT * FROM video_timings WHERE user_id = ? AND video_id = ?", (user_id, video_id)).fetchone()
    if row is None:
        return Timing()
    return Timing(stored_at=row["stored_at"], searchable_at=row["searchable_at"], stages=msgspec.json.decode(row["stages"]))


def put_device_tags(connection: Connection, user_id: str, tags: Tags, stamp: str) -> bool:
    """Keep what the glasses saw, whether or not the clip is here yet. False when tags with a later stamp are here."""
    changed = connection.execute(
        "INSERT INTO device_tags VALUES (?, ?, ?, ?) ON CONFLICT (user_id, video_id) DO UPDATE"
        " SET tags = excluded.tags, stamp = excluded.stamp WHERE excluded.stamp >= device_tags.stamp",
        (user_id, tags.segment_id, text(tags), stamp),
    ).rowcount
    return changed > 0


def device_tags(connection: Connection, user_id: str, video_id: str) -> Tags | None:
    row = connection.execute("SELECT tags FROM device_tags WHERE user_id = ? AND video_id = ?", (user_id, video_id)).fetchone()
    return record(row, Tags, "tags")


def put_custody(connection: Connection, user_id: str, device_id: str, custody: ClipCustody) -> None:
    connection.execute("INSERT OR REPLACE INTO custody VALUES (?, ?, ?, ?)", (user_id, custody.segment_id, device_id, text(custody)))


def custody(connection: Connection, user_id: str) -> list[ClipCustody]:
    rows = connection.execute("SELECT record FROM custody WHERE user_id = ? ORDER BY segment_id", (user_id,)).fetchall()
    return records(rows, ClipCustody)


def filmed(connection: Connection, user_id: str, video_id: str) -> bool:
    row = connection.execute("SELECT 1 FROM memory_clips WHERE user_id = ? AND video_id = ? LIMIT 1", (user_id, video_id)).fetchone()
    return row is not None


def drop_device_tags(connection: Connection, user_id: str, video_id: str) -> None:
    connection.execute("DELETE FROM device_tags WHERE user_id = ? AND video_id = ?", (user_id, video_id))


FACE_ROLES = ("faces", "who")


def without_faces(tags: Tags) -> Tags:
    """As a tagger that does not look for faces would have said it."""
    for moment in tags.moments:
        moment.faces = []
    tags.models = {role: version for role, version in tags.models.items() if role not in FACE_ROLES}
    return tags


def erase_device_faces(connection: Connection, user_id: str) -> None:
    rows = connection.execute("SELECT video_id, tags FROM device_tags WHERE user_id = ?", (user_id,)).fetchall()
    for row, tags in zip(rows, records(rows, Tags, "tags"), strict=True):
        connection.execute(
            "UPDATE device_tags SET tags = ? WHERE user_id = ? AND video_id = ?", (text(without_faces(tags)), user_id, row["video_id"])
        )
