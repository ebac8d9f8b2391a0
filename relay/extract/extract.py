"""Everything that the relay finds out about one clip or photo, in one call for a worker process."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path

import av
from PIL import Image

from glasses.wire.tag import FaceTag, Moment, Word
from models.keyframes import read_photo
from models.moments import clearness, tracks
from models.places import PlaceFinder
from models.sight import Sight, versions
from models.speech import SpeechModel
from models.store import ModelStore
from models.text import TextReader
from models.voice import VoiceFinder
from relay.catalog.records import Second, Track
from relay.extract.confined import confined_probe
from relay.extract.facts import ClipFacts, ExtractRequest, MomentFacts, NoFaceError, NotAVideoError
from relay.extract.place import place_of, timezone_of
from relay.extract.sight import Seen, already_seen, believed
from relay.extract.sound import Sound, hear
from relay.extract.speech import words_in
from relay.extract.text import Reading, ReadText

FACE_HEIGHT_PX = 48
"""A smaller face is too weak to know a person by."""
FACE_ROLES = ("faces", "who")
CLIPS = "clips"
"""The speech model with a narrower search, beside the one that listens."""


def extract(path: Path, request: ExtractRequest) -> ClipFacts:
    """Raises NotAVideoError for what does not decode, ModelMissingError. Models stay loaded in the process."""
    senses, timer = _senses(request.models_root), _Timer()
    with timer.of("probe"):
        facts = ClipFacts(probe=confined_probe(path), models=senses.looked_with(request))
    if request.lat is not None and request.lon is not None:
        with timer.of("place"):
            facts.place, facts.timezone = place_of(senses.places, request.lat, request.lon), timezone_of(request.lat, request.lon)
    with timer.of("sight"):
        moments, read = _see(path, facts, request, senses)
    words: list[Word] = []
    if facts.probe.has_audio:
        with timer.of("sound"):
            sound = hear(path)
        if sound is not None:
            words = _listen(sound, facts, request, senses, timer)
    facts.moments = [_facts(moment, _said_in(moment, words), _read_in(moment, read), faces=request.faces) for moment in moments]
    facts.timings_s, facts.cpu_s = timer.seconds, timer.cpu_s
    return facts


def versions_of(request: ExtractRequest) -> dict[str, str]:
    """Role to version of what ``extract`` would look and listen with now. Reads no model."""
    return _senses(request.models_root).looked_with(request) | _senses(request.models_root).heard_with(request)


def enrol(photo: bytes, models_root: str = "") -> FaceTag:
    """The face to know a person by: the clearest large one of the photo. Raises NoFaceError, NotAVideoError."""
    try:
        picture = read_photo(io.BytesIO(photo))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as problem:  # all of them for damaged photos
        raise NotAVideoError(f"the photo does not decode: {problem}") from problem
    faces = _senses(models_root).sight.portrait(picture)
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

    def looked_with(self, request: ExtractRequest) -> dict[str, str]:
        text = {"text": self.store.version("text")} if request.text else {}
        return self.seen_with(faces=request.faces) | text

    def heard_with(self, request: ExtractRequest) -> dict[str, str]:
        return {role: self.store.version(role) for role in ("voice", "speech")} if request.speech else {}

    @cached_property
    def places(self) -> PlaceFinder:
        return PlaceFinder(self.store.path("places"))

    @cached_property
    def speech(self) -> SpeechModel:
        return SpeechModel(self.store.path("speech").with_name(CLIPS))

    @cached_property
    def voice(self) -> VoiceFinder:
        return VoiceFinder(self.store.path("voice"))

    @cached_property
    def text(self) -> TextReader:
        return TextReader(self.store.path("text"))


@cache
def _senses(models_root: str) -> _Senses:
    return _Senses(ModelStore(Path(models_root) if models_root else None))


def _see(path: Path, facts: ClipFacts, request: ExtractRequest, senses: _Senses) -> tuple[list[Moment], list[ReadText]]:
    reading = Reading(senses.text) if request.text else None
    seen = Seen(path, facts.probe, reading)
    try:
        if request.tags is not None and already_seen(request.tags, senses.seen_with(faces=request.faces)):
            seen.only_measure()
            moments = believed(request.tags.moments)
        else:
            moments = seen.look(senses.sight, faces=request.faces)
    except (av.FFmpegError, OSError) as problem:
        raise NotAVideoError(f"{path.name}: {problem}") from problem
    facts.thumbnail, facts.seconds = seen.thumbnail(), seen.seconds
    facts.tracks = [Track(**track._asdict()) for track in tracks(moments, facts.probe.duration_s)]
    return moments, reading.found if reading else []


def _listen(sound: Sound, facts: ClipFacts, request: ExtractRequest, senses: _Senses, timer: _Timer) -> list[Word]:
    facts.loudness_lufs = sound.loudness_lufs
    _add_loudness(facts.seconds, sound.seconds_lufs)
    if not request.speech:
        return []
    with timer.of("voice"):
        facts.speech_spans = senses.voice.spans(sound.samples)
    with timer.of("speech"):
        words = words_in(sound.samples, facts.speech_spans, senses.speech)
    facts.models |= senses.heard_with(request)
    return words


def _add_loudness(seconds: list[Second], seconds_lufs: list[float]) -> None:
    for second in seconds:
        number = int(second.at_s)
        second.loudness_lufs = seconds_lufs[number] if number < len(seconds_lufs) else None


def _said_in(moment: Moment, words: list[Word]) -> list[Word]:
    return [word for word in words if moment.start_s <= (word.start_s + word.end_s) / 2 < moment.end_s]


def _read_in(moment: Moment, read: list[ReadText]) -> str:
    return "\n".join(each.text for each in read if moment.start_s <= each.at_s < moment.end_s or moment.start_s == moment.end_s)


def _facts(moment: Moment, said: list[Word], text: str, *, faces: bool) -> MomentFacts:
    return MomentFacts(
        start_s=moment.start_s, end_s=moment.end_s, objects=moment.objects, scene=moment.scene,
        faces=moment.faces if faces else [], sharpness=moment.sharpness,
        speech=" ".join(word.word for word in said), words=said, text=text,
    )  # fmt: skip


class _Timer:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu_s: dict[str, float] = {}

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        begun_s, used_s = time.perf_counter(), time.process_time()
        yield
        self.seconds[stage] = round(time.perf_counter() - begun_s, 3)
        self.cpu_s[stage] = round(time.process_time() - used_s, 4)
