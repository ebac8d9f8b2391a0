"""From what a search found to the plan of a film, and what such a plan is the same as. Reads the catalogue, touches no media."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from glasses.wire.memory import NearMiss
from glasses.wire.segment import Kind
from relay.ask.result import SearchResult, VideoHit
from relay.assemble.cutlist import Candidate, CutList, MomentScore
from relay.assemble.film import FilmPlan
from relay.catalog import moments, videos
from relay.catalog.records import MomentRecord, Video
from relay.catalog.rows import Connection
from relay.work.commands import usable_frames
from relay.work.documents import quality_of

_FILM_VERSION = 1
"""Counts up when films of the same plan come to look different."""
_BED_VERSION = 1
"""... and when music comes to lie otherwise under them."""
_PAUSE_S = 0.6
"""A shorter silence between two words does not end what is said."""


class Found(NamedTuple):
    """A clip of the search with its record and moments."""

    hit: VideoHit
    video: Video
    moments: list[MomentRecord]


def fingerprint_of(plan: FilmPlan, clips: dict[str, Video]) -> str:
    """Of the cuts, the bytes they come from and the words that are set: not of reasons or scores."""
    cuts = [(cut.video_id, clips[cut.video_id].sha256, cut.in_frame, cut.out_frame) for cut in plan.cut_list.cuts]
    levels = sorted((video_id, round(lufs, 2)) for video_id, lufs in plan.loudness_lufs.items())
    words = (plan.title, plan.place, plan.dates, sorted(plan.chapters.items()))
    told: tuple[object, ...] = (_FILM_VERSION, plan.cut_list.title_frames, cuts, levels, words)
    if plan.bed is not None:
        told += (_BED_VERSION, plan.bed.sha256, sorted(plan.speech.items()))
    return hashlib.sha256(repr(told).encode()).hexdigest()


def found_of(connection: Connection, user_id: str, result: SearchResult) -> list[Found]:
    known = videos.many(connection, user_id, [hit.video_id for hit in result.hits])
    return [
        Found(hit, known[hit.video_id], moments.of_video(connection, user_id, hit.video_id))
        for hit in result.hits if hit.video_id in known
    ]  # fmt: skip


def candidate_of(found: Found) -> Candidate:
    shares = {moment.moment_id: moment.score for moment in found.hit.moments}
    scores = tuple(
        MomentScore(moment.start_s, moment.end_s, shares.get(moment.moment_id, 0.0), quality_of(moment.sharpness))
        for moment in found.moments
    )
    usable = usable_frames(found.video)
    return Candidate(
        video_id=found.video.video_id, captured_at=found.video.captured_at, first_frame=usable.first, frames=usable.end,
        score=found.hit.score,
        reason=found.hit.reason, moments=scores if found.video.kind is Kind.VIDEO else (), speech=spoken(found.moments),
        look=int(found.video.look, 16) if found.video.look else None, is_photo=found.video.kind is Kind.PHOTO,
    )  # fmt: skip


def spoken(found: list[MomentRecord]) -> tuple[tuple[float, float], ...]:
    """The seconds (start, end) in which somebody speaks, short pauses included."""
    spans: list[tuple[float, float]] = []
    for word in sorted((word for moment in found for word in moment.words), key=lambda word: word.start_s):
        if spans and word.start_s - spans[-1][1] < _PAUSE_S:
            spans[-1] = (spans[-1][0], max(spans[-1][1], word.end_s))
        else:
            spans.append((word.start_s, word.end_s))
    return tuple(spans)


def plan_of(cut_list: CutList, result: SearchResult, clips: list[Video]) -> FilmPlan:
    used = [video for video in clips if video.video_id in {cut.video_id for cut in cut_list.cuts}]
    places = list(dict.fromkeys(video.place.name for video in sorted(used, key=lambda one: one.captured_at) if video.place.name))
    place = " · ".join(places) if len(places) <= 2 else ""
    # the film's form of a clip has two channels: its loudness is measured anew
    loudness = {video.video_id: video.loudness_lufs for video in used if video.loudness_lufs is not None and not video.film_key}
    chapters = {video.video_id: " · ".join(filter(None, [video.place.name, dates_of([_day(video)])])) for video in used}
    return FilmPlan(
        cut_list=cut_list, title=result.plan.title, place="" if place and place in result.plan.title else place,
        dates=dates_of([_day(video) for video in used]), loudness_lufs=loudness, chapters=chapters,
    )  # fmt: skip


def dates_of(days: list[date]) -> str:
    """'14 June 2025', '14 - 16 June 2025', '30 June - 2 July 2025', with an en dash."""
    if not days:
        return ""
    first, last = min(days), max(days)
    end = f"{last.day} {last:%B %Y}"
    if first == last:
        return end
    start = f"{first.day}" + ("" if (first.year, first.month) == (last.year, last.month) else f" {first:%B}")
    return f"{start}{'' if first.year == last.year else f' {first.year}'} \u2013 {end}"


def _day(video: Video) -> date:
    return datetime.fromtimestamp(video.captured_at / 1000, ZoneInfo(video.timezone) if video.timezone else UTC).date()


def why_none(misses: list[NearMiss]) -> str:
    return "; ".join(dict.fromkeys(miss.reason for miss in misses[:5])) or "the clips that fit are gone"
