"""What processes of their own are asked to do. Light to import: the models come with the first call, where it runs."""

from __future__ import annotations

from pathlib import Path

from glasses.wire.tag import FaceTag
from relay.catalog.records import Part
from relay.extract.facts import ClipFacts, ExtractRequest


def advance_clip(path: Path, request: ExtractRequest, kept: list[Part]) -> list[Part] | ClipFacts:
    """``advance`` there."""
    from relay.extract.extract import advance

    return advance(path, request, kept)


def enrol_photo(photo: bytes) -> FaceTag:
    """``enrol`` there."""
    from relay.extract.extract import enrol

    return enrol(photo)
