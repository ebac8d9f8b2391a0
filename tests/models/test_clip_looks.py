"""Which pictures of a clip are looked at, and how looks become moments."""

from __future__ import annotations

import itertools
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from glasses.wire.tag import FaceTag, Label, Moment
from models.keyframes import LONGER_SIDE_PX, changed, key_frames, read_photo
from models.moments import gathered, ranges


def test_a_key_frame_each_second(make_clip, picture):
    frames = list(key_frames(make_clip([(picture("coffee"), 3)])))
    assert [frame.at_s for frame in frames] == [0.0, 1.0, 2.0]
    assert frames[0].rgb.shape == (360, 640, 3)


def test_fewer_when_fewer_are_wanted(make_clip, picture):
    assert [frame.at_s for frame in key_frames(make_clip([(picture("coffee"), 5)]), every_s=2)] == [0.0, 2.0, 4.0]


def test_what_did_not_change_is_not_looked_at_again(make_clip, picture):
    clip = make_clip([(picture("coffee"), 3), (picture("chelsea"), 2)])
    assert [frame.at_s for frame in changed(key_frames(clip))] == [0.0, 3.0]


def test_a_file_without_pictures_is_an_error(tmp_path: Path):
    path = tmp_path / "noise.mp4"
    path.write_bytes(b"noise" * 100)
    with pytest.raises(av.FFmpegError):
        list(key_frames(path))


def test_a_photo_is_turned_upright_and_made_small(tmp_path: Path):
    picture = Image.fromarray(np.zeros((1000, 3000, 3), np.uint8))
    exif = picture.getexif()
    exif[0x0112] = 6  # orientation: turn a quarter clockwise
    picture.save(tmp_path / "photo.jpg", exif=exif)
    height, width, _ = read_photo(tmp_path / "photo.jpg").shape
    assert (height, width) == (LONGER_SIDE_PX, pytest.approx(LONGER_SIDE_PX / 3, abs=1))


def test_a_damaged_photo_is_an_os_error(tmp_path: Path):
    path = tmp_path / "photo.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    with pytest.raises(OSError, match="photo"):
        read_photo(path)


def test_a_short_clip_and_a_photo_are_one_moment():
    assert ranges(3.0) == [(0.0, 3.0)]
    assert ranges(0.0) == [(0.0, 0.0)]


@given(st.floats(0.1, 600))
def test_ranges_cover_a_clip_without_gaps(duration_s: float):
    parts = ranges(duration_s)
    assert parts[0][0] == 0.0
    assert parts[-1][1] == duration_s
    assert all(one[1] == other[0] for one, other in itertools.pairwise(parts))
    assert all(end - start < 7 for start, end in parts)


def look(at_s: float, *names: str, score: float = 0.5, faces: list[FaceTag] | None = None) -> Moment:
    return Moment(start_s=at_s, end_s=at_s, objects=[Label(name=name, score=score) for name in names], faces=faces or [], sharpness=at_s)


def test_a_moment_has_the_surest_of_each_name():
    (moment,) = gathered([look(0, "cat", score=0.4), look(1, "cat", "dog", score=0.6)], 3.0)
    assert [(label.name, label.score) for label in moment.objects] == [("cat", 0.6), ("dog", 0.6)]
    assert moment.sharpness == 1


def test_a_range_without_a_look_shows_what_was_last_seen():
    first, second, third = gathered([look(0, "cat"), look(8, "dog")], 13.5)
    assert [label.name for label in first.objects] == ["cat"]
    assert [label.name for label in second.objects] == ["dog"]
    assert [label.name for label in third.objects] == ["dog"]


def test_of_a_face_that_comes_again_the_clearest_three_are_kept():
    def face(at_s: float, height_px: int, axis: int = 0) -> FaceTag:
        embedding = [0.0] * 128
        embedding[axis] = 1.0
        return FaceTag(at_s=at_s, height_px=height_px, sharpness=100.0, score=0.9, embedding=embedding)

    ann = [face(at_s, 50 + round(at_s)) for at_s in range(4)]
    (moment,) = gathered([look(one.at_s, faces=[one, *([face(2, 40, axis=1)] if one.at_s == 2 else [])]) for one in ann], 4.0)
    assert sorted(one.height_px for one in moment.faces) == [40, 51, 52, 53]


def test_no_looks_are_empty_moments():
    assert [moment.objects for moment in gathered([], 9.0)] == [[], []]
