"""An open request while it is said: when it is over, and what was heard of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

from glasses.capture.believing import PAUSE_S
from glasses.capture.doubt import STILL_DB
from glasses.capture.intents import OpenRequest
from glasses.capture.requests import Heard, surer
from glasses.capture.sound import SoundMemory, speech_to_noise_db

if TYPE_CHECKING:
    from glasses.capture.rereading import Opening

BEFORE_S = 0.3
"""So much sound before the first word is read with it."""
JOIN_S = 5.0
"""A request may follow its prefix, and a command its wake phrase, within this time."""
BREATH_S = 1.0
"""An open request is over after this much silence; a shorter one is a breath."""
EARLY_S = 0.35
"""After this much without any voice it is read already: mostly it was no breath, and what was meant is known when that is certain."""
LONGEST_S = 12.0
"""An open request is over after this, whatever is heard: somebody else is speaking, or the room is loud."""
CLEAR = 0.95
"""A request that was read with this confidence is not read once more."""

Read = Callable[[bytes, "Opening | None"], Awaitable[Heard | None]]
"""Rereading.read with the wearer's own names."""


class Early(NamedTuple):
    """A reading that was made before the request was certain to be over."""

    heard: Heard | None
    at_s: float


class Dictation:
    def __init__(
        self, request: OpenRequest, opening: Opening | None, opened_s: float, raw: SoundMemory, sound: SoundMemory, read: Read
    ) -> None:  # fmt: skip
        """``opening``: its prefix, where the spotter is clear about it. ``opened_s``: when the prefix was over, in heard time."""
        self.request = request
        self._opening, self._opened_s = opening, opened_s
        self._raw, self._sound, self._read = raw, sound, read
        self._early: Early | None = None

    @property
    def audio(self) -> bytes:
        """As it was said, with its noise."""
        return self._raw.between(self.request.start_s - BEFORE_S)

    def is_over(self, heard_s: float, quiet_s: float) -> bool:
        """``quiet_s``: Hearing's."""
        waits_s = BREATH_S if self._was_spoken(heard_s - quiet_s) else JOIN_S
        return quiet_s >= waits_s or heard_s - self.request.start_s >= LONGEST_S

    async def read_early(self, heard_s: float, quiet_s: float, hushed_s: float) -> None:
        """Where somebody takes a breath, which mostly is none; once. ``quiet_s``, ``hushed_s``: Hearing's."""
        if self._early is None and hushed_s >= EARLY_S and self._was_spoken(heard_s - quiet_s):
            self._early = Early(await self._reading(), heard_s)

    async def heard(self, voice_s: float) -> Heard | None:
        """What was meant; None where its readings do not agree. ``voice_s``: until when a voice was heard, in heard time."""
        early = self._early.heard if self._early is not None and self._early.at_s >= voice_s else None
        return early or await self._reading()

    def _was_spoken(self, voice_s: float) -> bool:
        """Anything behind the prefix."""
        return self.request.has_rest or voice_s > self._opened_s

    async def _reading(self) -> Heard | None:
        """The surer of its readings without and with the noise.

        The second is made only where there is noise, and the first leaves a doubt.
        """
        best: Heard | None = None
        is_still = speech_to_noise_db(self._raw.between(self.request.start_s - PAUSE_S)) >= STILL_DB
        for sound in [self._sound] if is_still else [self._sound, self._raw]:
            heard = await self._read(sound.between(self.request.start_s - BEFORE_S), None)
            if heard is not None and heard.words and heard.name == self.request.name and (best is None or surer(heard, best)):
                best = heard
            if best is not None and not best.unsure and best.confidence >= CLEAR:
                break
        return best or await self._behind_opening()

    async def _behind_opening(self) -> Heard | None:
        """What follows the prefix, where no reading has that in it; None where there is not a word."""
        if self._opening is None:
            return None
        from_s = max(0.0, self.request.start_s - BEFORE_S)
        opening = self._opening._replace(end_s=self._opening.end_s - from_s)
        heard = await self._read(self._raw.between(from_s), opening)
        return heard if heard is not None and heard.words else None
