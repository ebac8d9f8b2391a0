"""The ring holds what was asked of it, begins with a key frame, and never takes more memory than it may."""

from __future__ import annotations

import tracemalloc

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from glasses.capture.preroll import Moment, Ring
from glasses.capture.timeline import Sound
from glasses.hw.packet import EncodedFrame

FPS, RATE_HZ = 30, 48_000


def frame(index: int, size: int = 100, gop: int = 30) -> EncodedFrame:
    return EncodedFrame(bytes(size), index, index % gop == 0)


def filled(seconds: float, ring: Ring, size: int = 100) -> Ring:
    for index in range(round(seconds * FPS)):
        ring.see(frame(index, size), Moment(index))
        if index % 3 == 0:
            ring.hear(Sound(np.zeros(4800, np.int16), index * 1600))
    return ring


def test_it_reaches_back_as_far_as_asked_and_at_most_a_second_more() -> None:
    ring = filled(100, Ring(30.0, 10**9, FPS, RATE_HZ))
    assert 30 * FPS <= ring.span_frames < 31 * FPS
    held = ring.since(0)
    assert held[0].first_index == 100 * FPS - ring.span_frames
    assert all(gop.frames[0].is_keyframe for gop in held)


def test_it_gives_from_the_key_frame_at_or_before() -> None:
    ring = filled(20, Ring(30.0, 10**9, FPS, RATE_HZ))
    assert ring.since(90)[0].first_index == 90
    assert ring.since(119)[0].first_index == 90
    assert ring.since(119)[0].moment == Moment(90)
    assert ring.since(-50)[0].first_index == 0
    assert ring.sound_since(90 * 1600)[0].first == 90 * 1600
    assert ring.sound_since(90 * 1600 + 100)[0].first == 90 * 1600 + 100


def test_sound_leaves_with_its_pictures() -> None:
    ring = filled(100, Ring(5.0, 10**9, FPS, RATE_HZ))
    sounds = ring.sound_since(0)
    assert -RATE_HZ - 4800 <= sounds[0].first - ring.since(0)[0].first_index * 1600 <= 0
    assert sounds[-1].end == 100 * RATE_HZ


def test_an_hour_of_ten_megabits_takes_no_more_memory_than_it_may() -> None:
    limit_bytes, size = 20_000_000, 10_000_000 // 8 // FPS  # the limit is reached before the thirty seconds
    tracemalloc.start()
    ring = filled(60, Ring(30.0, limit_bytes, FPS, RATE_HZ), size)
    after_a_minute = tracemalloc.get_traced_memory()[0]
    for index in range(60 * FPS, 600 * FPS):
        ring.see(frame(index, size), Moment(index))
        if index % 3 == 0:
            ring.hear(Sound(np.zeros(4800, np.int16), index * 1600))
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ring.size_bytes <= limit_bytes
    assert limit_bytes * 0.9 < held < limit_bytes + ring.sound_bytes + 1_000_000
    assert peak < limit_bytes + 2 * ring.sound_bytes + 2_000_000
    assert abs(held - after_a_minute) < 2_000_000


def test_a_group_too_large_for_the_ring_is_not_held_in_part() -> None:
    ring = filled(3, Ring(30.0, 1_000, FPS, RATE_HZ))
    assert ring.size_bytes <= 1_000
    assert all(gop.frames[0].is_keyframe for gop in ring.since(0))


def test_a_ring_that_is_off_holds_the_group_that_has_begun() -> None:
    ring = filled(10.5, Ring(0.0, 10**9, FPS, RATE_HZ))
    assert ring.span_frames == 15
    ring.reach(4.0)
    for index in range(315, 900):
        ring.see(frame(index), Moment(index))
    assert 4 * FPS <= ring.span_frames < 5 * FPS


@given(st.lists(st.tuples(st.integers(1, 400), st.booleans()), max_size=200), st.integers(1, 3000), st.integers(0, 60))
@settings(deadline=None)
def test_whatever_comes_the_bounds_hold(frames: list[tuple[int, bool]], limit_bytes: int, length_frames: int) -> None:
    ring = Ring(length_frames / FPS, limit_bytes, FPS, RATE_HZ)
    for index, (size, key) in enumerate(frames):
        ring.see(EncodedFrame(bytes(size), index, key), Moment(index))
        held = ring.since(0)
        assert ring.size_bytes == sum(len(each.data) for gop in held for each in gop.frames) <= limit_bytes
        assert all(gop.frames[0].is_keyframe for gop in held)
        if len(held) > 1:
            assert index + 1 - held[1].first_index < max(length_frames, 1)
