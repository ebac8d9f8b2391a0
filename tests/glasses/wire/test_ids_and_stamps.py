"""Ids sort by time; stamps never go back, whatever the clock does."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glasses.wire import stamp
from glasses.wire.ids import made_at, uuid7
from glasses.wire.stamp import HybridClock, Stamp

times = st.integers(0, 2**48 - 1)


@given(times)
def test_an_id_is_a_uuid7_that_carries_its_time(now_ms: int) -> None:
    made = uuid.UUID(uuid7(now_ms))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made_at(str(made)) == now_ms


@given(times, times)
def test_ids_sort_by_time(first: int, second: int) -> None:
    if first != second:
        assert (uuid7(first) < uuid7(second)) == (first < second)


def test_only_uuid7_carries_a_time() -> None:
    with pytest.raises(ValueError, match="not a UUIDv7"):
        made_at(str(uuid.uuid4()))


@given(st.lists(times, min_size=1, max_size=20))
def test_stamps_rise_through_clocks_that_jump(wall: list[int]) -> None:
    moments = iter(wall)
    clock = HybridClock("glasses", lambda: next(moments))
    stamps = [clock.tick() for _ in wall]
    assert stamps == sorted(set(stamps))
    assert [stamp.parse(str(each)) for each in stamps] == stamps
    assert sorted(map(str, stamps)) == list(map(str, stamps))


@given(times, times, st.integers(0, 100))
def test_what_happens_after_seeing_a_stamp_sorts_after_it(now_ms: int, seen_ms: int, counter: int) -> None:
    clock = HybridClock("glasses", lambda: now_ms)
    seen = Stamp(seen_ms, counter, "phone")
    clock.witness(seen)
    assert clock.tick()[:2] > seen[:2]
