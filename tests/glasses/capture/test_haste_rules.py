"""When an utterance is over because its command has been said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glasses.capture.haste import LEAST, RULES, Rule, is_over
from glasses.capture.spotting import Spotted

AT_S = 5.0


def heard(score: float, said: float) -> Spotted:
    return Spotted(score, 4.0, {"cancel": score, "undo": -20.0}, AT_S, said)


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_ends_what_it_asks_for_and_not_a_moment_before(rule: Rule) -> None:
    spotted = heard(rule.score, max(rule.said, rule.score))
    assert is_over(spotted, AT_S + rule.after_s + 0.01, agreed=rule.agreed, loud=rule.loud)
    assert not is_over(spotted, AT_S + rule.after_s - 0.01, agreed=rule.agreed, loud=rule.loud)


def test_where_it_is_quiet_a_sure_command_behind_an_unsure_wake_phrase_is_not_hurried() -> None:
    assert is_over(heard(0.0, 6.0), AT_S + 1, agreed=False, loud=True)
    assert not is_over(heard(0.0, 6.0), AT_S + 1, agreed=False, loud=False)


@given(st.floats(-30, 30), st.floats(-30, 30), st.booleans(), st.booleans())
def test_nothing_is_over_below_the_least(score: float, said: float, agreed: bool, loud: bool) -> None:
    assert score >= LEAST or not is_over(heard(score, said), AT_S + 10, agreed=agreed, loud=loud)
