"""Every cut list adds up, whatever the clips are like."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from relay.assemble.cutlist import NEAR_DUPLICATE_S, Candidate, CutList, MomentScore, choose

DAY_MS = 86_400_000
HOUR_MS = 3_600_000


@st.composite
def moments(draw: st.DrawFn) -> tuple[MomentScore, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 60), max_size=8)))
    return tuple(MomentScore(a, b, draw(st.floats(0, 1)), draw(st.floats(0, 1))) for a, b in pairwise(edges))


spans = st.tuples(st.floats(0, 50), st.floats(0, 9)).map(lambda span: (span[0], span[0] + span[1]))
candidates = st.lists(
    st.builds(
        Candidate,
        video_id=st.uuids().map(str),
        captured_at=st.integers(0, 2 * DAY_MS),
        frames=st.integers(0, 1900),
        score=st.floats(0, 1),
        reason=st.sampled_from(["", "Anna is in it"]),
        moments=moments(),
        speech=st.lists(spans, max_size=3).map(tuple),
    ),
    max_size=25,
    unique_by=lambda clip: clip.video_id,
)
durations = st.floats(0, 180)


def by_id(clips: list[Candidate]) -> dict[str, Candidate]:
    return {clip.video_id: clip for clip in clips}


@given(candidates, durations)
def test_the_planned_frames_add_up_and_keep_the_limit(clips: list[Candidate], max_duration_s: float) -> None:
    film = choose(clips, max_duration_s=max_duration_s)
    if not film.cuts:
        assert film.planned_frames == 0
        return
    last_start, last = film.starts[-1], film.cuts[-1]
    assert film.planned_frames == last_start + last.frames == 90 + sum(cut.frames - 15 for cut in film.cuts)
    assert film.planned_frames <= max_duration_s * 30 + 1e-6
    assert film.starts[0] == 90 - 15
    assert all(b - a == cut.frames - 15 for a, b, cut in zip(film.starts, film.starts[1:], film.cuts, strict=False))


@given(candidates, durations)
def test_fades_touch_key_frames_inside_the_clip(clips: list[Candidate], max_duration_s: float) -> None:
    for cut in choose(clips, max_duration_s=max_duration_s).cuts:
        assert 0 <= cut.in_frame < cut.out_frame <= by_id(clips)[cut.video_id].frames
        assert (cut.in_frame + 15) % 30 == 0
        assert (cut.out_frame - 15) % 30 == 0
        assert cut.frames >= 60


@given(candidates, durations)
def test_clips_stand_in_the_order_of_time_and_each_scene_once(clips: list[Candidate], max_duration_s: float) -> None:
    times = [cut.captured_at for cut in choose(clips, max_duration_s=max_duration_s).cuts]
    assert all(b - a >= NEAR_DUPLICATE_S * 1000 for a, b in pairwise(times))


@given(candidates, durations)
def test_every_candidate_is_chosen_or_left_out_with_a_reason(clips: list[Candidate], max_duration_s: float) -> None:
    film = choose(clips, max_duration_s=max_duration_s)
    chosen, left_out = [cut.video_id for cut in film.cuts], [miss.video_id for miss in film.left_out]
    assert sorted(chosen + left_out) == sorted(by_id(clips))
    assert all(cut.reason for cut in film.cuts)
    assert all(miss.reason for miss in film.left_out)
    assert [choice.video_id for choice in film.clips_used] == chosen


@given(candidates, st.floats(20, 180))
def test_a_cut_lasts_five_to_twelve_seconds_or_all_of_a_shorter_clip(clips: list[Candidate], max_duration_s: float) -> None:
    film = choose(clips, max_duration_s=max_duration_s)
    assume(len(film.cuts) > 1)
    for cut in film.cuts:
        frames = by_id(clips)[cut.video_id].frames
        assert cut.frames <= 12 * 30
        assert cut.frames >= 5 * 30 or frames - cut.frames < 15 + 30


@given(candidates, st.randoms())
def test_the_order_of_the_candidates_does_not_matter(clips: list[Candidate], random: object) -> None:
    shuffled = clips.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis hands over a random.Random
    assert choose(shuffled, max_duration_s=60).cuts == choose(clips, max_duration_s=60).cuts


@given(candidates)
def test_without_a_clip_the_rest_still_adds_up(clips: list[Candidate]) -> None:
    film = choose(clips, max_duration_s=120)
    assume(film.cuts)
    gone = film.cuts[0].video_id
    rest = film.without(gone, "does not decode")
    assert gone not in [cut.video_id for cut in rest.cuts]
    assert rest.left_out[-1].video_id == gone
    assert rest.left_out[-1].reason == "does not decode"
    assert rest.planned_frames == (90 + sum(cut.frames - 15 for cut in rest.cuts) if rest.cuts else 0)


def clip(name: str, at: int, *, seconds: float = 20, score: float = 0.5, **more: object) -> Candidate:
    return Candidate(name, at, round(seconds * 30), score, **more)  # type: ignore[arg-type] # fields of several types


def names(film: CutList) -> list[str]:
    return [cut.video_id for cut in film.cuts]


def test_of_clips_within_a_minute_the_best_is_taken() -> None:
    film = choose([clip("worse", 0), clip("best", 30_000, score=0.9), clip("other", HOUR_MS)], max_duration_s=60)
    assert names(film) == ["best", "other"]
    assert film.left_out[0].reason == "much the same as the better clip taken 30 s after it"


def test_too_many_clips_are_thinned_out_over_the_whole_time() -> None:
    clips = [clip(f"{n:02}", n * HOUR_MS, score=0.9 if n < 20 else 0.5) for n in range(40)]
    film = choose(clips, max_duration_s=30)
    hours = [int(name) for name in names(film)]
    assert len(hours) == 6
    assert hours[0] < 10
    assert hours[-1] >= 30
    assert all("no room" in miss.reason for miss in film.left_out)


def test_the_best_part_of_a_long_clip_is_shown() -> None:
    best = (MomentScore(0, 30, 0.2), MomentScore(30, 36, 0.9), MomentScore(36, 60, 0.2))
    (cut,) = choose([clip("long", 0, seconds=60, moments=best)], max_duration_s=120).cuts
    assert 29.0 <= cut.in_frame / 30 <= 30.5
    assert cut.out_frame / 30 <= 38.0
    assert "best" in cut.reason


def test_of_equal_moments_the_sharper_is_shown() -> None:
    both = (MomentScore(0, 20, 0.5, 0.1), MomentScore(20, 30, 0.5, 0.9), MomentScore(30, 50, 0.5, 0.1))
    (cut,) = choose([clip("long", 0, seconds=50, moments=both)], max_duration_s=120).cuts
    assert cut.in_frame / 30 <= 20.0
    assert cut.out_frame / 30 >= 30.0


def test_a_sentence_is_not_cut_in_two_when_that_can_be_helped() -> None:
    talk = ((0.0, 4.2), (11.8, 20.0))
    (cut,) = choose([clip("talk", 0, seconds=20, speech=talk)], max_duration_s=3 + 6).cuts
    assert not any(start < edge / 30 < end for start, end in talk for edge in (cut.in_frame, cut.out_frame))


def test_what_is_too_short_to_show_is_said() -> None:
    film = choose([clip("blink", 0, seconds=1.2)], max_duration_s=60)
    assert film.cuts == ()
    assert film.left_out[0].reason == "only 1.2 s long, too short to be shown"


def test_a_film_too_short_for_any_clip_is_empty_and_says_so() -> None:
    film = choose([clip("a", 0), clip("b", HOUR_MS)], max_duration_s=3.5)
    assert (film.cuts, film.planned_frames) == ((), 0)
    assert {miss.video_id for miss in film.left_out} == {"a", "b"}


def test_a_fade_must_fit_the_grid() -> None:
    with pytest.raises(ValueError, match="fade"):
        choose([], max_duration_s=60, fade_frames=31)


def test_it_is_pure() -> None:
    code = "import sys, relay.assemble.cutlist; sys.exit(bool({'av', 'cv2', 'numpy', 'aiohttp', 'sqlite3', 'PIL'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_clips_that_look_alike_are_shown_once_even_minutes_apart() -> None:
    twins = [clip("first", 0, look=0b1111), clip("again", 600_000, score=0.4, look=0b1011), clip("other", 700_000, look=(1 << 40) - 1)]
    film = choose(twins, max_duration_s=60)
    assert names(film) == ["first", "other"]
    assert film.left_out[0].reason == "much the same as the better clip taken 10 minutes before it"
    hours_later = choose([clip("first", 0, look=1), clip("later", 2 * HOUR_MS, look=1)], max_duration_s=60)
    assert names(hours_later) == ["first", "later"]


def test_a_cut_grows_or_shrinks_to_leave_a_sentence_whole() -> None:
    talk = ((0.0, 5.2), (8.8, 15.0), (15.6, 40.0))
    (cut,) = choose([clip("talk", 0, seconds=40, speech=talk)], max_duration_s=60).cuts
    assert not any(start < edge / 30 < end for start, end in talk for edge in (cut.in_frame, cut.out_frame))
    assert "no pause" not in cut.reason


def test_where_nobody_pauses_that_is_said() -> None:
    (cut,) = choose([clip("talk", 0, seconds=40, speech=((0.0, 40.0),))], max_duration_s=60).cuts
    assert "there is no pause" in cut.reason


def test_a_photo_is_shown_for_four_seconds() -> None:
    (cut, _) = choose([clip("photo", 0, seconds=4.5, is_photo=True, reason="Anna is in it"), clip("clip", HOUR_MS)], max_duration_s=60).cuts
    assert (cut.frames, cut.reason) == (120, "Anna is in it; a photo")


def test_without_a_title_the_first_clip_begins_at_once() -> None:
    film = choose([clip(f"{n}", n * HOUR_MS) for n in range(12)], max_duration_s=120, title_s=0)
    assert (film.starts[0], film.cuts[0].in_frame % 30, film.planned_frames) == (0, 0, 3600)
    rest = film.without("0", "gone")
    assert (rest.starts[0], rest.cuts[0].in_frame % 30) == (0, 0)
