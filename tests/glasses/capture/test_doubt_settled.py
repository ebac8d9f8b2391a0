"""When a wake phrase is heard once more, and what settles the doubt."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from glasses.capture.doubt import (
    BEYOND_DOUBT,
    CERTAIN,
    CLEARER,
    DIFFERS,
    DROWNED_DB,
    ENOUGH,
    HARDLY,
    INSISTED,
    LEAST,
    LIKELY,
    SPOILT_DB,
    STILL_DB,
    TRUSTED,
    is_certain,
    is_clearer,
    is_doubted,
    is_drowned,
    is_excused,
    is_trusted,
)  # fmt: skip
from glasses.capture.spotting import Spotted


def scores(wake: float) -> Spotted:
    return Spotted(wake, 1.8, {})


@given(st.floats(-20, 20), st.floats(-20, 20), st.floats(-20, 20), st.floats(0, 20))
def test_what_sounds_more_like_the_wake_phrase_is_never_trusted_less(trust: float, differs: float, leans: float, more: float) -> None:
    if is_trusted(scores(-9).trusting(trust), differs, leans):
        assert is_trusted(scores(-9).trusting(trust + more), differs, leans)
        assert is_trusted(scores(-9).trusting(trust), differs + more, leans + more)


def test_where_it_is_still_a_wake_phrase_is_scored_high_wherever_the_steps_begin() -> None:
    assert is_doubted(ENOUGH - 0.1)
    assert not is_doubted(ENOUGH)


def test_a_little_doubt_is_made_good_for_by_the_sound() -> None:
    assert is_clearer(HARDLY, DIFFERS, CLEARER)
    assert not is_clearer(HARDLY - 0.1, DIFFERS, CLEARER)
    assert not is_clearer(HARDLY, DIFFERS - 0.1, CLEARER)
    assert not is_clearer(HARDLY, DIFFERS, CLEARER - 0.1)


def test_trust_makes_good_for_the_spotters_doubt_and_for_no_more() -> None:
    trusted, insisted = scores(-9).trusting(TRUSTED), scores(-9).trusting(INSISTED)
    assert is_trusted(trusted, 0.0, 0.0)
    assert not is_trusted(scores(9), 9.0, 9.0), "nobody has insisted"
    assert not is_trusted(trusted, DIFFERS - 0.1, 5.0), "another beginning"
    assert not is_trusted(trusted, 5.0, -0.1), "an accent, or another phrase: it is to be said again"
    assert is_trusted(insisted, DIFFERS - 0.1, -4.6)
    assert not is_trusted(insisted, 5.0, -5.0), "what surely is another phrase is not insisted on"


def test_a_look_is_needed_where_it_tells_something() -> None:
    assert is_certain(scores(CERTAIN), STILL_DB - 1)
    assert not is_certain(scores(CERTAIN), STILL_DB)
    assert is_certain(scores(BEYOND_DOUBT), STILL_DB)
    assert is_drowned(scores(LIKELY), DROWNED_DB - 1)
    assert not is_drowned(scores(LIKELY), DROWNED_DB)
    assert not is_drowned(scores(LIKELY - 0.1), DROWNED_DB - 1)


def test_noise_excuses_a_low_score_and_none_is_needed_for_a_likely_one() -> None:
    assert is_excused(scores(-9), SPOILT_DB - 1)
    assert not is_excused(scores(LEAST - 0.1), SPOILT_DB)
    assert is_excused(scores(LEAST), STILL_DB - 1)
