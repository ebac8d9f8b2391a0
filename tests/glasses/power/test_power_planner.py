from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glasses.power.planner import (
    LISTENING_PER_H,
    ORIGINAL_BPS,
    RECORDING_PER_H,
    BitrateMeter,
    DrainMeter,
    EndsBy,
    Outlook,
    duration,
    how_long,
)


@given(
    st.floats(0.0, 1.0), st.floats(0.01, 2.0), st.integers(0, 10**12), st.floats(1e5, 5e7),
)  # fmt: skip
def test_whichever_ends_first_is_named(fraction: float, drain_per_h: float, free_bytes: int, bitrate_bps: float) -> None:
    both = how_long(
        battery_fraction=fraction, charging=False, drain_per_h=drain_per_h, free_bytes=free_bytes, bitrate_bps=bitrate_bps
    )  # fmt: skip
    plugged = how_long(
        battery_fraction=fraction, charging=True, drain_per_h=drain_per_h, free_bytes=free_bytes, bitrate_bps=bitrate_bps
    )  # fmt: skip
    assert plugged.ends_by is EndsBy.ROOM
    assert both.seconds <= plugged.seconds
    assert (both.ends_by is EndsBy.ROOM) == (both.seconds == plugged.seconds)


def test_the_answer_in_words() -> None:
    outlook = how_long(battery_fraction=0.65, charging=False, drain_per_h=0.4, free_bytes=100 * 10**9, bitrate_bps=8e6)
    assert outlook.sentence == "You can record for 1 hour 30 minutes; the battery ends first."
    outlook = how_long(battery_fraction=0.65, charging=False, drain_per_h=0.4, free_bytes=600 * 10**6, bitrate_bps=8e6)
    assert outlook.sentence == "You can record for 10 minutes; the room for clips ends first."
    assert Outlook(20.0, EndsBy.ROOM).sentence == "The room for clips is used up."
    assert how_long(battery_fraction=0.04, charging=False, drain_per_h=0.4, free_bytes=10**12, bitrate_bps=8e6).seconds == 0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (59, "0 minutes"), (60, "1 minute"), (3600, "1 hour"), (5400, "1 hour 30 minutes"), (7200 + 17 * 60, "2 hours 15 minutes"),
        (260_000, "3 days"),
    ],
)  # fmt: skip
def test_durations_as_a_person_says_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_the_drain_is_measured_for_each_load() -> None:
    meter = DrainMeter()
    for minute in range(31):
        meter.note(minute * 60.0, 0.9 - minute * 0.01, charging=False, recording=True)
    assert meter.per_h(recording=True) == pytest.approx(0.6)
    assert meter.per_h(recording=False) == LISTENING_PER_H
    for minute in range(31, 62):
        meter.note(minute * 60.0, 0.6 - (minute - 31) * 0.002, charging=False, recording=False)
    assert meter.per_h(recording=False) == pytest.approx(0.12)
    assert meter.per_h(recording=True) == pytest.approx(0.6)


def test_a_charger_or_a_jump_does_not_spoil_the_measure() -> None:
    meter = DrainMeter()
    meter.note(0.0, 0.9, charging=False, recording=True)
    meter.note(600.0, 0.2, charging=True, recording=True)
    meter.note(660.0, 0.95, charging=False, recording=True)
    meter.note(720.0, 0.94, charging=False, recording=True)
    assert meter.per_h(recording=True) == RECORDING_PER_H


def test_the_bitrate_follows_the_clips() -> None:
    meter = BitrateMeter()
    assert meter.bps == ORIGINAL_BPS
    meter.note(10_000_000, 10.0)
    assert meter.bps == 8_000_000
    meter.note(0, 5.0)
    meter.note(300_000, 0.0)
    assert meter.bps == 8_000_000, "photos and nothing do not count"
    meter.note(5_000_000, 10.0)
    assert 4_000_000 < meter.bps < 8_000_000
