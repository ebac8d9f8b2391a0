"""What the catalogue says of a clip already, as parts of looking into it: only what has newer models is looked for again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from glasses.wire.tag import Moment
from relay.catalog.records import Detail, MomentRecord, Part, Video, VideoStatus
from relay.extract import parts
from relay.extract.facts import ExtractRequest
from relay.extract.parts import Look, Loudness, Picture, Pictures, Quality, ReadText, Speech, Texts


def known_parts(video: Video, detail: Detail | None, found: Sequence[MomentRecord], request: ExtractRequest) -> list[Part]:
    """Each under the models that it was found with, so that it counts only while they are the same. Pure."""
    if video.status is not VideoStatus.READY or detail is None or not detail.models:
        return []
    made = {
        name: parts.made(name, one, parts.key_of(name, request, detail.models), faces=name in parts.OF_FACES and "who" in detail.models)
        for name, one in _findings(video, detail, found)
    }
    return list(made.values())


def _findings(video: Video, detail: Detail, found: Sequence[MomentRecord]) -> Iterator[tuple[str, object]]:
    yield "look", Look(moments=[
        Moment(
            start_s=one.start_s, end_s=one.end_s, objects=one.objects, scene=one.scene, faces=one.faces, sharpness=one.sharpness
        ) for one in found
    ])  # fmt: skip
    yield "text", Texts(found=[ReadText(at_s=one.start_s, text=one.text) for one in found if one.text])
    if found and all(one.thumbnail_key for one in found):
        yield "pictures", Pictures(found=[Picture(at_s=one.thumbnail_at_s, key=one.thumbnail_key) for one in found])
    if video.thumbnail_key:
        yield "quality", Quality(seconds=detail.seconds)
    if video.loudness_lufs is not None:
        seconds_lufs = {int(second.at_s): second.loudness_lufs for second in detail.seconds}
        until = max(seconds_lufs, default=-1) + 1
        yield "sound", Loudness(loudness_lufs=video.loudness_lufs, seconds_lufs=[seconds_lufs.get(number) for number in range(until)])
        if detail.commands is not None:
            words = [*detail.commands, *(word for one in found for word in one.words)]
            yield "speech", Speech(spans=detail.speech_spans, words=sorted(words, key=lambda word: word.start_s))
