"""The spotter's networks and its trained head."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from glasses.capture.spotting import BACKLOG, NONE, STEP, TURNS, Spotting
from models.spotter import FEATURES, LABELS, WEIGHTS, Embedder, Head, read_members
from models.store import ModelStore


@pytest.fixture(scope="module")
def embedder(store: ModelStore) -> Embedder:
    return Embedder(store.path("spotter"))


def test_the_head_looks_back_and_never_ahead() -> None:
    head, dice = Head.load(WEIGHTS), np.random.default_rng(2)
    heard = dice.normal(0, 1, (30, FEATURES)).astype(np.float32)
    later = heard.copy()
    later[20:] += 5
    assert head.scores(heard).shape == (30, len(LABELS))
    np.testing.assert_allclose(head.scores(heard)[:20], head.scores(later)[:20], rtol=1e-5)


def test_sound_as_it_comes_is_scored_like_the_whole(embedder: Embedder) -> None:
    sound = np.random.default_rng(4).normal(0, 300, STEP * 40).astype(np.int16)
    streamed = Spotting(embedder, Head.load(), LABELS)
    for at in range(0, len(sound), 1_600):
        streamed.feed(sound[at : at + 1_600].tobytes(), is_open=True)
    turns = [Head.load().scores(embedder.features(sound[turn * STEP :]))[:, 0] for turn in range(TURNS)]
    by_turns = [float(scores[at]) for at in range(len(turns[-1])) for scores in turns]
    means = [by_turns[0], *(sum(pair) / 2 for pair in itertools.pairwise(by_turns))]
    assert streamed.spotted(0).wake == pytest.approx(max(means), abs=0.05)


def test_the_lowest_score_is_that_of_the_worst_beginning(embedder: Embedder) -> None:
    sound, head = np.random.default_rng(7).normal(0, 300, STEP * 60).astype(np.int16), Head.load()
    rows = embedder.rows(sound)
    best = [float(head.scores(embedder.features_of(rows, first))[:, 0].max()) for first in range(8)]
    lowest = Spotting(embedder, head, LABELS).lowest_wake(sound.tobytes())
    assert lowest == pytest.approx(min((best[first] + best[first + 4]) / 2 for first in range(4)), abs=0.01)
    assert len(set(best)) > 1, "where the steps begin makes a difference"


def test_what_is_too_short_to_be_a_wake_phrase_has_no_score(embedder: Embedder) -> None:
    assert Spotting(embedder, Head.load(), LABELS).lowest_wake(np.zeros(STEP, np.int16).tobytes()) == NONE


def test_nothing_is_scored_behind_a_closed_gate(embedder: Embedder) -> None:
    spotting = Spotting(embedder, Head.load(), LABELS)
    sound = np.random.default_rng(5).normal(0, 300, BACKLOG).astype(np.int16).tobytes()
    spotting.feed(sound, is_open=False)
    assert spotting.spotted(0).commands == {}
    spotting.feed(sound, is_open=True)
    assert spotting.spotted(0).commands


def test_the_head_is_of_one_mind_with_its_members_on_the_whole() -> None:
    members, dice = read_members(WEIGHTS), np.random.default_rng(3)
    heard = dice.normal(0, 1, (30, FEATURES)).astype(np.float32)
    assert len(members) > 1
    opinions = [Head([member]).scores(heard) for member in members]
    np.testing.assert_allclose(Head(members).scores(heard), np.mean(opinions, axis=0), rtol=1e-4, atol=1e-4)


def test_what_was_heard_a_moment_ago_is_remembered() -> None:
    head, dice = Head.load(WEIGHTS), np.random.default_rng(6)
    scores = head.scores(dice.normal(0, 1, (40, FEATURES)).astype(np.float32))
    alone = Head(read_members(WEIGHTS)[:1]).scores(dice.normal(0, 1, (1, FEATURES)).astype(np.float32))
    assert scores.shape == (40, len(LABELS))
    assert alone.shape == (1, len(LABELS)), "the first step has nothing before it"
