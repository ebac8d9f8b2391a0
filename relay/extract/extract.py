"""Everything that the relay finds out about one clip or photo, part by part, for a worker process."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import av
from PIL import Image

from glasses.wire.tag import FaceTag, Moment, Word
from models.keyframes import read_photo
from models.moments import clearness, tracks
from relay.catalog.records import Part, Second, Track
from relay.extract import parts
from relay.extract.confined import confined_probe
from relay.extract.facts import ClipFacts, ExtractRequest, MomentFacts, NoFaceError, NotAVideoError, Probe
from relay.extract.parts import Look, Loudness, Picture, Pictures, Placed, Quality, ReadText, Speech, Texts
from relay.extract.place import place_of, timezone_of
from relay.extract.senses import Senses, senses_of
from relay.extract.sight import Seen, already_seen, believed
from relay.extract.sound import hear
from relay.extract.telling import TellingPictures, picture_of
from relay.extract.text import Reading
from relay.extract.timer import Timer

FACE_HEIGHT_PX = 48
"""A smaller face is too weak to know a person by."""
PICTURES, SOUNDS = ("quality", "look", "pictures", "text"), ("sound", "speech")
"""Parts that are found in one pass over the file."""
T = TypeVar("T")


def advance(path: Path, request: ExtractRequest, kept: Iterable[Part] = ()) -> list[Part] | ClipFacts:
    """The next missing parts, found now; everything, joined, when ``kept`` has them all. What was kept for another question is not taken.

    Raises NotAVideoError for what does not decode, ModelMissingError. Models stay loaded in the process.
    """
    return _Task(path, request, senses_of(request.models_root), kept).step()


def extract(path: Path, request: ExtractRequest) -> ClipFacts:
    """All parts, one after the other. Raises what ``advance`` raises."""
    kept: list[Part] = []
    while not isinstance(found := advance(path, request, kept), ClipFacts):
        kept += found
    return found


def versions_of(request: ExtractRequest) -> dict[str, str]:
    """Role to version of what ``extract`` would look and listen with now. Reads no model."""
    return senses_of(request.models_root).looked_with(request) | senses_of(request.models_root).heard_with(request)


def enrol(photo: bytes, models_root: str = "") -> FaceTag:
    """The face to know a person by: the clearest large one of the photo. Raises NoFaceError, NotAVideoError."""
    try:
        picture = read_photo(io.BytesIO(photo))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as problem:  # all of them for damaged photos
        raise NotAVideoError(f"the photo does not decode: {problem}") from problem
    faces = senses_of(models_root).sight.portrait(picture)
    if not faces:
        raise NoFaceError("no face was found in the photo")
    best = max(faces, key=clearness)
    if best.height_px < FACE_HEIGHT_PX:
        raise NoFaceError(f"the face is {best.height_px} pixels high; {FACE_HEIGHT_PX} are needed")
    rivals = [face for face in faces if face is not best and clearness(face) > clearness(best) / 2]
    if rivals:
        raise NoFaceError(f"{len(rivals) + 1} faces are equally clear: whose is meant?")
    return best


class _Task:
    def __init__(self, path: Path, request: ExtractRequest, senses: Senses, kept: Iterable[Part]) -> None:
        self._path, self._request, self._senses = path, request, senses
        self._models = senses.all_with(request)
        tags = request.tags
        self._said = tags if tags is not None and already_seen(tags, senses.seen_with(faces=request.faces)) else None
        self._kept = {part.name: part for part in kept if part.name in parts.ROLES and part.key == self._key(part.name)}
        self._timer = Timer()

    def step(self) -> list[Part] | ClipFacts:
        if "probe" not in self._kept:
            with self._timer.of("probe"):
                return self._found(probe=confined_probe(self._path))
        probed = parts.read(self._kept["probe"], Probe)
        missing = [name for name in self._wanted(probed) if name not in self._kept]
        if "place" in missing:
            return self._place()
        if set(missing) & set(PICTURES):
            return self._see(probed, missing)
        return self._hear(missing) if missing else self._joined(probed)

    def _wanted(self, probed: Probe) -> list[str]:
        request = self._request
        asked = {"place": request.lat is not None, "text": request.text, "sound": probed.has_audio}
        asked["speech"] = probed.has_audio and request.speech
        return [name for name in parts.ROLES if asked.get(name, True)]

    def _key(self, name: str) -> str:
        return parts.key_of(name, self._request, self._models, self._said)

    def _found(self, **found: object) -> list[Part]:
        """As parts; the time that they took goes with the first."""
        faces = self._request.faces
        made = [parts.made(name, one, self._key(name), faces=faces and name in parts.OF_FACES) for name, one in found.items()]
        made[0].timings_s, made[0].cpu_s = self._timer.seconds, self._timer.cpu_s
        return made

    def _place(self) -> list[Part]:
        lat, lon = self._request.lat or 0.0, self._request.lon or 0.0
        with self._timer.of("place"):
            return self._found(place=Placed(place=place_of(self._senses.places, lat, lon), timezone=timezone_of(lat, lon)))

    def _see(self, probed: Probe, missing: list[str]) -> list[Part]:
        reading = Reading(self._senses.text) if "text" in missing else None
        telling = TellingPictures() if "pictures" in missing else None
        seen = Seen(self._path, probed, reading, telling, motion="quality" in missing)
        found: dict[str, object] = {}
        look = self._read("look", Look)
        try:
            with self._timer.of("sight"):
                if "look" in missing:
                    found["look"] = look = Look(moments=self._look(seen, only=set(PICTURES) & set(missing) == {"look"}))
                else:
                    seen.only_measure()
                if "quality" in missing:
                    found["quality"] = Quality(seconds=seen.seconds, thumbnail=seen.thumbnail())
        except (av.FFmpegError, OSError) as problem:
            raise NotAVideoError(f"{self._path.name}: {problem}") from problem
        if reading is not None:
            found["text"] = Texts(found=reading.found)
        if telling is not None:
            found["pictures"] = Pictures(found=telling.of(look.moments))
        return self._found(**found)

    def _look(self, seen: Seen, *, only: bool) -> list[Moment]:
        if self._said is None:
            return seen.look(self._senses.sight, faces=self._request.faces)
        if not only:
            seen.only_measure()
        return believed(self._said.moments)

    def _hear(self, missing: list[str]) -> list[Part]:
        with self._timer.of("sound"):
            sound = hear(self._path)
        found: dict[str, object] = {}
        if "sound" in missing:
            found["sound"] = Loudness() if sound is None else Loudness(
                loudness_lufs=sound.loudness_lufs, seconds_lufs=list(sound.seconds_lufs)
            )  # fmt: skip
        if "speech" in missing:
            speech = Speech()
            if sound is not None:
                with self._timer.of("voice"):
                    speech.spans = self._senses.voice.spans(sound.samples)
                with self._timer.of("speech"):
                    speech.words = self._senses.dictation.words_in(sound.samples, speech.spans)
            found["speech"] = speech
        return self._found(**found)

    def _joined(self, probed: Probe) -> ClipFacts:
        request = self._request
        placed, quality = self._read("place", Placed), self._read("quality", Quality)
        sound, speech = self._read("sound", Loudness), self._read("speech", Speech)
        moments, texts = self._read("look", Look).moments, self._read("text", Texts).found
        pictures = self._read("pictures", Pictures).found
        _add_loudness(quality.seconds, sound.seconds_lufs)
        heard_with = self._senses.heard_with(request) if probed.has_audio else {}
        return ClipFacts(
            probe=probed, thumbnail=quality.thumbnail, place=placed.place, timezone=placed.timezone, loudness_lufs=sound.loudness_lufs,
            moments=[
                _facts(
                    moment, _said_in(moment, speech.words), _read_in(moment, texts), picture_of(moment, pictures), faces=request.faces
                ) for moment in moments
            ],
            tracks=[Track(**track._asdict()) for track in tracks(moments, probed.duration_s)], seconds=quality.seconds,
            speech_spans=speech.spans, models=self._senses.looked_with(request) | heard_with, faces=request.faces,
            timings_s={stage: took for part in self._kept.values() for stage, took in part.timings_s.items()},
            cpu_s={stage: took for part in self._kept.values() for stage, took in part.cpu_s.items()},
        )  # fmt: skip

    def _read(self, name: str, kind: type[T]) -> T:
        return parts.read(self._kept[name], kind) if name in self._kept else kind()


def _add_loudness(seconds: list[Second], seconds_lufs: list[float | None]) -> None:
    for second in seconds:
        number = int(second.at_s)
        second.loudness_lufs = seconds_lufs[number] if number < len(seconds_lufs) else None


def _said_in(moment: Moment, words: list[Word]) -> list[Word]:
    return [word for word in words if moment.start_s <= (word.start_s + word.end_s) / 2 < moment.end_s]


def _read_in(moment: Moment, read: list[ReadText]) -> str:
    return "\n".join(each.text for each in read if moment.start_s <= each.at_s < moment.end_s or moment.start_s == moment.end_s)


def _facts(moment: Moment, said: list[Word], text: str, picture: Picture | None, *, faces: bool) -> MomentFacts:
    return MomentFacts(
        start_s=moment.start_s, end_s=moment.end_s, objects=moment.objects, scene=moment.scene,
        faces=moment.faces if faces else [], sharpness=moment.sharpness,
        speech=" ".join(word.word for word in said), words=said, text=text,
        thumbnail=picture.jpeg if picture else b"", thumbnail_key=picture.key if picture else "",
        thumbnail_at_s=picture.at_s if picture else 0.0,
    )  # fmt: skip
