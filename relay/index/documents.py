"""A moment's document, taken apart into what the index stores."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from relay.catalog.records import MomentDoc


def digest_of(docs: Iterable[MomentDoc]) -> str:
    """Of one video's documents: equal exactly when nothing that the index stores has changed."""
    ordered = sorted(docs, key=lambda doc: (doc.start_s, doc.moment_id))
    return hashlib.blake2b(msgspec.json.encode(ordered), digest_size=16).hexdigest()


def by_video(docs: Iterable[MomentDoc]) -> dict[tuple[str, str], list[MomentDoc]]:
    """(user_id, video_id) -> its moments in order of time."""
    grouped: dict[tuple[str, str], list[MomentDoc]] = {}
    for doc in docs:
        grouped.setdefault((doc.user_id, doc.video_id), []).append(doc)
    for moments in grouped.values():
        moments.sort(key=lambda doc: (doc.start_s, doc.moment_id))
    return grouped


def labels_of(doc: MomentDoc) -> list[str]:
    return list(dict.fromkeys(label.casefold() for label in [*doc.objects, *doc.scene, *doc.tags] if label))


def terms_of(doc: MomentDoc) -> set[str]:
    """The terms that find a moment exactly."""
    terms = {f"person:{person}" for person in doc.people}
    terms |= {f"place:{place_id}" for place_id in doc.place.ids}
    terms |= {f"label:{label}" for label in labels_of(doc)}
    return terms | {f"faces:{len(set(doc.people)) + doc.unknown_faces}", f"kind:{doc.kind}"}


def video_terms(moments: Sequence[MomentDoc]) -> set[str]:
    """The terms of a whole video: how good its best moment is, its time zone, and hour and weekday by the clock of the place."""
    first = moments[0]
    local = local_ms(first.captured_at, first.timezone)
    quality = round(max(doc.quality for doc in moments) * 10)
    weekday = (local // 86_400_000 + 3) % 7  # the first of January 1970 was a Thursday
    return {f"quality:{min(max(quality, 0), 10)}", f"weekday:{weekday}", f"hour:{(local // 3_600_000) % 24}", f"zone:{first.timezone}"}


def words_of(doc: MomentDoc) -> tuple[str, str, str, str, str]:
    """Speech, written, notes, labels, place: the columns of the full text."""
    place = " ".join(part for part in (doc.place.name, doc.place.region, doc.place.country) if part)
    return doc.speech, doc.text, " ".join([doc.caption, *doc.tags]).strip(), " ".join(labels_of(doc)), place


def seen_of(doc: MomentDoc) -> str:
    """What the vector of what was seen is made of; empty: no vector."""
    return " ".join([*labels_of(doc), doc.caption, doc.text]).strip()


def same_clock(at_ms: int, there: str, here: str) -> int:
    """The first UTC ms at which the clock of ``there`` shows what that of ``here`` shows at ``at_ms``; ``at_ms`` itself if a zone is
    unknown. An hour that ``there`` skips counts as the moment of the skip."""
    try:
        shown = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(here)).replace(tzinfo=ZoneInfo(there), fold=0)
        return int(shown.timestamp() * 1000)
    except (ZoneInfoNotFoundError, ValueError, OverflowError, OSError):
        return at_ms


def local_ms(captured_at: int, timezone: str) -> int:
    """The wall clock's reading as if it were UTC; of an unknown zone, UTC itself."""
    try:
        offset = datetime.fromtimestamp(captured_at / 1000, UTC).astimezone(ZoneInfo(timezone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OverflowError, OSError):
        return captured_at
    return captured_at + (int(offset.total_seconds() * 1000) if offset else 0)
