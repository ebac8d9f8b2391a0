"""The models of one process, each loaded when it is first needed."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path

from models.places import PlaceFinder
from models.sight import Sight, versions
from models.speech import SpeechModel
from models.store import ModelStore
from models.text import TextReader
from models.voice import VoiceFinder
from relay.extract.facts import ExtractRequest
from relay.extract.parts import FORMS, PICTURES_ROLE
from relay.extract.speech import Dictation

FACE_ROLES = ("faces", "who")
SPEECH_ROLES = ("voice", "speech")
CLIPS = "clips"
"""The speech model with a narrower search, beside the one that listens."""


class Senses:
    def __init__(self, store: ModelStore) -> None:
        self.store = store
        self.sight = Sight(store, roomy=True)

    def seen_with(self, *, faces: bool) -> dict[str, str]:
        """Role to version of the models that look; without consent none for faces."""
        return {role: version for role, version in versions(self.store).items() if faces or role not in FACE_ROLES}

    def looked_with(self, request: ExtractRequest) -> dict[str, str]:
        text = {"text": self.store.version("text")} if request.text else {}
        return self.seen_with(faces=request.faces) | text | {PICTURES_ROLE: str(FORMS[PICTURES_ROLE])}

    def heard_with(self, request: ExtractRequest) -> dict[str, str]:
        return {role: self.store.version(role) for role in SPEECH_ROLES} if request.speech else {}

    def all_with(self, request: ExtractRequest) -> dict[str, str]:
        """What any part is found with."""
        return self.looked_with(request) | self.heard_with(request) | {"places": self.store.version("places")}

    @cached_property
    def places(self) -> PlaceFinder:
        return PlaceFinder(self.store.path("places"))

    @cached_property
    def dictation(self) -> Dictation:
        return Dictation(SpeechModel(self.store.path("speech").with_name(CLIPS)).recognizer)

    @cached_property
    def voice(self) -> VoiceFinder:
        return VoiceFinder(self.store.path("voice"))

    @cached_property
    def text(self) -> TextReader:
        return TextReader(self.store.path("text"))


@cache
def senses_of(models_root: str) -> Senses:
    """This process's own."""
    return Senses(ModelStore(Path(models_root) if models_root else None))
