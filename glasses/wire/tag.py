"""What was seen and heard in a piece of media, by which model."""

from __future__ import annotations

from glasses.wire.codec import Wire

Box = tuple[float, float, float, float]
"""x, y, width, height as fractions of the picture, origin top left."""


class Label(Wire):
    name: str = ""
    score: float = 0.0
    box: Box | None = None


class FaceTag(Wire):
    """One face in one key frame."""

    at_s: float = 0.0
    box: Box = (0.0, 0.0, 0.0, 0.0)
    score: float = 0.0
    height_px: int = 0
    sharpness: float = 0.0
    embedding: list[float] = []
    """128 numbers, compared by Euclidean distance, not normalised."""


class Word(Wire):
    word: str = ""
    start_s: float = 0.0
    end_s: float = 0.0
    confidence: float = 0.0


class Moment(Wire):
    """A time range of a clip and what was found in it. A photo is one moment from 0 to 0."""

    start_s: float = 0.0
    end_s: float = 0.0
    objects: list[Label] = []
    scene: list[Label] = []
    faces: list[FaceTag] = []
    sharpness: float = 0.0
    """Variance of the Laplacian of the key frame, for choosing among moments."""


class Tags(Wire):
    """All that one tagger found in one segment."""

    segment_id: str = ""
    moments: list[Moment] = []
    models: dict[str, str] = {}
    """Role to version: {"objects": "centernet-mobilenetv3-coco@3.3.6"}. Same version = no need to look again."""
    tagged_at: int = 0
