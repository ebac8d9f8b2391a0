"""Edits to stored clips, and their deletion: each with its feed entry and the job that follows, in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from glasses.wire.change import OpKind
from glasses.wire.status import Custody
from glasses.wire.video import PlaceInfo, VideoEdit, VideoInfo
from relay.auth.links import Links
from relay.catalog import changes, moments, people, videos
from relay.catalog.records import Video
from relay.catalog.rows import Connection
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobKind, Message

_THINGS = 12


class Library:
    def __init__(self, bus: Bus, links: Links, now_ms: Callable[[], int]) -> None:
        self._bus, self._links, self._now_ms = bus, links, now_ms

    def edit_in(self, connection: Connection, user_id: str, video_id: str, edit: VideoEdit) -> None:
        """Raises NotFoundError. Call it inside a write, and let the bus announce after."""
        video = videos.get(connection, user_id, video_id)
        value: dict[str, object] = {}
        if edit.caption is not None:
            video.caption = value["caption"] = edit.caption.strip()
        if edit.tags is not None:
            video.tags = value["tags"] = sorted({tag.strip() for tag in edit.tags if tag.strip()})
        videos.put(connection, video)
        changes.append(connection, user_id, OpKind.EDIT, video_id, value, self._now_ms())
        self._bus.publish_in(connection, Message(user_id=user_id, operation=JobKind.REINDEX, video_id=video_id))

    def delete_in(self, connection: Connection, user_id: str, video_id: str) -> None:
        """Delete means delete: what is known of it goes now, its media with the next job. Raises NotFoundError."""
        video = videos.get(connection, user_id, video_id)
        erased = Video(
            user_id=user_id, video_id=video_id, device_id=video.device_id, sha256=video.sha256, size_bytes=video.size_bytes,
            stored_at=video.stored_at, blob_key=video.blob_key, thumbnail_key=video.thumbnail_key, film_key=video.film_key,
            deleted_at=self._now_ms(),
        )  # fmt: skip
        videos.put(connection, erased)
        moments.drop(connection, user_id, video_id)
        videos.drop_device_tags(connection, user_id, video_id)
        changes.append(connection, user_id, OpKind.DELETE, video_id, {}, self._now_ms())
        self._bus.publish_in(connection, Message(user_id=user_id, operation=JobKind.ERASE, video_id=video_id))

    def info_in(self, connection: Connection, video: Video) -> VideoInfo:
        found = moments.of_video(connection, video.user_id, video.video_id)
        timing = videos.timing(connection, video.user_id, video.video_id)
        ids = list(dict.fromkeys(person_id for moment in found for person_id in moment.people))
        names = {person.person_id: person.name for person in people.of_user(connection, video.user_id)}
        filmed = videos.filmed(connection, video.user_id, video.video_id)
        labels = [label for moment in found for label in (*moment.objects, *moment.scene)]
        return VideoInfo(
            video_id=video.video_id, device_id=video.device_id, kind=video.kind, status=video.status.value,
            custody=Custody.FILMED if filmed else Custody.STORED, captured_at=video.captured_at, timezone=video.timezone,
            stored_at=video.stored_at, searchable_at=timing.searchable_at, duration=video.duration_s,
            size_bytes=video.size_bytes, sha256=video.sha256,
            place=PlaceInfo(
                name=video.place.name, region=video.place.region, country=video.place.country, lat=video.lat, lon=video.lon
            ),
            caption=video.caption, tags=video.tags, people=[names[one] for one in ids if one in names], people_ids=ids,
            things=list(dict.fromkeys(label.name for label in sorted(labels, key=lambda label: -label.score)))[:_THINGS],
            speech=" ".join(moment.speech for moment in found if moment.speech), media_url=self._links.to(video.blob_key),
            thumbnail_url=self._links.to(video.thumbnail_key), timings_s=timing.stages,
        )  # fmt: skip
