"""What processes of their own are asked to do. Light to import: the models come with the first call, where it runs."""

from __future__ import annotations

from pathlib import Path

from glasses.wire.tag import FaceTag
from relay.catalog.records import Part
from relay.extract.facts import ClipFacts, ExtractRequest, MusicFacts


def advance_clip(path: Path, request: ExtractRequest, kept: list[Part]) -> list[Part] | ClipFacts:
    """``advance`` there."""
    from relay.extract.extract import advance

    return advance(path, request, kept)


def examine_music(path: Path, longest_s: float) -> MusicFacts:
    """``confined_music`` there."""
    from relay.extract.confined import confined_music

    return confined_music(path, longest_s)


def enrol_photo(photo: bytes) -> FaceTag:
    """``enrol`` there."""
    from relay.extract.extract import enrol

    return enrol(photo)
