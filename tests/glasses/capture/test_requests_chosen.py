"""Which reading of a request is believed: pure, with made-up likelihoods."""

from __future__ import annotations

import pytest

from glasses.capture import phrases
from glasses.capture.intents import UNKNOWN, strict_grammar
from glasses.capture.requests import (
    EVERYDAY_MARGIN,
    MARGIN,
    NOT_CAUGHT,
    STRANGER_MARGIN,
    WHOLE_MARGIN,
    WHOLE_STRANGER_MARGIN,
    Heard,
    IsWhole,
    Names,
    Vocabulary,
    after_prefix,
    chosen,
    own_or_strangers,
    request_grammar,
    surer,
)
from glasses.wire.intent import IntentName
from glasses.wire.tag import Word

ENGLISH = phrases.load("en")
WAKES = ["okay glasses"]
NAMES = Names.of(["Anna"], ["Paris", "San Francisco", "Zzyzx"], lambda word: word != "zzyzx")
VOCABULARY = Vocabulary.of(ENGLISH, NAMES)
KNOWN = VOCABULARY.known


def words(text: str, confidence: float = 1.0) -> list[Word]:
    return [Word(word=word, start_s=at * 0.4, end_s=at * 0.4 + 0.3, confidence=confidence) for at, word in enumerate(text.split())]


def no_request(_: list[Word]) -> bool:
    return False


def a_request(_: list[Word]) -> bool:
    return True


def read(listed: str, free: str, gain: float, is_whole: IsWhole = no_request) -> tuple[str, list[str]]:
    """``gain``: by how much the sound fits any sentence with dictated words better."""

    def score(said: list[str]) -> float:
        return 0.0 if said == listed.split() else gain

    heard = chosen(IntentName.CREATE_MEMORY, words(listed), words(free), VOCABULARY, score, is_whole)
    return heard.text, heard.unsure


def test_both_readings_agree() -> None:
    assert read("my wife and me in paris", "my wife and me in paris", 99) == ("my wife and me in paris", [])


def test_a_name_of_the_wearers_stands_against_dictation_that_fits_little_better() -> None:
    assert read("my wife and me in paris", "my wife and me in parish", MARGIN - 1) == ("my wife and me in paris", [])


def test_a_name_on_no_list_is_not_forced_onto_a_listed_one() -> None:
    text, unsure = read("my wife and me in paris", "my wife and me in copenhagen", MARGIN + 1)
    assert text == "my wife and me in copenhagen"
    assert unsure == ["copenhagen"]


def test_a_whole_request_stands_against_dictation_that_fits_better() -> None:
    """Begging, by doing and envisioning were dictated for Beijing."""
    listed, free = "my wife and me in san francisco", "my wife and me in some friends"
    assert read(listed, free, WHOLE_MARGIN - 1, a_request) == (listed, [])
    assert read(listed, free, WHOLE_MARGIN + 1, a_request)[0] == free
    assert read("my life in paris", "my wife in paris", 1, a_request)[0] == "my wife in paris", "life is on no list"
    assert read("my wife in paris", "my life in paris", EVERYDAY_MARGIN + 1, a_request)[0] == "my life in paris", "and wife is no name"


def test_words_that_are_no_names_are_hardly_in_doubt() -> None:
    assert read("my wife and me in paris", "my life and meet in paris", EVERYDAY_MARGIN - 1) == ("my wife and me in paris", [])


def test_a_word_that_was_not_heard_well_is_unsure_but_for_the_small_ones_between_names() -> None:
    reading = words("my wife in paris", 0.5)
    heard = chosen(IntentName.FIND, reading, reading, VOCABULARY, lambda _: 0.0, a_request)
    assert heard.unsure == ["my", "wife", "paris"]


def test_a_stranger_of_the_table_is_unsure_even_when_both_readings_agree() -> None:
    assert read("copenhagen", "copenhagen", 0) == ("copenhagen", ["copenhagen"])


def test_the_wearers_own_name_is_believed_where_a_strangers_fits_hardly_better() -> None:
    listed, own = words("amanda in paris"), words("anna in paris")

    def fits(gain: float, is_whole: IsWhole) -> list[Word]:
        return own_or_strangers(listed, own, KNOWN, lambda said: gain if said[0] == "amanda" else 0.0, is_whole)

    assert fits(STRANGER_MARGIN - 1, no_request) is own
    assert fits(STRANGER_MARGIN + 1, no_request) is listed
    assert fits(WHOLE_STRANGER_MARGIN - 1, a_request) is own
    assert fits(WHOLE_STRANGER_MARGIN + 1, a_request) is listed
    assert own_or_strangers(own, listed, KNOWN, lambda _: 0.0, a_request) is own, "nothing strange in it"
    holed = words(f"{UNKNOWN} in paris")
    assert own_or_strangers(holed, own, KNOWN, lambda _: 0.0, a_request) is holed
    assert own_or_strangers(listed, [], KNOWN, lambda _: 0.0, a_request) is listed


def test_a_hole_is_filled_with_what_was_dictated_then() -> None:
    assert read(f"my wife in {UNKNOWN}", "my wife in salzburg", -99) == ("my wife in salzburg", ["salzburg"])
    assert read(f"my wife in {UNKNOWN}", "my wife in", 0) == ("my wife in", [NOT_CAUGHT])


@pytest.mark.parametrize(
    ("heard", "name", "rest"),
    [
        ("okay glasses create a memory video of anna", IntentName.CREATE_MEMORY, "anna"),
        ("okay glasses create a memory anna", IntentName.CREATE_MEMORY, "anna"),
        ("no i said anna in paris", IntentName.CORRECT, "anna in paris"),
        ("anna in paris", None, "anna in paris"),
    ],
)
def test_the_longest_prefix_is_the_requests(heard: str, name: IntentName | None, rest: str) -> None:
    opened = after_prefix(words(heard), ENGLISH)
    assert (opened and (opened.name, " ".join(word.word for word in opened.rest))) == (name and (name, rest))


def test_the_request_grammar_holds_whole_requests_and_places_for_strangers() -> None:
    grammar = set(request_grammar(ENGLISH, WAKES, NAMES))
    assert {"okay glasses create a memory video of", "find anna", f"find {UNKNOWN}", "find copenhagen", UNKNOWN} <= grammar
    assert any("in san francisco" in phrase for phrase in grammar)
    assert not any("zzyzx" in phrase for phrase in grammar), "a word that the model does not know would leave a hole"
    assert not any("{" in phrase for phrase in grammar)


def test_the_second_look_has_whole_phrases_only() -> None:
    grammar = strict_grammar(ENGLISH, WAKES)
    assert "okay glasses cancel" in grammar
    assert "cancel" not in grammar
    assert all(phrase == UNKNOWN or phrase.startswith("okay glasses") for phrase in grammar)


def test_the_reading_with_less_in_doubt_is_surer() -> None:
    clear, faint = words("anna in paris", 0.9), words("anna in paris", 0.6)
    assert surer(Heard(IntentName.FIND, faint), Heard(IntentName.FIND, clear, ["paris"]))
    assert surer(Heard(IntentName.FIND, clear), Heard(IntentName.FIND, faint))
    assert not surer(Heard(IntentName.FIND, clear), Heard(IntentName.FIND, clear))
