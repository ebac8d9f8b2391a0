"""What processes of their own are asked to do. Light to import: the models come with the first call, where it runs."""

from __future__ import annotations

from pathlib import Path

from glasses.wire.tag import FaceTag
from relay.extract.facts import ClipFacts, ExtractRequest


def extract_clip(path: Path, request: ExtractRequest) -> ClipFacts:
    """``extract`` there."""
    from relay.extract.extract import extract

    return extract(path, request)


def enrol_photo(photo: bytes) -> FaceTag:
    """``enrol`` there."""
    from relay.extract.extract import enrol

    return enrol(photo)
