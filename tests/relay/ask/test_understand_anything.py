"""Whatever is said: no crash, no word lost, and no model or database behind the reading."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.ask.context import AskContext
from relay.ask.understand import account_of, correct, understand
from relay.ask.wordlist import in_order
from relay.ask.words import words_of

WORDS = in_order(
    "my wife and me in paris rome the dog without last summer june 2025 just two of us where we talk about exam or "
    "not with bob april may will florence a film show find weekend before after easter christmas yesterday evening "
    "at home near eiffel tower texas kids our sister's anna's birthday on in second twenty five hundred of since "
    "until between no but nobody else three people sign says exit i create make video ago years 31 february 0 9999 "
    "12:30 2025-02-30 night the beach turkey new york grandma , . ? ' - é 東京 ß \U0001d7da ² "
)
SENTENCES = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
relaxed = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@relaxed
@given(query=SENTENCES | st.text(max_size=60))
def test_every_word_is_accounted_for(query: str, context: AskContext) -> None:
    plan = understand(query, context)
    account = account_of(query, context)
    assert [word.text for word in account.words] == [word.text for word in words_of(query)]
    heard = " ".join(term.heard for term in plan.terms).split()
    for word, use in zip(account.words, account.uses, strict=True):
        if use == "term":
            assert word.text in heard
        if use == "left":
            assert word.text in plan.leftover
    assert plan.title
    assert plan.said


@relaxed
@given(query=SENTENCES, then=SENTENCES)
def test_corrections_never_fail(query: str, then: str, context: AskContext) -> None:
    plan = correct(understand(query, context), then, context)
    assert plan.intent == understand(query, context).intent


@relaxed
@given(query=SENTENCES)
def test_times_have_a_beginning_before_their_end(query: str, context: AskContext) -> None:
    for term in understand(query, context).terms:
        assert (term.start_at is None) == (term.end_at is None)
        if term.start_at is not None and term.end_at is not None:
            assert term.start_at < term.end_at


@relaxed
@given(query=SENTENCES)
def test_case_and_punctuation_change_nothing_that_is_resolved(query: str, context: AskContext) -> None:
    plain = "".join(letter for letter in query if letter not in ",.?")
    lower, shouted = understand(plain, context), understand(plain.upper() + "?", context)
    known = [(term.kind, term.ids) for term in lower.terms if term.ids]
    assert [(term.kind, term.ids) for term in shouted.terms if term.ids] == known


def test_reading_needs_no_network_disk_or_models() -> None:
    forbidden = "aiohttp av cv2 sqlite3 onnxruntime usearch tokenizers"
    code = f"import sys, relay.ask.understand; print([name for name in {forbidden.split()} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
