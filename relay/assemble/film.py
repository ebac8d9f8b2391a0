"""What a film shall be, and what became of it. Plain data: travels to a child process and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from glasses.wire.memory import NearMiss
from relay.assemble.cutlist import CutList
from relay.errors import SouvenirError

Span = tuple[float, float]
"""Start and end in seconds."""


@dataclass(frozen=True, slots=True)
class Bed:
    """Music under a film: a file with sound, and the hash of its bytes."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class FilmPlan:
    """``title``, ``place`` and ``dates`` are set on the title card; any of them may be empty.

    ``loudness_lufs`` is each clip's integrated loudness (BS.1770); a clip without one is measured while rendering.
    """

    cut_list: CutList
    title: str = ""
    place: str = ""
    dates: str = ""
    loudness_lufs: Mapping[str, float] = field(default_factory=dict)
    chapters: Mapping[str, str] = field(default_factory=dict)
    """Video id to the name of its chapter: "Paris · 14 June 2025"."""
    bed: Bed | None = None
    speech: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    """Video id to the seconds of the clip in which somebody speaks: there the bed is quietest. Without a bed it says nothing."""


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """``cut_list`` is what is in the film: that of the plan, less the clips that ``left_out`` names with the reason.

    ``planned_frames`` is what ``cut_list`` promises, ``frames`` what was written.
    """

    cut_list: CutList
    frames: int
    duration_s: float
    copied_frames: int
    encoded_frames: int
    size_bytes: int
    timings_s: dict[str, float]
    left_out: tuple[NearMiss, ...] = ()
    normalised: tuple[str, ...] = ()
    """Clips that were not in the capture profile and had to be encoded whole."""

    @property
    def planned_frames(self) -> int:
        return self.cut_list.planned_frames


class FilmNoClipsError(SouvenirError):
    code = "film.no_clips"


class FilmFailedError(SouvenirError):
    code = "film.failed"


class ClipUnusableError(SouvenirError):
    """A clip that cannot go into a film as it is."""

    def __init__(self, video_id: str, detail: str) -> None:
        super().__init__(detail)
        self.video_id = video_id

    def __reduce__(self) -> tuple[type[ClipUnusableError], tuple[str, str]]:
        return type(self), (self.video_id, self.detail)


class ClipOffProfileError(ClipUnusableError):
    """Its GOPs cannot be copied; encoding it anew helps."""

    code = "film.off_profile"


class ClipUnreadableError(ClipUnusableError):
    """It does not decode where the film needs it; nothing helps."""

    code = "upload.not_a_video"
