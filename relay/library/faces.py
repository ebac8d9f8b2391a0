"""Faces in clips: tracks of one face in a clip, and the same unknown face in many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from glasses.wire.people import FaceInView, SuggestedPerson, UnknownPerson
from glasses.wire.tag import FaceTag
from relay.catalog import moments, people, videos
from relay.catalog.records import MomentRecord
from relay.catalog.rows import Connection
from relay.errors import NotFoundError
from relay.library.recognition import KnownFace, Vector, clearness, grouped, mean, recognise

CLEAR_PX = 48
SAME_PERSON = 0.45
"""Tracks of different clips nearer than this are one unknown person: nobody checks them before they are shown together."""
_SHOWN, _MOST = 4, 60


class FaceTrack(NamedTuple):
    """One face while it is in a clip, the clearest view first."""

    video_id: str
    start_s: float
    end_s: float
    views: list[FaceTag]

    @property
    def face_id(self) -> str:
        """Time and place of the clearest view: the same as long as the clip is not looked into anew."""
        best = self.views[0]
        return f"{round(best.at_s * 1000)}-{round(best.box[0] * 1000)}-{round(best.box[1] * 1000)}"

    def embedding(self) -> list[float]:
        """Of the best few views."""
        return [float(number) for number in mean(self.views[:3])]


def tracks_of(found: Sequence[MomentRecord]) -> list[FaceTrack]:
    """The faces of one video's moments, each once."""
    seen: dict[tuple[float, tuple[float, ...]], tuple[FaceTag, float, float]] = {}
    for moment in found:
        for face in moment.faces:
            _, start_s, end_s = seen.get((face.at_s, face.box), (face, moment.start_s, moment.end_s))
            seen[face.at_s, face.box] = (face, min(start_s, moment.start_s), max(end_s, moment.end_s))
    ranges = {id(face): (start_s, end_s) for face, start_s, end_s in seen.values()}
    groups = grouped([face for face, _, _ in seen.values() if face.embedding])
    video_id = found[0].video_id if found else ""
    return [
        FaceTrack(
            video_id, min(ranges[id(face)][0] for face in group), max(ranges[id(face)][1] for face in group),
            sorted(group, key=clearness, reverse=True),
        )
        for group in groups
    ]  # fmt: skip


def in_view(connection: Connection, user_id: str, video_id: str) -> list[FaceInView]:
    """Raises NotFoundError."""
    videos.get(connection, user_id, video_id)
    known, names = _known(connection, user_id)
    return [_shown(track, known, names) for track in tracks_of(moments.of_video(connection, user_id, video_id))]


def find_face(connection: Connection, user_id: str, video_id: str, face_id: str) -> FaceTrack:
    """Raises NotFoundError."""
    videos.get(connection, user_id, video_id)
    for track in tracks_of(moments.of_video(connection, user_id, video_id)):
        if track.face_id == face_id:
            return track
    raise NotFoundError(f"face {face_id}", hint="Ask for the clip's faces again: it was looked into anew.")


def unknown_people(connection: Connection, user_id: str) -> list[UnknownPerson]:
    """Clear faces that nobody is named for, each person's together, those in the most clips first."""
    known, names = _known(connection, user_id)
    clusters: list[tuple[Vector, list[FaceTrack]]] = []
    for video in videos.ready(connection, user_id):
        for track in tracks_of(moments.of_video(connection, user_id, video.video_id)):
            if track.views[0].height_px < CLEAR_PX or recognise(track.views, known).people:
                continue
            middle = mean(track.views[:3])
            near = [(float(np.linalg.norm(other - middle)), number) for number, (other, _) in enumerate(clusters)]
            distance, number = min(near, default=(np.inf, -1))
            if distance < SAME_PERSON:
                other, members = clusters[number]
                clusters[number] = ((other * len(members) + middle) / (len(members) + 1), [*members, track])
            else:
                clusters.append((middle, [track]))
    found = sorted((members for _, members in clusters), key=lambda members: -len({track.video_id for track in members}))
    return [
        UnknownPerson(
            videos=len({track.video_id for track in members}),
            faces=[_shown(track, known, names) for track in sorted(members, key=lambda one: -clearness(one.views[0]))[:_SHOWN]],
        )
        for members in found[:_MOST]
    ]


def _known(connection: Connection, user_id: str) -> tuple[dict[str, KnownFace], dict[str, str]]:
    everyone = people.of_user(connection, user_id)
    return (
        {person.person_id: KnownFace(person.embedding, person.photos) for person in everyone if person.embedding},
        {person.person_id: person.name for person in everyone},
    )


def _shown(track: FaceTrack, known: dict[str, KnownFace], names: dict[str, str]) -> FaceInView:
    best, found = track.views[0], recognise(track.views, known)
    person_id = next(iter(found.people), "")
    maybe = [SuggestedPerson(person_id=one.person_id, name=names[one.person_id], distance=one.distance) for one in found.suggestions]
    return FaceInView(
        video_id=track.video_id, face_id=track.face_id, start_s=track.start_s, end_s=track.end_s, at_s=best.at_s, box=best.box,
        height_px=best.height_px, person_id=person_id, name=names.get(person_id, ""),
        suggestions=maybe,
    )  # fmt: skip
