"""Everything that the relay finds out about one clip or photo, in one call for a worker process."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path

import av
import msgspec
from PIL import Image

from glasses.wire.tag import FaceTag, Label, Moment, Tags, Word
from models.keyframes import read_photo
from models.moments import clearness
from models.places import PlaceFinder
from models.sight import Sight, versions
from models.speech import SpeechModel
from models.store import ModelStore
from relay.catalog.records import PlaceName
from relay.errors import SouvenirError
from relay.extract.confined import confined_probe
from relay.extract.place import place_of, timezone_of
from relay.extract.probe import NotAVideoError, Probe
from relay.extract.sight import already_seen, look, only_offer
from relay.extract.sound import loudness_lufs
from relay.extract.speech import words_in
from relay.extract.thumbnail import BestPicture

FACE_HEIGHT_PX = 48
"""A smaller face is too weak to know a person by."""
FACE_ROLES = ("faces", "who")


class NoFaceError(SouvenirError):
    code = "photo.no_face"


class ExtractRequest(msgspec.Struct, kw_only=True, frozen=True):
    models_root: str = ""
    """Empty: where ModelStore looks by itself."""
    lat: float | None = None
    lon: float | None = None
    tags: Tags | None = None
    """What the glasses found, if they have said so."""
    faces: bool = True
    """False without the account's consent: faces are then neither looked for nor taken from the tags."""
    speech: bool = True


class MomentFacts(msgspec.Struct, kw_only=True):
    """A time range and what is in it; whose faces they are is for the account's people to say."""

    start_s: float = 0.0
    end_s: float = 0.0
    faces: list[FaceTag] = []
    objects: list[Label] = []
    scene: list[Label] = []
    speech: str = ""
    words: list[Word] = []
    sharpness: float = 0.0


class ClipFacts(msgspec.Struct, kw_only=True):
    probe: Probe
    thumbnail: bytes = b""
    """JPEG, 640 wide."""
    place: PlaceName = msgspec.field(default_factory=PlaceName)
    timezone: str = ""
    """IANA name; empty without a position."""
    loudness_lufs: float | None = None
    moments: list[MomentFacts] = []
    models: dict[str, str] = {}
    """Role to version of the models that the facts were found with."""
    timings_s: dict[str, float] = {}


def extract(path: Path, request: ExtractRequest) -> ClipFacts:
    """Raises NotAVideoError for what does not decode, ModelMissingError. Models stay loaded in the process."""
    senses = _senses(request.models_root)
    timer = _Timer()
    with timer.of("probe"):
        facts = ClipFacts(probe=confined_probe(path), models=senses.seen_with(faces=request.faces))
    if request.lat is not None and request.lon is not None:
        with timer.of("place"):
            facts.place, facts.timezone = place_of(senses.places, request.lat, request.lon), timezone_of(request.lat, request.lon)
    with timer.of("sight"):
        moments, facts.thumbnail = _see(path, facts.probe, request, senses)
    words: list[Word] = []
    if facts.probe.has_audio:
        with timer.of("loudness"):
            facts.loudness_lufs = loudness_lufs(path)
        if request.speech:
            with timer.of("speech"):
                words = words_in(path, senses.speech)
            facts.models["speech"] = senses.store.version("speech")
    facts.moments = [_facts(moment, _said_in(moment, words), faces=request.faces) for moment in moments]
    facts.timings_s = timer.seconds
    return facts


def enrol(photo: bytes, models_root: str = "") -> FaceTag:
    """The face to know a person by: the clearest large one of the photo. Raises NoFaceError, NotAVideoError."""
    try:
        picture = read_photo(io.BytesIO(photo))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as problem:  # all of them for damaged photos
        raise NotAVideoError(f"the photo does not decode: {problem}") from problem
    faces = _senses(models_root).sight.faces(picture)
    if not faces:
        raise NoFaceError("no face was found in the photo")
    best = max(faces, key=clearness)
    if best.height_px < FACE_HEIGHT_PX:
        raise NoFaceError(f"the face is {best.height_px} pixels high; {FACE_HEIGHT_PX} are needed")
    rivals = [face for face in faces if face is not best and clearness(face) > clearness(best) / 2]
    if rivals:
        raise NoFaceError(f"{len(rivals) + 1} faces are equally clear: whose is meant?")
    return best


class _Senses:
    """The models of one process, each loaded when it is first needed."""

    def __init__(self, store: ModelStore) -> None:
        self.store = store
        self.sight = Sight(store)

    def seen_with(self, *, faces: bool) -> dict[str, str]:
        """Role to version of the models that look; without consent none for faces."""
        return {role: version for role, version in versions(self.store).items() if faces or role not in FACE_ROLES}

    @cached_property
    def places(self) -> PlaceFinder:
        return PlaceFinder(self.store.path("places"))

    @cached_property
    def speech(self) -> SpeechModel:
        return SpeechModel(self.store.path("speech"))


@cache
def _senses(models_root: str) -> _Senses:
    return _Senses(ModelStore(Path(models_root) if models_root else None))


def _see(path: Path, probed: Probe, request: ExtractRequest, senses: _Senses) -> tuple[list[Moment], bytes]:
    best = BestPicture()
    try:
        if request.tags is not None and already_seen(request.tags, senses.seen_with(faces=request.faces)):
            only_offer(path, probed, best)
            return request.tags.moments, best.jpeg()
        moments = look(path, probed, senses.sight, best, faces=request.faces)
        return moments, best.jpeg()
    except (av.FFmpegError, OSError) as problem:
        raise NotAVideoError(f"{path.name}: {problem}") from problem


def _said_in(moment: Moment, words: list[Word]) -> list[Word]:
    return [word for word in words if moment.start_s <= (word.start_s + word.end_s) / 2 < moment.end_s]


def _facts(moment: Moment, said: list[Word], *, faces: bool) -> MomentFacts:
    return MomentFacts(
        start_s=moment.start_s, end_s=moment.end_s, objects=moment.objects, scene=moment.scene,
        faces=moment.faces if faces else [], sharpness=moment.sharpness,
        speech=" ".join(word.word for word in said), words=said,
    )  # fmt: skip


class _Timer:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        begun_s = time.perf_counter()
        yield
        self.seconds[stage] = round(time.perf_counter() - begun_s, 3)
