"""The recogniser's reading and the spotter's scores, as one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glasses.capture import phrases
from glasses.capture.doubt import SPOILT_DB, STILL_DB
from glasses.capture.intents import Command, Nothing, OpenRequest, Reading, Wake
from glasses.capture.judgement import (
    APART,
    CLEARLY_SAID,
    COMMAND_IN_NOISE,
    COMMAND_IN_QUIET,
    CORRECTION_IN_NOISE,
    DOUBTS,
    GLIMPSED,
    GLIMPSED_BEYOND_DOUBT,
    GLIMPSED_IN_QUIET,
    HALF,
    HELPS,
    LIKELY,
    NOISY_DB,
    OBJECTS,
    OUT_OF_COMMANDS,
    OVERWHELMS,
    SAID,
    SAID_BEYOND_DOUBT,
    SURE,
    WORD_IN_NOISE,
    WORD_OF_REQUEST_IN_NOISE,
    OfWake,
    contradicts,
    is_clear,
    judged,
    supports,
)  # fmt: skip
from glasses.capture.spotting import NONE, Spotted, read_scores
from glasses.wire.intent import Intent, IntentName
from glasses.wire.tag import Word

TABLE = phrases.load("en")
LOUD_DB = NOISY_DB - 9
GLIMPSED_TOO = OfWake.A_WORD | OfWake.END_AND_COMMAND
LABELS = ("wake", "take_picture", "cancel", "find")
COMMAND = Command(Intent(name=IntentName.CANCEL, confidence=1.0, text="cancel"), 1.0, 0.7)
WAKE = Wake((Word(word="okay", start_s=1.0, end_s=1.3), Word(word="glasses", start_s=1.3, end_s=1.8)))
CORRECTION = OpenRequest(IntentName.CORRECT, "no i said", 1.0, has_rest=True, wake_s=0)
OPENED = OpenRequest(IntentName.FIND, "find", 1.0, has_rest=True, wake_s=0.7)


def scores(wake: float, **commands: float) -> Spotted:
    said = max(commands.values(), default=NONE)
    return Spotted(wake, 1.8, {name: min(wake, score) for name, score in commands.items()}, 2.4, said)


def heard_as(
    reading: Reading, spotted: Spotted, *, ratio_db: float, calm_db: float = STILL_DB, of_wake: OfWake = OfWake.NOTHING
) -> Reading:  # fmt: skip
    return judged(reading, spotted, TABLE, "okay glasses", ratio_db=ratio_db, calm_db=calm_db, of_wake=of_wake)


@pytest.mark.parametrize("reading", [COMMAND, WAKE, OPENED])
def test_what_the_spotter_objects_to_is_not_done(reading: Command | Wake | OpenRequest) -> None:
    assert heard_as(reading, scores(OBJECTS - 1, cancel=9, find=9), ratio_db=LOUD_DB) == Nothing()


@pytest.mark.parametrize("reading", [COMMAND, OPENED])
def test_where_it_is_quiet_less_of_a_doubt_is_an_objection(reading: Command | OpenRequest) -> None:
    heard = scores(DOUBTS - 0.1, cancel=DOUBTS - 0.1, find=DOUBTS - 0.2)
    assert heard_as(reading, heard, ratio_db=NOISY_DB + 1) == Nothing()
    assert heard_as(reading, replace(heard, said=WORD_IN_NOISE.said), ratio_db=LOUD_DB) == reading


def test_what_was_surely_said_is_no_other_command_however_doubtful_the_wake_phrase() -> None:
    """In babble, stop recording was understood as a request to find."""
    heard = Spotted(0.2, 1.8, {"cancel": 0.2, "find": 0.1 - APART}, 2.4, said=SAID)
    assert heard_as(OPENED, heard, ratio_db=LOUD_DB) == Nothing()
    assert heard_as(OPENED, replace(heard, said=SAID - 0.1), ratio_db=LOUD_DB) == OPENED


@pytest.mark.parametrize(
    ("heard", "reading", "expected"),
    [
        (scores(SURE, find=SURE), CORRECTION, True),
        (scores(SURE, correct=SURE, find=SURE - 1), CORRECTION, False),
        (scores(SURE - 0.1, find=9), CORRECTION, False),
        (scores(9, find=9), COMMAND, True),
        (scores(9, cancel=9), COMMAND, False),
    ],
)
def test_two_commands_that_were_surely_said_contradict(heard: Spotted, reading: Command | OpenRequest, expected: bool) -> None:
    assert contradicts(reading, heard) == expected


@pytest.mark.parametrize("reading", [COMMAND, WAKE, OPENED])
def test_a_doubt_is_no_objection(reading: Command | Wake | OpenRequest) -> None:
    assert heard_as(reading, scores(0, cancel=0, find=0), ratio_db=LOUD_DB) == reading


def test_the_recogniser_may_be_done_before_the_spotter() -> None:
    assert heard_as(COMMAND, scores(5, cancel=COMMAND_IN_QUIET.own), ratio_db=NOISY_DB + 1) == COMMAND
    assert heard_as(COMMAND, scores(5, cancel=-9, undo=5), ratio_db=NOISY_DB + 1) == Nothing()


def test_a_sure_spotter_is_believed_where_nothing_was_understood() -> None:
    heard = heard_as(Nothing(), scores(SURE + 1, take_picture=SURE + 1), ratio_db=LOUD_DB)
    assert isinstance(heard, Command)
    assert heard.intent.name == IntentName.TAKE_PICTURE
    assert heard.start_s == pytest.approx(1.0)
    opened = heard_as(WAKE, scores(SURE + 1, find=SURE + 1), ratio_db=LOUD_DB)
    assert isinstance(opened, OpenRequest)


def test_a_lost_beginning_is_made_good_by_a_certain_spotter_alone() -> None:
    def heard(score: float) -> Reading:
        return heard_as(Nothing(), scores(score, take_picture=score), ratio_db=NOISY_DB + 1, of_wake=GLIMPSED_TOO)

    assert isinstance(heard(GLIMPSED_IN_QUIET), Command)
    assert heard(GLIMPSED_IN_QUIET - 0.1) == Nothing()


def test_in_noise_a_lost_beginning_is_made_good_by_two_that_agree() -> None:
    def heard(score: float, of_wake: OfWake, said: float = NONE) -> Reading:
        spotted = scores(score, take_picture=max(score, said))
        return heard_as(Nothing(), spotted, ratio_db=LOUD_DB, of_wake=of_wake)

    assert isinstance(heard(GLIMPSED, GLIMPSED_TOO), Command)
    assert heard(GLIMPSED - 0.1, GLIMPSED_TOO) == Nothing()
    assert isinstance(heard(GLIMPSED, OfWake.A_WORD), Wake), "of its command the recogniser heard nothing"
    assert isinstance(heard(GLIMPSED_BEYOND_DOUBT, GLIMPSED_TOO, SAID_BEYOND_DOUBT), Command)
    assert heard(GLIMPSED_BEYOND_DOUBT - 0.1, GLIMPSED_TOO, SAID_BEYOND_DOUBT) == Nothing()


def test_a_command_out_of_commands_alone_needs_the_spotters_support() -> None:
    least = OUT_OF_COMMANDS
    assert supports(COMMAND, scores(least.own, cancel=least.said))
    assert not supports(COMMAND, scores(least.own - 0.1, cancel=least.said))
    assert not supports(COMMAND, scores(5, cancel=least.said - 0.1)), "memory was heard as cancel"
    assert not supports(COMMAND, scores(5))
    assert not supports(COMMAND, scores(5, cancel=least.said, find=least.said + 0.1)), "find was heard as undo"


def test_half_a_wake_phrase_of_each_is_one_where_it_is_loud() -> None:
    def heard(wake: float, ratio_db: float, of_wake: OfWake) -> Reading:
        return heard_as(Nothing(), scores(wake), ratio_db=ratio_db, of_wake=of_wake)

    assert isinstance(heard(GLIMPSED, LOUD_DB, OfWake.A_WORD), Wake)
    assert heard(GLIMPSED - 0.1, LOUD_DB, OfWake.A_WORD) == Nothing()
    assert heard(GLIMPSED, LOUD_DB, OfWake.NOTHING) == Nothing()
    assert heard(GLIMPSED, NOISY_DB, OfWake.A_WORD) == Nothing()
    assert isinstance(heard(SURE, LOUD_DB, OfWake.NOTHING), Wake)


def test_in_a_little_noise_a_word_of_the_wake_phrase_will_do_for_a_command_that_was_surely_said() -> None:
    """Okay lessons, create a memory video: so it was understood at 20 dB."""

    def heard(score: float, calm_db: float, of_wake: OfWake, said: float = SAID_BEYOND_DOUBT) -> Reading:
        spotted = scores(score, take_picture=said)
        return heard_as(Nothing(), spotted, ratio_db=NOISY_DB, calm_db=calm_db, of_wake=of_wake)

    assert isinstance(heard(SURE, SPOILT_DB - 1, OfWake.A_WORD), Command)
    assert heard(SURE, SPOILT_DB, OfWake.A_WORD) == Nothing(), "a voice without pauses is no noise"
    assert heard(SURE, SPOILT_DB - 1, OfWake.NOTHING) == Nothing()
    assert heard(SURE - 0.1, SPOILT_DB - 1, OfWake.A_WORD) == Nothing()
    assert isinstance(heard(SURE, SPOILT_DB - 1, OfWake.A_WORD, said=SAID_BEYOND_DOUBT - 0.1), Wake), "it is shown that something was heard"


def test_behind_a_wake_phrase_that_the_recogniser_heard_what_was_said_beyond_doubt_needs_no_more_than_no_objection() -> None:
    beyond = scores(OBJECTS, take_picture=SAID_BEYOND_DOUBT)
    assert isinstance(heard_as(WAKE, beyond, ratio_db=LOUD_DB), Command)
    assert heard_as(Nothing(), beyond, ratio_db=LOUD_DB, of_wake=OfWake.A_WORD) == Nothing()
    assert heard_as(WAKE, beyond, ratio_db=NOISY_DB) == WAKE
    assert heard_as(WAKE, scores(OBJECTS, take_picture=SAID_BEYOND_DOUBT - 0.1), ratio_db=LOUD_DB) == WAKE


def test_in_noise_a_request_of_one_word_that_the_spotter_has_not_heard_is_a_wake_phrase_alone() -> None:
    """Cancel was understood as a request to find, which is done to whatever is said next."""
    least = WORD_OF_REQUEST_IN_NOISE.own
    assert isinstance(heard_as(OPENED, scores(0.5, find=least - 0.1), ratio_db=LOUD_DB), Wake)
    assert heard_as(OPENED, scores(0.5, find=least), ratio_db=LOUD_DB) == OPENED
    assert heard_as(OPENED, scores(0.5, find=least - 0.1), ratio_db=NOISY_DB) == OPENED
    longer = OpenRequest(IntentName.SHOW_MEMORIES, "show my memories of", 1.0, has_rest=True, wake_s=0.7)
    assert heard_as(longer, scores(0.5, show_memories=least - 0.1), ratio_db=LOUD_DB) == longer, "so many words are not heard by chance"


def test_in_noise_a_command_that_the_spotter_takes_for_another_is_a_wake_phrase_alone() -> None:
    """A correction was understood as cancel. Of 311 commands that were read right in noise, the spotter took one for another."""
    other = scores(0.5, undo=-2, cancel=-2.1)
    assert isinstance(heard_as(COMMAND, other, ratio_db=LOUD_DB), Wake)
    assert heard_as(COMMAND, other, ratio_db=NOISY_DB) == COMMAND
    assert heard_as(COMMAND, replace(scores(0.5, undo=-2.1, cancel=-2), said=WORD_IN_NOISE.said), ratio_db=LOUD_DB) == COMMAND


def test_in_noise_a_command_is_heard_by_the_spotter_too() -> None:
    """Talk behind hey masses was understood as a command, and no, I said Thomas, as undo. Of 228 that were right none was below."""

    def heard(command: Command, score: float, said: float) -> Reading:
        spotted = Spotted(5, 1.8, {str(command.intent.name): score}, 2.4, said)
        return heard_as(command, spotted, ratio_db=LOUD_DB)

    longer = Command(Intent(name=IntentName.RECORD_VIDEO, confidence=1.0, text="record a video"), 1.0, 0.7)
    least = COMMAND_IN_NOISE.own
    assert heard(longer, least, WORD_IN_NOISE.said - 1) == longer
    assert isinstance(heard(longer, least - 0.1, 9), Wake)
    assert heard(COMMAND, WORD_IN_NOISE.own, WORD_IN_NOISE.said) == COMMAND
    assert isinstance(heard(COMMAND, WORD_IN_NOISE.own, WORD_IN_NOISE.said - 0.1), Wake), "one word is heard into noise easily"


def test_where_it_is_quiet_only_an_overwhelming_spotter_contradicts_the_recogniser() -> None:
    assert heard_as(Nothing(), scores(OVERWHELMS - 0.1, take_picture=9), ratio_db=NOISY_DB + 1) == Nothing()
    assert isinstance(heard_as(Nothing(), scores(OVERWHELMS, take_picture=9), ratio_db=NOISY_DB + 1), Command)
    assert heard_as(Nothing(), scores(SURE + 1, take_picture=SURE + 1), ratio_db=NOISY_DB + 1) == Nothing()
    assert isinstance(heard_as(WAKE, scores(SURE + 1, take_picture=SAID_BEYOND_DOUBT), ratio_db=NOISY_DB + 1), Command)


def test_where_it_is_quiet_the_spotter_alone_is_believed_for_nothing_less_than_what_was_said_beyond_doubt() -> None:
    """Glasses of something, and: what is my sister's, was a question for the battery. Find my mother was show my memories."""
    for reading, wake in ((WAKE, 6.2), (WAKE, SURE), (Nothing(), OVERWHELMS)):
        assert not isinstance(heard_as(reading, scores(wake, battery=SAID_BEYOND_DOUBT - 0.1), ratio_db=NOISY_DB + 1), Command)


def test_a_wake_phrase_that_the_spotter_alone_has_heard_is_no_second_opinion_where_it_is_quiet() -> None:
    """Two glasses of water, and then somebody who remembered a red bicycle."""
    own = replace(WAKE, is_read=False)
    sure = scores(SURE + 1, record_video=SAID + 1)
    assert heard_as(own, sure, ratio_db=NOISY_DB + 1) == own
    assert isinstance(heard_as(own, scores(OVERWHELMS, record_video=9), ratio_db=NOISY_DB + 1), Command)
    assert isinstance(heard_as(own, scores(LIKELY, record_video=LIKELY), ratio_db=LOUD_DB), Command), "noise hides it from the recogniser"


def test_a_command_that_goes_on_as_something_else_is_not_done_where_it_is_quiet() -> None:
    heard = scores(SURE + 3, take_picture=SURE + 3)
    further = Wake(WAKE.words, has_rest=True, goes_on=True)
    assert heard_as(further, heard, ratio_db=NOISY_DB + 1) == Nothing()
    assert isinstance(heard_as(further, heard, ratio_db=LOUD_DB), Command), "noise sounds like more words"


def test_a_command_that_is_hardly_heard_is_not_done_against_the_spotter() -> None:
    hardly = Command(Intent(name=IntentName.CANCEL, confidence=0.5, text="cancel"), 1.0, 0.7)
    heard = heard_as(hardly, scores(0.5, take_picture=SAID, cancel=-2), ratio_db=LOUD_DB)
    assert isinstance(heard, Command)
    assert heard.intent.name == IntentName.TAKE_PICTURE
    assert heard_as(hardly, scores(0.5, take_picture=0.5, cancel=-2), ratio_db=LOUD_DB) == Nothing()
    assert heard_as(hardly, scores(0.5, take_picture=0.5, cancel=-2), ratio_db=NOISY_DB + 1) == Nothing()
    assert heard_as(hardly, scores(0.5, take_picture=-2, cancel=0.5), ratio_db=LOUD_DB) == hardly


def test_a_wake_phrase_alone_waits_for_its_command() -> None:
    heard = heard_as(Nothing(), scores(SURE + 1, cancel=NONE), ratio_db=LOUD_DB)
    assert isinstance(heard, Wake)
    assert [word.word for word in heard.words] == ["okay", "glasses"]


def test_a_correction_without_a_wake_phrase_needs_none_from_the_spotter() -> None:
    assert heard_as(CORRECTION, scores(NONE), ratio_db=NOISY_DB + 1) == CORRECTION
    said = Spotted(NONE, 1.8, {"correct": NONE, "find": NONE - 1}, 2.4, said=CORRECTION_IN_NOISE.said)
    assert heard_as(CORRECTION, said, ratio_db=LOUD_DB) == CORRECTION


@pytest.mark.parametrize(
    "heard",
    [scores(NONE), Spotted(NONE, 1.8, {"correct": NONE}, 2.4, said=CORRECTION_IN_NOISE.said - 0.1), scores(NONE, find=9, correct=8)],
)
def test_in_noise_a_correction_must_have_been_said_and_nothing_else(heard: Spotted) -> None:
    assert heard_as(CORRECTION, heard, ratio_db=LOUD_DB) == Nothing()


def test_a_command_before_the_wake_phrase_is_none() -> None:
    rows = np.array([[-9, 9, -9, -9], [-9, -9, -9, -9], [9, -9, -9, -9]], np.float32)
    assert read_scores([0.1, 0.2, 0.3], rows, LABELS).commands["take_picture"] == pytest.approx(-9, abs=0.7)
    assert read_scores([0.1, 0.2, 0.3], rows[::-1], LABELS).best == ("take_picture", pytest.approx(9, abs=0.7))


def test_of_two_commands_behind_a_doubtful_wake_phrase_the_surer_wins() -> None:
    rows = np.array([[1, -9, -9, -9], [-9, 3, -9, -9], [-9, -9, 8, -9]], np.float32)
    found = read_scores([0.1, 0.2, 0.3], rows, LABELS)
    assert found.best[0] == "cancel"
    assert found.at_s == pytest.approx(0.3)
    assert found.said == pytest.approx(8)


@given(st.lists(st.lists(st.floats(-20, 20, width=32), min_size=4, max_size=4), min_size=1, max_size=30))
def test_no_command_is_likelier_than_its_wake_phrase(rows: list[list[float]]) -> None:
    found = read_scores([0.08 * at for at in range(len(rows))], np.array(rows, np.float32), LABELS)
    assert all(score <= found.wake for score in found.commands.values())
    heard = heard_as(Nothing(), found, ratio_db=LOUD_DB)
    assert found.wake >= HALF or heard == Nothing()
    assert found.wake < SURE or heard != Nothing()


def test_talk_behind_a_wake_phrase_is_no_command() -> None:
    """Hey glasses are expensive was heard as hey glasses, cancel."""
    assert heard_as(COMMAND, scores(8, cancel=COMMAND_IN_QUIET.own - 0.1), ratio_db=NOISY_DB) == Nothing()


def test_a_command_that_was_clearly_said_needs_less_of_a_wake_phrase_where_it_is_loud() -> None:
    heard = scores(LIKELY, take_picture=CLEARLY_SAID)
    assert isinstance(heard_as(Nothing(), heard, ratio_db=LOUD_DB), Command)
    assert heard_as(Nothing(), heard, ratio_db=NOISY_DB) == Nothing()
    assert is_clear(heard)
    assert not is_clear(scores(LIKELY, take_picture=CLEARLY_SAID - 0.1))
    assert is_clear(scores(SURE, take_picture=SURE))
    likely = scores(LIKELY, take_picture=LIKELY)
    assert isinstance(heard_as(WAKE, likely, ratio_db=LOUD_DB), Command), "the recogniser heard the wake phrase too"
    beyond = scores(HALF, take_picture=SAID_BEYOND_DOUBT)
    assert isinstance(heard_as(Nothing(), beyond, ratio_db=LOUD_DB), Command)
    assert heard_as(Nothing(), likely, ratio_db=LOUD_DB) == Nothing()
    behind = scores(HELPS, take_picture=SAID)
    assert isinstance(heard_as(WAKE, behind, ratio_db=LOUD_DB), Command)
    assert heard_as(Nothing(), behind, ratio_db=LOUD_DB) == Nothing()


def test_a_command_is_no_objection_to_a_request_and_another_request_is() -> None:
    surely = scores(SURE, cancel=SURE, find=OBJECTS - 1)
    assert heard_as(OPENED, surely, ratio_db=LOUD_DB) == OPENED
    rather = scores(SURE, create_memory=SURE, find=OBJECTS - 1)
    assert heard_as(OPENED, rather, ratio_db=LOUD_DB) == Nothing()


def test_where_it_is_quiet_another_request_is_no_objection_to_one_either() -> None:
    """Find my mother was scored 5.5 as show my memories: the request is read again, and is done only where it still is that one."""
    rather = scores(SURE, show_memories=SAID_BEYOND_DOUBT, find=OBJECTS - 9)
    assert heard_as(OPENED, rather, ratio_db=NOISY_DB) == OPENED
    assert heard_as(OPENED, scores(SURE, cancel=SAID_BEYOND_DOUBT, find=OBJECTS - 9), ratio_db=NOISY_DB) == Nothing()
    assert heard_as(OPENED, replace(rather, wake=DOUBTS - 0.1), ratio_db=NOISY_DB) == Nothing()


@given(wake=st.floats(-15, 10), own=st.lists(st.floats(-15, 10), min_size=3, max_size=3), least=st.floats(-5, 5))
def test_trust_is_as_if_the_wake_phrase_alone_had_been_scored_higher(wake: float, own: list[float], least: float) -> None:
    doubted, believed = (read_scores([0.0], np.array([[score, *own]], np.float32), LABELS) for score in (wake, max(wake, least)))
    trusted = doubted.trusting(least)
    assert (trusted.wake, trusted.said) == (pytest.approx(believed.wake), doubted.said)
    if doubted.best[0] == believed.best[0]:
        assert trusted.best == (believed.best[0], pytest.approx(believed.best[1], abs=1e-4))
