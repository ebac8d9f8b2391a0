"""The recogniser behind its gate: utterances, and when their words were heard."""

from __future__ import annotations

import pytest

from glasses.capture.gate import Passed, SpeechGate
from glasses.capture.hearing import QUIET_S, RATE_HZ, SETTLED_IN_NOISE_S, SETTLED_S, Cue, Hearing, Timeline, Utterance
from glasses.wire.tag import Word
from models.speech import Heard


def word(text: str, start_s: float, end_s: float) -> Word:
    return Word(word=text, start_s=start_s, end_s=end_s, confidence=1.0)


def test_time_stands_still_for_the_recogniser_while_the_gate_is_closed() -> None:
    timeline = Timeline()
    timeline.add(0, 10 * RATE_HZ)
    timeline.add(2 * RATE_HZ, 100 * RATE_HZ)
    assert timeline.heard(word("early", 1.0, 1.5)) == word("early", 11.0, 11.5)
    assert timeline.heard(word("late", 2.5, 3.0)) == word("late", 100.5, 101.0)


@pytest.mark.parametrize("hair_s", [-0.03, -0.0005, 0.0])
def test_a_word_that_began_with_its_sound_is_no_older_than_that(hair_s: float) -> None:
    """After hours the recogniser's times are rounded: the first word of a sentence was taken to have begun before the silence."""
    timeline = Timeline()
    timeline.add(0, 10 * RATE_HZ)
    timeline.add(2 * RATE_HZ, 100 * RATE_HZ)
    assert timeline.heard(word("hey", 2.0 + hair_s, 2.3)) == word("hey", 100.0 + hair_s, 100.3)


def test_old_times_are_forgotten() -> None:
    timeline = Timeline(kept=2)
    for number in range(100):
        timeline.add(number * RATE_HZ, number * 10 * RATE_HZ)
    assert timeline.heard(word("now", 99.5, 99.6)) == word("now", 990.5, 990.6)


class FakeRecognizer:
    """Hears ``partial``; ends an utterance when ``final`` is asked for."""

    def __init__(self) -> None:
        self.heard, self.finals, self.seconds = "", 0, 0.0

    def accept(self, pcm: bytes) -> bool:
        self.seconds += len(pcm) / 2 / RATE_HZ
        return False

    def partial(self) -> str:
        return self.heard

    def final(self) -> Heard:
        self.finals += 1
        text, self.heard = self.heard, ""
        return Heard(text, [word(each, self.seconds - 0.5, self.seconds) for each in text.split()])


class OpenGate(SpeechGate):
    """Lets everything through, until it is told to close."""

    def __init__(self) -> None:
        super().__init__()
        self.closing = False
        self.fed = 0
        self.quiet_s = 1.0

    def feed(self, pcm: bytes) -> list[Passed]:
        first, self.fed = self.fed, self.fed + len(pcm) // 2
        return [Passed(pcm, first, opens=first == 0, closes=self.closing)]


def hearing() -> tuple[Hearing, FakeRecognizer, OpenGate]:
    recognizer, gate = FakeRecognizer(), OpenGate()
    made = Hearing(recognizer, gate, lambda text: text.endswith("a picture"), lambda text: text.startswith("okay glasses"))  # type: ignore[arg-type]  # fake
    return made, recognizer, gate


TENTH = bytes(RATE_HZ // 10 * 2)


def test_a_whole_command_that_has_settled_is_asked_for_its_final_at_once() -> None:
    ears, recognizer, _ = hearing()
    recognizer.heard = "okay glasses take a picture"
    heard = [each for _ in range(round(SETTLED_S * 10) + 1) for each in ears.accept(TENTH)]
    assert isinstance(heard[0], Cue)
    assert isinstance(heard[1], Utterance)
    assert [each.word for each in heard[1].words] == ["okay", "glasses", "take", "a", "picture"]
    assert recognizer.finals == 1


def test_while_a_voice_is_heard_a_command_settles_later() -> None:
    ears, recognizer, gate = hearing()
    recognizer.heard, gate.quiet_s = "okay glasses take a picture", 0.0
    for _ in range(round(SETTLED_S * 10) + 1):
        ears.accept(TENTH)
    assert recognizer.finals == 0
    for _ in range(round(SETTLED_IN_NOISE_S * 10)):
        ears.accept(TENTH)
    assert recognizer.finals == 1


def test_half_a_command_is_waited_for() -> None:
    ears, recognizer, _ = hearing()
    recognizer.heard = "okay glasses take"
    heard = [each for _ in range(20) for each in ears.accept(TENTH)]
    assert heard == [Cue()]
    assert recognizer.finals == 0
    assert ears.quiet_s == pytest.approx(1.9)


def test_when_the_gate_closes_the_utterance_is_over() -> None:
    ears, recognizer, gate = hearing()
    recognizer.heard = "hello"
    gate.closing = True
    (heard,) = ears.accept(TENTH)
    assert isinstance(heard, Utterance)
    gate.closing = False
    assert ears.accept(TENTH) == []


def test_a_whole_command_is_told_while_it_is_still_half_heard() -> None:
    ears, recognizer, gate = hearing()
    recognizer.heard, gate.quiet_s = "okay glasses take a", 0.0
    ears.accept(TENTH)
    assert ears.whole == ""
    recognizer.heard = "okay glasses take a picture"
    ears.accept(TENTH)
    assert ears.whole == "okay glasses take a picture"
    assert not ears.is_hushed
    gate.quiet_s = QUIET_S
    assert ears.is_hushed
