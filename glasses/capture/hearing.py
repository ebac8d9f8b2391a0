"""The always-on recogniser behind its gate: sound in, utterances out, their words timed in heard seconds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from glasses.wire.tag import Word

if TYPE_CHECKING:
    from glasses.capture.gate import Passed, SpeechGate
    from models.speech import Recognizer

RATE_HZ = 16_000
SETTLED_S, QUIET_S = 0.2, 0.15
"""A whole command that has sounded the same for so long, with no voice after it for the second, is over: its final is asked for then."""
SETTLED_IN_NOISE_S = 0.38
"""The same where there always is a voice to be heard: the recogniser's half-heard text lags a quarter of a second behind."""


@dataclass(frozen=True, slots=True)
class Utterance:
    words: list[Word]


@dataclass(frozen=True, slots=True)
class Cue:
    """The wake phrase seems to be coming: to be shown, never acted on."""


class Hearing:
    """Synchronous, for one thread. ``is_whole`` and ``is_woken`` judge half-heard text."""

    def __init__(self, recognizer: Recognizer, gate: SpeechGate, is_whole: Callable[[str], bool], is_woken: Callable[[str], bool]) -> None:
        self._recognizer, self._gate = recognizer, gate
        self._is_whole, self._is_woken = is_whole, is_woken
        self._timeline = Timeline()
        self._fed = 0
        self._partial, self._partial_since = "", 0
        self._cued = False

    @property
    def quiet_s(self) -> float:
        """How long nothing was said: no voice at all, or (in steady noise) no new words."""
        return max(self._gate.quiet_s, (self._fed - self._partial_since) / RATE_HZ)

    @property
    def is_open(self) -> bool:
        """Whether somebody is speaking, or just was."""
        return self._gate.is_open

    @property
    def whole(self) -> str:
        """The half-heard text, when it ends in a wake phrase with a whole command; else nothing."""
        return self._partial if self._is_whole(self._partial) else ""

    @property
    def hushed_s(self) -> float:
        """How long no voice was heard at all; in steady noise there always is one."""
        return self._gate.quiet_s

    @property
    def is_hushed(self) -> bool:
        """Whether no voice is heard any more after what was said: no more of it may be coming."""
        return self.hushed_s >= QUIET_S

    def finish(self) -> Utterance:
        """What was said so far, without waiting for the silence that would end it; maybe nothing."""
        return self._ended(self._recognizer.final().words)

    def accept(self, pcm: bytes) -> list[Utterance | Cue]:
        heard: list[Utterance | Cue] = []
        for passed in self._gate.feed(pcm):
            heard += self._through(passed)
        return heard

    def _through(self, passed: Passed) -> list[Utterance | Cue]:
        if passed.opens:
            self._timeline.add(self._fed, passed.first_sample)
        self._fed += len(passed.pcm) // 2
        if self._recognizer.accept(passed.pcm):
            return self._over(self._recognizer.result().words)
        if passed.closes:
            return self._over(self._recognizer.final().words)
        return self._unfinished()

    def _unfinished(self) -> list[Utterance | Cue]:
        partial = self._recognizer.partial()
        if partial != self._partial:
            self._partial, self._partial_since = partial, self._fed
        if self._is_whole(partial) and self._is_settled():
            return self._over(self._recognizer.final().words)
        if not self._cued and self._is_woken(partial):
            self._cued = True
            return [Cue()]
        return []

    def _is_settled(self) -> bool:
        settled_s = (self._fed - self._partial_since) / RATE_HZ
        return settled_s >= (SETTLED_S if self._gate.quiet_s >= QUIET_S else SETTLED_IN_NOISE_S)

    def _over(self, words: list[Word]) -> list[Utterance | Cue]:
        utterance = self._ended(words)
        return [utterance] if words else []

    def _ended(self, words: list[Word]) -> Utterance:
        self._cued, self._partial, self._partial_since = False, "", self._fed
        return Utterance([self._timeline.heard(word) for word in words])


class Timeline:
    """From the recogniser's time, which stands still while the gate is closed, to heard time."""

    def __init__(self, kept: int = 64) -> None:
        self._kept = kept
        self._fed = [0]
        self._heard = [0]

    def add(self, fed_sample: int, heard_sample: int) -> None:
        """From ``fed_sample`` on, what is fed was heard at ``heard_sample`` and after."""
        self._fed.append(fed_sample)
        self._heard.append(heard_sample)
        del self._fed[: -self._kept], self._heard[: -self._kept]

    def heard(self, word: Word) -> Word:
        """A word was heard in one piece, where its middle was: by a hair, the recogniser may say that the first began before its sound."""
        middle = round((word.start_s + word.end_s) / 2 * RATE_HZ)
        at = max(0, bisect_right(self._fed, middle) - 1)
        later_s = (self._heard[at] - self._fed[at]) / RATE_HZ
        return msgspec.structs.replace(word, start_s=word.start_s + later_s, end_s=word.end_s + later_s)
