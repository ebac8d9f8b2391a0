"""What looks like a request, and what is made of words that look like none."""

from __future__ import annotations

import pytest

from glasses.capture import phrases
from glasses.capture.forms import Forms
from glasses.capture.requests import GUESSED, Heard, Names, Vocabulary, is_pieces, repaired, surer
from glasses.wire.intent import IntentName
from glasses.wire.tag import Word

ENGLISH = phrases.load("en")
NAMES = Names.of(["Anna", "Emma"], ["Paris", "San Francisco"], lambda _: True)
FORMS, VOCABULARY = Forms(ENGLISH, NAMES), Vocabulary.of(ENGLISH, NAMES)


def words(text: str, confidence: float = 1.0) -> list[Word]:
    return [Word(word=word, start_s=at * 0.4, end_s=at * 0.4 + 0.3, confidence=confidence) for at, word in enumerate(text.split())]


@pytest.mark.parametrize(
    "text",
    ["anna", "anna and me in san francisco", "my wife last summer", "the dog and me in july", "paris", "helen in tokyo", "me and emma"],
)
def test_a_template_with_names_in_it_is_a_request(text: str) -> None:
    assert FORMS.fits(text.split())


@pytest.mark.parametrize("text", ["and me in paris", "anna in anna", "at paris san francisco", "dog and me", "gwendolyn in paris"])
def test_anything_else_is_none(text: str) -> None:
    assert not FORMS.fits(text.split())


def test_it_may_have_been_anybody_of_the_wearers_before_the_same_end() -> None:
    longer, shorter, alone = FORMS.likely(["and", "me", "and", "me", "in", "san", "francisco"])
    assert {"anna and me in san francisco", "my wife and me in san francisco"} <= set(longer)
    assert "anna in san francisco" in shorter
    assert "emma" in alone
    assert not any("helen" in request for request in [*longer, *shorter, *alone]), "a stranger is never guessed"


def test_what_is_put_there_is_not_sure_and_the_rest_stays_as_it_was_heard() -> None:
    heard = repaired(Heard(IntentName.FIND, words("and me and me in paris")), ["anna", "and", "me", "in", "paris"], VOCABULARY)
    assert heard.text == "anna and me in paris"
    assert heard.unsure == ["anna"]
    assert [word.confidence for word in heard.words] == [GUESSED, 1.0, 1.0, 1.0, 1.0]
    assert [word.start_s for word in heard.words] == sorted(word.start_s for word in heard.words)


def test_strange_words_are_no_pieces_of_requests() -> None:
    assert is_pieces(["and", "me", "in", "paris"], VOCABULARY)
    assert not is_pieces(["a", "red", "car", "in", "paris"], VOCABULARY)
    assert not is_pieces(["my", "picture", "in", "paris"], VOCABULARY)


def test_a_doubtful_reading_is_better_than_a_senseless_one() -> None:
    doubtful = Heard(IntentName.FIND, words("anna in paris", 0.5), ["anna"])
    senseless = Heard(IntentName.FIND, words("and in paris"), [], senseless=True)
    assert surer(doubtful, senseless)
    assert not surer(senseless, doubtful)
