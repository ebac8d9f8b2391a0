from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glasses.power.policy import BATTERY_SLACK, Bands, Budget, Heat, Power, Reading, budget_for, next_bands

fractions = st.floats(0.0, 1.0)
celsius = st.none() | st.floats(-20.0, 110.0)
readings = st.builds(
    Reading,
    battery_fraction=st.none() | fractions, charging=st.booleans(), temperature_c=celsius,
    network=st.booleans(), metered=st.booleans(),
)  # fmt: skip
bands = st.builds(Bands, power=st.sampled_from(Power), heat=st.sampled_from(Heat))


def plan(before: Bands | None, reading: Reading) -> Budget:
    return budget_for(next_bands(before, reading), reading)


def worth(budget: Budget) -> tuple[float, ...]:
    return (
        budget.tagging_share, budget.small_uploads, budget.originals, budget.recording, budget.preroll, budget.hud_brightness, budget.films
    )  # fmt: skip


@given(bands, readings)
def test_less_energy_never_allows_more(before: Bands, reading: Reading) -> None:
    heat = next_bands(before, reading).heat
    budgets = [worth(budget_for(Bands(power, heat), reading)) for power in Power]
    assert all(less <= more for lower, higher in pairwise(budgets) for less, more in zip(lower, higher, strict=True))


@given(bands, readings)
def test_more_heat_never_allows_more(before: Bands, reading: Reading) -> None:
    power = next_bands(before, reading).power
    budgets = [worth(budget_for(Bands(power, heat), reading)) for heat in Heat]
    assert all(more >= less for cooler, hotter in pairwise(budgets) for more, less in zip(cooler, hotter, strict=True))


@given(bands, readings)
def test_a_metered_network_carries_no_originals_and_no_films(before: Bands, reading: Reading) -> None:
    budget = plan(before, reading)
    if reading.metered:
        assert not budget.originals
        assert not budget.films
    assert budget.small_uploads or budget.wake_only


@given(st.lists(readings, min_size=1, max_size=30))
def test_bands_that_are_looked_at_again_stay(history: list[Reading]) -> None:
    before = None
    for reading in history:
        before = next_bands(before, reading)
        assert next_bands(before, reading) == before


@given(fractions, st.lists(st.floats(-BATTERY_SLACK / 2.01, BATTERY_SLACK / 2.01), max_size=30))
def test_a_gauge_that_jitters_changes_the_band_at_most_once(middle: float, jitter: list[float]) -> None:
    seen = []
    before = None
    for noise in jitter:
        before = next_bands(before, Reading(battery_fraction=min(1.0, max(0.0, middle + noise))))
        seen.append(before.power)
    changes = sum(first != second for first, second in pairwise(seen))
    assert changes <= 1, seen


@given(bands, readings)
def test_the_sentence_says_all_that_is_left_out(before: Bands, reading: Reading) -> None:
    budget = plan(before, reading)
    said = budget.sentence
    assert said[0].isupper()
    assert said.endswith(".")
    assert ("only listen" in said) == budget.wake_only
    assert ("everything runs" in said) == (
        not budget.wake_only and budget.tagging_share == 1 and budget.originals and budget.hud_brightness == 1 and reading.network
    )
    if not budget.wake_only and reading.network:
        assert ("only small things" in said) == (not budget.originals)


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        (Reading(), "On mains power: everything runs."),
        (Reading(0.62), "Battery at 62%: everything runs."),
        (Reading(0.30), "Battery low at 30%: clips are looked at slowly, only small things are sent, the display is dimmed."),
        (
            Reading(0.12),
            "Battery very low at 12%: clips are looked at later, only small things are sent, the display is dimmed.",
        ),
        (Reading(0.04), "Battery nearly empty at 4%: I only listen."),
        (Reading(0.04, charging=True), "Charging at 4%: everything runs."),
        (Reading(0.8, temperature_c=70.2), "Battery at 80% and warm at 70 °C: clips are looked at slowly."),
        (Reading(None, temperature_c=82.0), "On mains power and too hot at 82 °C: I only listen."),
        (Reading(0.8, network=False), "Battery at 80% and no network: everything is kept here."),
        (Reading(0.8, metered=True), "Battery at 80% and metered network: only small things are sent."),
    ],
)
def test_plans_in_words(reading: Reading, said: str) -> None:
    assert plan(None, reading).sentence == said


def test_the_bands_have_slack() -> None:
    low = next_bands(None, Reading(0.35))
    assert low.power is Power.LOW
    assert next_bands(low, Reading(0.39)).power is Power.LOW
    assert next_bands(low, Reading(0.41)).power is Power.GOOD
    hot = next_bands(None, Reading(temperature_c=75.0))
    assert hot.heat is Heat.HOT
    assert next_bands(hot, Reading(temperature_c=71.0)).heat is Heat.HOT
    assert next_bands(hot, Reading(temperature_c=69.0)).heat is Heat.WARM
    assert next_bands(hot, Reading(temperature_c=59.0)).heat is Heat.COOL
