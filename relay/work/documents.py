"""The catalogue as the index takes it: each moment with what it inherits from its video."""

from __future__ import annotations

from relay.catalog import moments, users, videos
from relay.catalog.db import Database
from relay.catalog.records import MomentDoc, MomentRecord, Video, VideoStatus
from relay.catalog.rows import Connection

_HALF_SHARP = 150.0
"""Variance of the Laplacian, in a width of 640 pixels, at which a picture is called half as good as can be."""


class Documents:
    """Reads on the calling thread: for the index's thread, not for the event loop's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_user(self, user_id: str) -> list[MomentDoc]:
        def look(connection: Connection) -> list[MomentDoc]:
            timezone = users.get(connection, user_id).timezone
            return [doc for video in videos.ready(connection, user_id) for doc in _of(connection, video, timezone)]

        return self._database.read_here(look)

    def of_video(self, user_id: str, video_id: str) -> list[MomentDoc]:
        """Nothing for a clip that may not be found."""

        def look(connection: Connection) -> list[MomentDoc]:
            video = videos.find(connection, user_id, video_id)
            if video is None or video.deleted_at is not None or video.status is not VideoStatus.READY:
                return []
            return _of(connection, video, users.get(connection, user_id).timezone)

        return self._database.read_here(look)


def quality_of(sharpness: float) -> float:
    """0 to 1."""
    return round(sharpness / (sharpness + _HALF_SHARP), 4) if sharpness > 0 else 0.0


def _of(connection: Connection, video: Video, timezone: str) -> list[MomentDoc]:
    return [_doc(video, moment, video.timezone or timezone) for moment in moments.of_video(connection, video.user_id, video.video_id)]


def _doc(video: Video, moment: MomentRecord, timezone: str) -> MomentDoc:
    return MomentDoc(
        user_id=video.user_id, video_id=video.video_id, moment_id=moment.moment_id, kind=video.kind, captured_at=video.captured_at,
        timezone=timezone, duration_s=video.duration_s, start_s=moment.start_s, end_s=moment.end_s, lat=video.lat, lon=video.lon,
        place=video.place, people=_people(video, moment), unknown_faces=moment.unknown_faces,
        objects=[label.name for label in moment.objects],
        scene=[label.name for label in moment.scene], speech=moment.speech, text=moment.text, caption=video.caption, tags=video.tags,
        quality=quality_of(moment.sharpness),
    )  # fmt: skip


def _people(video: Video, moment: MomentRecord) -> list[str]:
    """Those whose faces are recognised, unless somebody said no, and those of whom somebody said that they are in the clip."""
    recognised = [person for person in moment.people if person not in video.not_people]
    return list(dict.fromkeys([*recognised, *video.people]))
