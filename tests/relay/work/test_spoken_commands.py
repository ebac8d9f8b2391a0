"""What the wearer says to the glasses is neither filmed nor found."""

from __future__ import annotations

from glasses.wire.tag import Word
from relay.assemble.cutlist import Candidate, choose
from relay.catalog.records import Video
from relay.work.commands import UNHEARD_OPENING_S, meant, opening_ends_s, usable_frames


def said(*words: tuple[str, float, float]) -> list[Word]:
    return [Word(word=word, start_s=start, end_s=end) for word, start, end in words]


TALK = said(
    ("what", 0.4, 0.6), ("a", 0.6, 0.7), ("day", 0.7, 1.1), ("okay", 2.9, 3.2), ("glasses", 3.2, 3.7), ("record", 3.8, 4.2),
    ("a", 4.2, 4.3),
    ("video", 4.3, 4.7), ("look", 5.6, 5.9), ("at", 5.9, 6.0), ("that", 6.0, 6.3), ("stop", 11.2, 11.5), ("recording", 11.5, 12.1),
)  # fmt: skip


def video(**more: object) -> Video:
    return Video(user_id="u", video_id="v", device_id="d", frames=360, on_profile=True, **more)  # type: ignore[arg-type] # fields of several types


def test_the_opening_ends_where_its_words_do() -> None:
    assert opening_ends_s(TALK, 3.0) == 4.7
    assert opening_ends_s([], 3.0) == 3.0 + UNHEARD_OPENING_S
    assert opening_ends_s(TALK, None) is None


def test_only_what_was_said_for_the_clip_is_kept() -> None:
    assert " ".join(word.word for word in meant(TALK, 3.0, 11.0)) == "what a day look at that"
    assert meant(TALK, None, None) == TALK


def test_talk_that_follows_at_once_is_not_all_taken_for_the_command() -> None:
    chatter = said(*((f"w{n}", 3.0 + n * 0.3, 3.3 + n * 0.3) for n in range(20)))
    assert opening_ends_s(chatter, 3.0) == 6.0
    assert len(meant(chatter, 3.0, None)) == 10


def test_films_begin_after_the_opening_and_end_before_the_close() -> None:
    usable = usable_frames(video(asked_at_s=3.0, asked_until_s=4.7, command_from_s=11.0))
    assert usable == (141, 330)
    film = choose([Candidate("v", 0, usable.end, first_frame=usable.first)], max_duration_s=60)
    assert film.cuts[0].in_frame >= 141
    assert film.cuts[0].out_frame <= 330


def test_a_clip_of_commands_alone_is_left_out_and_says_why() -> None:
    usable = usable_frames(video(asked_at_s=3.0, asked_until_s=4.7, command_from_s=5.0))
    film = choose([Candidate("v", 0, usable.end, first_frame=usable.first)], max_duration_s=60)
    assert film.cuts == ()
    assert "besides the spoken command" in film.left_out[0].reason


def test_a_clip_without_commands_is_usable_whole() -> None:
    assert usable_frames(video()) == (0, 360)
