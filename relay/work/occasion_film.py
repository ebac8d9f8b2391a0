"""A trip or a year as stops, and what a film of it is chosen from: the best moments, spread over it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from glasses.wire.memory import Occasion, Plan, Term, TermKind
from relay.ask.result import MomentHit, SearchResult, VideoHit
from relay.catalog import moments, people, videos
from relay.catalog.records import MomentRecord, Video
from relay.catalog.rows import Connection
from relay.work.documents import quality_of
from relay.work.film_form import film_frames
from relay.work.film_plan import dates_of
from relay.work.occasions import TRIP, Stop

MOST_CLIPS = 150
"""Of longer lists the best of equal stretches of time: a film of two minutes shows some twenty."""
_LEAST_FRAMES = 60
_FRIENDS, _FACES, _WORDS, _CAPTION = 0.3, 0.1, 0.1, 0.2


def stops_of(connection: Connection, user_id: str) -> list[Stop]:
    """Every clip of the account that films can use."""
    return [
        Stop(
            video.video_id, video.captured_at, day_of(video), _where(video), video.place.name, video.place.country,
            worth_of(video, moments.of_video(connection, user_id, video.video_id)),
        )
        for video in videos.ready(connection, user_id) if film_frames(video) >= _LEAST_FRAMES
    ]  # fmt: skip


def found_for(connection: Connection, user_id: str, occasion: Occasion) -> SearchResult:
    """What is in the film's range of time, as if it had been searched for."""
    names = {person.person_id: person.name for person in people.of_user(connection, user_id)}
    hits, days = [], []
    for video in videos.ready(connection, user_id):
        if occasion.start_at <= video.captured_at < occasion.end_at:
            days.append(day_of(video))
            hits.append(_hit(video, moments.of_video(connection, user_id, video.video_id), names))
    return SearchResult(plan_of_occasion(occasion, days), tuple(spread(hits, MOST_CLIPS)), total=len(hits))


def plan_of_occasion(occasion: Occasion, days: Sequence[date]) -> Plan:
    said = f"Your trip: {occasion.title}" if occasion.kind == TRIP else f"Your year {occasion.title}"
    time = Term(
        kind=TermKind.TIME, value=dates_of(list(days)), start_at=occasion.start_at, end_at=occasion.end_at, source="calendar",
    )  # fmt: skip
    return Plan(query=occasion.title, title=occasion.title, said=f"{said}.", terms=[time])


def spread(hits: Sequence[VideoHit], most: int) -> list[VideoHit]:
    """The best of each of ``most`` equal stretches. Pure."""
    count = min(most, len(hits))
    stretches = [hits[len(hits) * number // count : len(hits) * (number + 1) // count] for number in range(count)]
    return [max(stretch, key=lambda hit: hit.score) for stretch in stretches]


def worth_of(video: Video, found: Sequence[MomentRecord]) -> float:
    """0 to 1: how much one would like to see it again: how it looks, who is in it, what is said, that somebody wrote about it. Pure."""
    quality = max((quality_of(moment.sharpness) for moment in found), default=0.0)
    known = bool(video.people) or any(moment.people for moment in found)
    faces = any(moment.unknown_faces or moment.faces for moment in found)
    words, caption = any(moment.words for moment in found), bool(video.caption or video.tags)
    return min(1.0, 0.6 * quality + _FRIENDS * known + _FACES * faces + _WORDS * words + _CAPTION * caption)


def day_of(video: Video) -> date:
    try:
        zone: ZoneInfo | None = ZoneInfo(video.timezone) if video.timezone else None
    except ZoneInfoNotFoundError:
        zone = None
    return datetime.fromtimestamp(video.captured_at / 1000, zone or UTC).date()


def _where(video: Video) -> tuple[float, float] | None:
    return None if video.lat is None or video.lon is None else (video.lat, video.lon)


def _hit(video: Video, found: Sequence[MomentRecord], names: dict[str, str]) -> VideoHit:
    seen = dict.fromkeys([*video.people, *(person for moment in found for person in moment.people if person not in video.not_people)])
    who = [names[one] for one in seen if one in names]
    parts = tuple(MomentHit(one.moment_id, one.start_s, one.end_s, 1.0 if one.people or one.faces else 0.5) for one in found)
    reason = f"with {' and '.join(who[:3])}" if who else "a good moment"
    return VideoHit(
        video.video_id, video.kind.value, video.captured_at, video.duration_s, worth_of(video, found), reason, video.place.name, parts
    )
