"""Edits to stored clips, and their deletion: each with its feed entry and the job that follows, in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from glasses.wire.change import OpKind
from glasses.wire.codec import from_builtins
from glasses.wire.status import Custody
from glasses.wire.video import PlaceInfo, VideoEdit, VideoInfo
from relay.auth.links import Links
from relay.catalog import changes, details, edits, memories, merging, moments, ops, parts, stamps, touched, videos
from relay.catalog.kept import METADATA_S, Kept
from relay.catalog.merging import Author, Edits, Marks
from relay.catalog.profiles import Profiles
from relay.catalog.records import Video, VideoStatus
from relay.catalog.rows import Connection
from relay.errors import NotFoundError
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobKind, Message
from relay.library.films import remake_in

_THINGS = 12


class Library:
    """``trash_s``: how long what another device deleted can come back by an edit that was made later."""

    def __init__(
        self, bus: Bus, links: Links, now_ms: Callable[[], int], trash_s: int = 0, profiles: Profiles | None = None
    ) -> None:  # fmt: skip
        self._bus, self._links, self.now_ms, self._trash_ms = bus, links, now_ms, trash_s * 1000
        self._profiles, self.told = profiles or Profiles(now_ms), Kept[VideoInfo](now_ms, METADATA_S, 8192)

    def edit_in(self, connection: Connection, user_id: str, video_id: str, edit: VideoEdit, author: Author | None = None) -> None:
        """Merged with what others said of it; by the owner here and now without an ``author``. Raises NotFoundError.

        Call it inside a write, and let the bus announce after.
        """
        author = author or Author(stamp=stamps.tick(connection, self.now_ms()))
        state = edits.get(connection, user_id, video_id)
        self._meet(connection, _there(connection, user_id, video_id), state, _change(edit, state, author), author)

    def remove_in(self, connection: Connection, user_id: str, video_id: str, author: Author) -> None:
        """Out of sight; erased after the trash time, unless an edit that was made later brings it back. Raises NotFoundError."""
        state = edits.get(connection, user_id, video_id)
        self._meet(connection, _there(connection, user_id, video_id), state, merging.erased(author), author)

    def delete_in(self, connection: Connection, user_id: str, video_id: str) -> None:
        """Delete means delete: what is known of it goes now, its media with the next job. Raises NotFoundError."""
        erase_in(connection, _there(connection, user_id, video_id), self.now_ms())
        changes.append(connection, user_id, OpKind.DELETE, video_id, {}, self.now_ms())
        self._bus.publish_in(connection, Message(user_id=user_id, operation=JobKind.ERASE, video_id=video_id))
        remake_in(connection, self._bus, user_id, video_id, self.now_ms())

    def choose_in(self, connection: Connection, user_id: str, conflict_id: str, *, lost: bool) -> None:
        """Settle a conflict; with ``lost`` the value that lost is said again, now. Raises NotFoundError."""
        conflict = edits.conflict(connection, user_id, conflict_id)
        edits.settle(connection, user_id, conflict_id)
        if not lost:
            return
        if conflict.field == merging.DELETED:
            self.remove_in(connection, user_id, conflict.subject_id, Author(stamp=stamps.tick(connection, self.now_ms())))
        else:
            self.edit_in(connection, user_id, conflict.subject_id, from_builtins({conflict.field: conflict.lost}, VideoEdit))

    def _meet(self, connection: Connection, video: Video, state: Edits, change: Edits, author: Author) -> None:
        user_id, video_id, now = video.user_id, video.video_id, self.now_ms()
        for lost in merging.losses(state, change, author):
            edits.lose(connection, user_id, video_id, lost, now)
        merged = merging.merge(state, change)
        cursor = changes.append(connection, user_id, *_told(video_id, merged), now)
        edits.put(connection, user_id, video_id, merged.at(author.stamp, cursor))
        was_there = video.deleted_at is None
        _show(video, merged, now, now + self._trash_ms)
        videos.put(connection, video)
        if video.deleted_at is not None:
            parts.drop(connection, user_id, video_id)
        self._follow(connection, video, was_there)

    def _follow(self, connection: Connection, video: Video, was_there: bool) -> None:
        message = Message(user_id=video.user_id, operation=JobKind.REINDEX, video_id=video.video_id)
        if video.deleted_at is None and not was_there and video.status is VideoStatus.STORED:
            message.operation = JobKind.EXTRACT  # it was deleted before it was looked into
        self._bus.publish_in(connection, message)
        if video.deleted_at is not None and was_there:
            remake_in(connection, self._bus, video.user_id, video.video_id, self.now_ms(), for_good=False)
        if video.erase_at is not None:
            erase = Message(user_id=video.user_id, operation=JobKind.ERASE, video_id=video.video_id)
            self._bus.publish_in(connection, erase, due_at=video.erase_at)

    def info_in(self, connection: Connection, video: Video) -> VideoInfo:
        """With fresh links; the rest as it is kept while neither the clip nor the people have been touched."""
        profile = self._profiles.of(connection, video.user_id)
        state = (touched.of_video(connection, video.user_id, video.video_id), profile.state)
        names = {person.person_id: person.name for person in profile.people}
        told = self.told.of((video.user_id, video.video_id), state, lambda: self._info(connection, video, names))
        return replace(told, media_url=self._links.to(video.blob_key), thumbnail_url=self._links.to(video.thumbnail_key))

    def _info(self, connection: Connection, video: Video, names: dict[str, str]) -> VideoInfo:
        found = moments.of_video(connection, video.user_id, video.video_id)
        timing = videos.timing(connection, video.user_id, video.video_id)
        recognised = [person_id for moment in found for person_id in moment.people if person_id not in video.not_people]
        ids = list(dict.fromkeys([*video.people, *recognised]))
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
            speech=" ".join(moment.speech for moment in found if moment.speech), timings_s=timing.stages,
        )  # fmt: skip


def erase_in(connection: Connection, video: Video, now_ms: int) -> None:
    """All that is known of it goes; what stays says that it was here, and where its media are until they are taken away."""
    erased = Video(
        user_id=video.user_id, video_id=video.video_id, device_id=video.device_id, sha256=video.sha256, size_bytes=video.size_bytes,
        stored_at=video.stored_at, blob_key=video.blob_key, thumbnail_key=video.thumbnail_key, film_key=video.film_key,
        deleted_at=now_ms,
    )  # fmt: skip
    videos.put(connection, erased)
    moments.drop(connection, video.user_id, video.video_id)
    details.drop(connection, video.user_id, video.video_id)
    parts.drop(connection, video.user_id, video.video_id)
    memories.miss_no_more(connection, video.user_id, video.video_id)
    videos.drop_device_tags(connection, video.user_id, video.video_id)
    edits.drop(connection, video.user_id, video.video_id)
    changes.blank(connection, video.user_id, video.video_id)
    ops.blank(connection, video.user_id, video.video_id)


def _there(connection: Connection, user_id: str, video_id: str) -> Video:
    """Also one that waits in the trash. Raises NotFoundError."""
    video = videos.find(connection, user_id, video_id)
    if video is None or (video.deleted_at is not None and video.erase_at is None):
        raise NotFoundError(f"video {video_id}")
    return video


def _change(edit: VideoEdit, state: Edits, author: Author) -> Edits:
    fields = {} if edit.caption is None else {"caption": edit.caption.strip()}
    tags = _set_change(edit.tags, edit.tags_add, edit.tags_remove, state.sets.get("tags", {}), author)
    people = _set_change(edit.people, edit.people_add, edit.people_remove, state.sets.get("people", {}), author)
    return merging.changed(author, fields, {name: marks for name, marks in (("tags", tags), ("people", people)) if marks})


def _set_change(
    whole: list[str] | None, add: list[str], remove: list[str], state: dict[str, Marks], author: Author
) -> dict[str, Marks]:  # fmt: skip
    made = {} if whole is None else merging.becoming(author, _trimmed(whole), state)
    return {**made, **merging.removing(author, _trimmed(remove), state), **merging.adding(author, _trimmed(add))}


def _trimmed(elements: list[str]) -> list[str]:
    return [element.strip() for element in elements if element.strip()]


def _told(video_id: str, state: Edits) -> tuple[OpKind, str, dict[str, object]]:
    """The feed tells the whole of what people said, so that whoever reads the latest entry knows all."""
    if not state.alive:
        return OpKind.DELETE, video_id, {}
    return OpKind.EDIT, video_id, {"caption": state.field("caption", ""), "tags": state.members("tags"), "people": state.members("people")}


def _show(video: Video, state: Edits, now_ms: int, erase_at: int) -> None:
    video.caption, video.tags = state.field("caption", ""), state.members("tags")
    video.people, video.not_people = state.members("people"), state.denied("people")
    if state.alive:
        video.deleted_at = video.erase_at = None
    elif video.deleted_at is None:
        video.deleted_at, video.erase_at = now_ms, erase_at
