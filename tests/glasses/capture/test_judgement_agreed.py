"""The recogniser's reading and the spotter's scores, as one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glasses.capture import phrases
from glasses.capture.intents import Command, Nothing, OpenRequest, Reading, Wake
from glasses.capture.judgement import (
    APART,
    CLEARLY_SAID,
    DOUBTS,
    FOLLOWS,
    GLIMPSED,
    GLIMPSED_IN_QUIET,
    HALF,
    HELPS,
    LIKELY,
    NOISY_DB,
    OBJECTS,
    OVERWHELMS,
    SAID,
    SAID_BEYOND_DOUBT,
    SUPPORTS,
    SURE,
    UNSAID,
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
LABELS = ("wake", "take_picture", "cancel", "find")
COMMAND = Command(Intent(name=IntentName.CANCEL, confidence=1.0, text="cancel"), 1.0, 0.7)
WAKE = Wake((Word(word="okay", start_s=1.0, end_s=1.3), Word(word="glasses", start_s=1.3, end_s=1.8)))
CORRECTION = OpenRequest(IntentName.CORRECT, "no i said", 1.0, has_rest=True, wake_s=0)
OPENED = OpenRequest(IntentName.FIND, "find", 1.0, has_rest=True, wake_s=0.7)


def scores(wake: float, **commands: float) -> Spotted:
    said = max(commands.values(), default=NONE)
    return Spotted(wake, 1.8, {name: min(wake, score) for name, score in commands.items()}, 2.4, said)


@pytest.mark.parametrize("reading", [COMMAND, WAKE, OPENED])
def test_what_the_spotter_objects_to_is_not_done(reading: Command | Wake | OpenRequest) -> None:
    assert judged(reading, scores(OBJECTS - 1, cancel=9, find=9), TABLE, "okay glasses", ratio_db=LOUD_DB) == Nothing()


@pytest.mark.parametrize("reading", [COMMAND, OPENED])
def test_where_it_is_quiet_less_of_a_doubt_is_an_objection(reading: Command | OpenRequest) -> None:
    heard = scores(DOUBTS - 0.1, cancel=DOUBTS - 0.1)
    assert judged(reading, heard, TABLE, "okay glasses", ratio_db=NOISY_DB + 1) == Nothing()
    assert judged(reading, heard, TABLE, "okay glasses", ratio_db=LOUD_DB) == reading


def test_what_was_surely_said_is_no_other_command_however_doubtful_the_wake_phrase() -> None:
    """In babble, stop recording was understood as a request to find."""
    heard = Spotted(0.2, 1.8, {"cancel": 0.2, "find": 0.1 - APART}, 2.4, said=SAID)
    assert judged(OPENED, heard, TABLE, "okay glasses", ratio_db=LOUD_DB) == Nothing()
    assert judged(OPENED, replace(heard, said=SAID - 0.1), TABLE, "okay glasses", ratio_db=LOUD_DB) == OPENED


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
    assert judged(reading, scores(0, cancel=0, find=0), TABLE, "okay glasses", ratio_db=LOUD_DB) == reading


def test_the_recogniser_may_be_done_before_the_spotter() -> None:
    assert judged(COMMAND, scores(5, cancel=UNSAID), TABLE, "okay glasses", ratio_db=NOISY_DB + 1) == COMMAND
    assert judged(COMMAND, scores(5, cancel=-9), TABLE, "okay glasses", ratio_db=LOUD_DB) == COMMAND
    assert judged(COMMAND, scores(5, cancel=-9, undo=5), TABLE, "okay glasses", ratio_db=NOISY_DB + 1) == Nothing()


def test_a_sure_spotter_is_believed_where_nothing_was_understood() -> None:
    heard = judged(Nothing(), scores(SURE + 1, take_picture=SURE + 1), TABLE, "okay glasses", ratio_db=LOUD_DB)
    assert isinstance(heard, Command)
    assert heard.intent.name == IntentName.TAKE_PICTURE
    assert heard.start_s == pytest.approx(1.0)
    opened = judged(WAKE, scores(SURE + 1, find=SURE + 1), TABLE, "okay glasses", ratio_db=LOUD_DB)
    assert isinstance(opened, OpenRequest)


def test_a_lost_beginning_is_made_good_by_a_certain_spotter_alone() -> None:
    def heard(score: float) -> Reading:
        return judged(Nothing(), scores(score, take_picture=score), TABLE, "okay glasses", ratio_db=NOISY_DB + 1, glimpsed=True)

    assert isinstance(heard(GLIMPSED_IN_QUIET), Command)
    assert heard(GLIMPSED_IN_QUIET - 0.1) == Nothing()


def test_in_noise_a_lost_beginning_is_made_good_by_two_that_agree() -> None:
    def heard(score: float, *, glimpsed: bool) -> Reading:
        return judged(Nothing(), scores(score, take_picture=score), TABLE, "okay glasses", ratio_db=LOUD_DB, glimpsed=glimpsed)

    assert isinstance(heard(GLIMPSED, glimpsed=True), Command)
    assert heard(GLIMPSED - 0.1, glimpsed=True) == Nothing()
    assert heard(GLIMPSED, glimpsed=False) == Nothing()


def test_a_command_out_of_commands_alone_needs_the_spotters_support() -> None:
    assert supports(COMMAND, scores(5, cancel=SUPPORTS))
    assert not supports(COMMAND, scores(5, cancel=SUPPORTS - 0.1))
    assert not supports(COMMAND, scores(5))
    assert not supports(COMMAND, scores(5, cancel=SUPPORTS, find=LIKELY)), "find was heard as undo"
    assert supports(COMMAND, scores(5, cancel=SUPPORTS, find=LIKELY - 0.1))


def test_half_a_wake_phrase_of_each_is_one_where_it_is_loud() -> None:
    def heard(wake: float, ratio_db: float, *, near: bool) -> Reading:
        return judged(Nothing(), scores(wake), TABLE, "okay glasses", ratio_db=ratio_db, near=near)

    assert isinstance(heard(HALF, LOUD_DB, near=True), Wake)
    assert heard(HALF - 0.1, LOUD_DB, near=True) == Nothing()
    assert heard(HALF, LOUD_DB, near=False) == Nothing()
    assert heard(HALF, NOISY_DB, near=True) == Nothing()
    assert isinstance(heard(SURE, LOUD_DB, near=False), Wake)


def test_where_it_is_quiet_only_an_overwhelming_spotter_contradicts_the_recogniser() -> None:
    assert judged(Nothing(), scores(OVERWHELMS - 0.1, take_picture=9), TABLE, "okay glasses", ratio_db=NOISY_DB + 1) == Nothing()
    assert isinstance(judged(Nothing(), scores(OVERWHELMS, take_picture=9), TABLE, "okay glasses", ratio_db=NOISY_DB + 1), Command)
    assert judged(Nothing(), scores(SURE + 1, take_picture=SURE + 1), TABLE, "okay glasses", ratio_db=NOISY_DB + 1) == Nothing()
    assert isinstance(judged(WAKE, scores(SURE + 1, take_picture=SURE + 1), TABLE, "okay glasses", ratio_db=NOISY_DB + 1), Command)


def test_a_command_that_goes_on_as_something_else_is_not_done_where_it_is_quiet() -> None:
    heard = scores(SURE + 3, take_picture=SURE + 3)
    further = Wake(WAKE.words, has_rest=True, goes_on=True)
    assert judged(further, heard, TABLE, "okay glasses", ratio_db=NOISY_DB + 1) == Nothing()
    assert isinstance(judged(further, heard, TABLE, "okay glasses", ratio_db=LOUD_DB), Command), "noise sounds like more words"


def test_a_command_that_is_hardly_heard_is_not_done_against_the_spotter() -> None:
    hardly = Command(Intent(name=IntentName.CANCEL, confidence=0.5, text="cancel"), 1.0, 0.7)
    heard = judged(hardly, scores(0.5, take_picture=SAID, cancel=-2), TABLE, "okay glasses", ratio_db=LOUD_DB)
    assert isinstance(heard, Command)
    assert heard.intent.name == IntentName.TAKE_PICTURE
    assert judged(hardly, scores(0.5, take_picture=0.5, cancel=-2), TABLE, "okay glasses", ratio_db=LOUD_DB) == Nothing()
    assert judged(hardly, scores(0.5, take_picture=0.5, cancel=-2), TABLE, "okay glasses", ratio_db=NOISY_DB + 1) == Nothing()
    assert judged(hardly, scores(0.5, take_picture=-2, cancel=0.5), TABLE, "okay glasses", ratio_db=LOUD_DB) == hardly


def test_a_wake_phrase_alone_waits_for_its_command() -> None:
    heard = judged(Nothing(), scores(SURE + 1, cancel=NONE), TABLE, "okay glasses", ratio_db=LOUD_DB)
    assert isinstance(heard, Wake)
    assert [word.word for word in heard.words] == ["okay", "glasses"]


def test_a_correction_without_a_wake_phrase_needs_none_from_the_spotter() -> None:
    assert judged(CORRECTION, scores(NONE), TABLE, "okay glasses", ratio_db=NOISY_DB + 1) == CORRECTION
    said = Spotted(NONE, 1.8, {"correct": NONE, "find": NONE - 1}, 2.4, said=FOLLOWS)
    assert judged(CORRECTION, said, TABLE, "okay glasses", ratio_db=LOUD_DB) == CORRECTION


@pytest.mark.parametrize(
    "heard", [scores(NONE), Spotted(NONE, 1.8, {"correct": NONE}, 2.4, said=FOLLOWS - 0.1), scores(NONE, find=9, correct=8)]
)
def test_in_noise_a_correction_must_have_been_said_and_nothing_else(heard: Spotted) -> None:
    assert judged(CORRECTION, heard, TABLE, "okay glasses", ratio_db=LOUD_DB) == Nothing()


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
    heard = judged(Nothing(), found, TABLE, "okay glasses", ratio_db=LOUD_DB)
    assert found.wake >= HALF or heard == Nothing()
    assert found.wake < SURE or heard != Nothing()


def test_talk_behind_a_wake_phrase_is_no_command() -> None:
    """Hey glasses are expensive was heard as hey glasses, cancel."""
    assert judged(COMMAND, scores(8, cancel=UNSAID - 0.1), TABLE, "okay glasses", ratio_db=NOISY_DB) == Nothing()


def test_a_command_that_was_clearly_said_needs_less_of_a_wake_phrase_where_it_is_loud() -> None:
    heard = scores(LIKELY, take_picture=CLEARLY_SAID)
    assert isinstance(judged(Nothing(), heard, TABLE, "okay glasses", ratio_db=LOUD_DB), Command)
    assert judged(Nothing(), heard, TABLE, "okay glasses", ratio_db=NOISY_DB) == Nothing()
    assert is_clear(heard)
    assert not is_clear(scores(LIKELY, take_picture=CLEARLY_SAID - 0.1))
    assert is_clear(scores(SURE, take_picture=SURE))
    likely = scores(LIKELY, take_picture=LIKELY)
    assert isinstance(judged(WAKE, likely, TABLE, "okay glasses", ratio_db=LOUD_DB), Command), "the recogniser heard the wake phrase too"
    beyond = scores(HALF, take_picture=SAID_BEYOND_DOUBT)
    assert isinstance(judged(Nothing(), beyond, TABLE, "okay glasses", ratio_db=LOUD_DB), Command)
    assert judged(Nothing(), likely, TABLE, "okay glasses", ratio_db=LOUD_DB) == Nothing()
    behind = scores(HELPS, take_picture=SAID)
    assert isinstance(judged(WAKE, behind, TABLE, "okay glasses", ratio_db=LOUD_DB), Command)
    assert judged(Nothing(), behind, TABLE, "okay glasses", ratio_db=LOUD_DB) == Nothing()


def test_a_command_is_no_objection_to_a_request_and_another_request_is() -> None:
    surely = scores(SURE, cancel=SURE, find=OBJECTS - 1)
    assert judged(OPENED, surely, TABLE, "okay glasses", ratio_db=LOUD_DB) == OPENED
    rather = scores(SURE, create_memory=SURE, find=OBJECTS - 1)
    assert judged(OPENED, rather, TABLE, "okay glasses", ratio_db=LOUD_DB) == Nothing()


@given(wake=st.floats(-15, 10), own=st.lists(st.floats(-15, 10), min_size=3, max_size=3), least=st.floats(-5, 5))
def test_trust_is_as_if_the_wake_phrase_alone_had_been_scored_higher(wake: float, own: list[float], least: float) -> None:
    doubted, believed = (read_scores([0.0], np.array([[score, *own]], np.float32), LABELS) for score in (wake, max(wake, least)))
    trusted = doubted.trusting(least)
    assert (trusted.wake, trusted.said) == (pytest.approx(believed.wake), doubted.said)
    if doubted.best[0] == believed.best[0]:
        assert trusted.best == (believed.best[0], pytest.approx(believed.best[1], abs=1e-4))
