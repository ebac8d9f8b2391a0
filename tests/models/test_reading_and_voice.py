"""Text in view, voices in a sound, doubtful labels, ranges of things, and how a camera moves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import soxr
from hypothesis import given
from hypothesis import strategies as st

from glasses.wire.tag import FaceTag, Label, Moment
from models.doubt import believable
from models.keyframes import key_frames, motion_of
from models.moments import tracks
from models.portrait import search
from models.text import TextReader
from models.voice import VoiceFinder, spans_of


@pytest.fixture(scope="module")
def reader(store) -> TextReader:
    return TextReader(store.path("text"))


def sign(*lines: tuple[str, int, float]) -> np.ndarray:
    picture = np.full((720, 1280, 3), (180, 200, 190), np.uint8)
    for text, y, size in lines:
        cv2.putText(picture, text, (150, y), cv2.FONT_HERSHEY_DUPLEX, size, (20, 20, 60), 4, cv2.LINE_AA)
    return picture


def test_signs_are_read_from_top_to_bottom(reader: TextReader):
    lines = reader.read(sign(("OPEN 9-18", 500, 1.6), ("Cafe de Flore", 200, 2.2)))
    assert [line.text for line in lines] == ["Cafe de Flore", "OPEN 9-18"]
    assert lines[0].height_px > lines[1].height_px
    assert [line.text for line in reader.read(sign(("OPEN 9-18", 500, 1.6), ("Cafe de Flore", 200, 2.2)), most_lines=1)] == [
        "Cafe de Flore"
    ]


def test_nothing_is_read_where_nothing_is_written(reader: TextReader, picture):
    assert [reader.read(picture(name)) for name in ("coffee", "china", "chelsea", "obama")] == [[], [], [], []]


def test_a_voice_is_found_where_it_speaks_and_not_in_noise(store, speak):
    spoken = soxr.resample(speak("happy birthday my dear"), 48_000, 16_000).astype(np.int16)
    noise = np.random.default_rng(1).normal(0, 300, 32_000).astype(np.int16)
    finder = VoiceFinder(store.path("voice"))
    [(start, end)] = finder.spans(np.concatenate([noise, spoken, noise]))
    assert 1.5 < start < 2.3
    assert end == pytest.approx(2 + len(spoken) / 16_000, abs=0.6)
    assert finder.spans(noise) == []
    assert finder.spans(np.zeros(0, np.int16)) == []


@given(st.lists(st.floats(0, 1), max_size=400))
def test_spans_are_in_order_apart_and_inside(probabilities: list[float]):
    duration_s = len(probabilities) * 0.032
    spans = spans_of(np.array(probabilities, np.float32), duration_s)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= duration_s + 0.001 for start, end in spans)


def moment(*objects: tuple[str, float], scene: tuple[tuple[str, float], ...] = (), faces: int = 0) -> Moment:
    return Moment(
        objects=[Label(name=name, score=score) for name, score in objects], scene=[Label(name=name, score=score) for name, score in scene],
        faces=[FaceTag() for _ in range(faces)],
    )  # fmt: skip


def names(found: Moment) -> list[str]:
    return [label.name for label in (*found.objects, *found.scene)]


def test_false_friends_do_not_pass_alone_and_pass_with_a_witness():
    assert names(believable(moment(("bird", 0.65)))) == []
    assert names(believable(moment(("bird", 0.5), scene=(("goldfinch", 0.2),)))) == ["bird", "goldfinch"]
    assert names(believable(moment(("wine glass", 0.5)))) == []
    assert names(believable(moment(("cup", 0.57), scene=(("espresso", 0.2), ("stove", 0.2))))) == ["cup", "espresso"]
    assert names(believable(moment(("bird", 0.8)))) == ["bird"]


def test_clothes_are_no_scene_of_people():
    assert names(believable(moment(scene=(("suit", 0.9), ("palace", 0.6)), faces=1))) == ["palace"]
    assert names(believable(moment(("person", 0.6), scene=(("bridegroom", 0.9),)))) == ["person"]
    assert names(believable(moment(scene=(("suit", 0.9),)))) == ["suit"]


def test_what_is_believed_stays_believed():
    once = believable(
        moment(("bird", 0.5), ("cup", 0.36), ("cat", 0.5), scene=(("goldfinch", 0.2), ("espresso", 0.29), ("tabby cat", 0.16)))
    )
    assert names(believable(once)) == names(once)


def test_a_thing_is_in_view_from_the_first_look_to_the_next_without_it():
    looks = [moment(("cat", 0.5)), moment(("cat", 0.8), ("cup", 0.6)), moment(("cup", 0.6)), moment(("cat", 0.7))]
    for at_s, look in zip((0.0, 3.0, 6.0, 9.0), looks, strict=True):
        look.start_s = look.end_s = at_s
    found = [(track.name, track.start_s, track.end_s, track.score) for track in tracks(looks, 12.0)]
    assert found == [("cat", 0.0, 6.0, 0.8), ("cup", 3.0, 9.0, 0.6), ("cat", 9.0, 12.0, 0.7)]
    assert tracks([], 5.0) == []


def test_pan_and_shake_are_told_apart():
    scene = cv2.GaussianBlur(np.random.default_rng(3).normal(128, 60, (90, 240)).astype(np.float32), (0, 0), 3)
    steady = [scene[:, left : left + 160] for left in (0, 3, 6)]
    shaking = [scene[:, left : left + 160] for left in (20, 23, 20)]
    pan, shake = motion_of(steady, [1, 1])
    assert pan == pytest.approx(3 / 160, abs=0.005)
    assert shake < 0.005
    pan, shake = motion_of(shaking, [1, 1])
    assert pan < 0.005
    assert shake > 0.02
    assert motion_of(steady[:2], [1]) is None


def test_motion_is_measured_where_it_is_asked_for(make_clip, picture):
    clip = make_clip([(picture("coffee"), 2)])
    assert [frame.motion for frame in key_frames(clip)] == [None, None]
    assert all(frame.motion is not None and max(frame.motion) < 0.003 for frame in key_frames(clip, motion=True))


def test_a_face_that_fills_the_picture_is_found(store, picture):
    from models.faces import FaceFinder

    finder, rgb = FaceFinder(store.path("faces")), picture("obama")
    left, top, width, height = finder.find(rgb)[0].box
    rows, columns = rgb.shape[:2]
    crop = rgb[round(top * rows) : round((top + height) * rows), round(left * columns) : round((left + width) * columns)]
    small = cv2.resize(crop, (64, round(64 * crop.shape[0] / crop.shape[1])), interpolation=cv2.INTER_AREA).astype(np.uint8)
    grey = np.repeat(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    for shown in (crop, small, grey):
        (face,) = search(finder, np.ascontiguousarray(shown))
        assert face.height_px > shown.shape[0] * 0.6
