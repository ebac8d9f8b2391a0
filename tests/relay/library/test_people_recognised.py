"""Naming faces: near enough, never twice, never forced."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from glasses.wire.tag import FaceTag
from relay.library.recognition import KnownFace, grouped, recognise


def face(*, at: float = 0.0, distance: float = 0.0, axis: int = 0, height_px: int = 100) -> FaceTag:
    """A face whose embedding lies ``distance`` along an axis from the origin, near which Ann is."""
    embedding = [0.0] * 128
    embedding[axis] = distance
    return FaceTag(at_s=at, height_px=height_px, embedding=embedding, score=0.9, sharpness=100.0)


ANN = {"ann": KnownFace([0.0] * 128)}


def test_a_near_face_is_named_a_middling_one_suggested_a_far_one_unknown():
    assert recognise([face(distance=0.49)], ANN).people == ["ann"]
    middling = recognise([face(distance=0.52)], ANN)
    assert (middling.people, [one.person_id for one in middling.suggestions], middling.unknown_faces) == ([], ["ann"], 1)
    far = recognise([face(distance=0.56)], ANN)
    assert (far.people, far.suggestions, far.unknown_faces) == ([], [], 1)


def test_one_person_is_named_once_in_a_picture_of_two_look_alikes():
    found = recognise([face(distance=0.3, axis=1), face(distance=0.4, axis=2)], ANN)
    assert found.people == ["ann"]
    assert found.unknown_faces == 1


def test_views_of_one_face_are_taken_together_and_small_ones_need_several():
    views = [face(at=second, distance=0.2, axis=second, height_px=30) for second in range(3)]
    assert recognise(views[:1], ANN).people == []
    assert recognise(views[:1], ANN).suggestions[0].person_id == "ann"
    together = recognise(views, ANN)
    assert (together.people, together.unknown_faces) == (["ann"], 0)


def test_the_nearer_of_two_people_is_named():
    people = {**ANN, "bea": KnownFace([0.3, *[0.0] * 127])}
    assert recognise([face(distance=0.25)], people).people == ["bea"]


def test_two_people_nearly_equally_near_are_not_told_apart():
    people = {**ANN, "bea": KnownFace([0.42, *[0.0] * 127])}
    found = recognise([face(distance=0.2)], people)
    assert (found.people, [one.person_id for one in found.suggestions]) == ([], ["ann"])
    assert recognise([face(distance=0.15)], people).people == ["ann"]


def test_a_person_known_by_one_photo_is_named_more_carefully():
    assert recognise([face(distance=0.47)], {"ann": KnownFace([0.0] * 128, 1)}).people == []
    assert recognise([face(distance=0.47)], {"ann": KnownFace([0.0] * 128, 2)}).people == ["ann"]


def test_nobody_known_and_nobody_enrolled_are_the_same():
    assert recognise([face()], {}).unknown_faces == 1
    assert recognise([face()], {"ann": KnownFace([])}).people == []
    assert recognise([], ANN).unknown_faces == 0


@given(st.lists(st.tuples(st.floats(0, 2), st.integers(0, 4), st.integers(0, 3)), max_size=8))
def test_every_face_is_in_one_group_and_nobody_is_named_beyond_the_limit(seen: list[tuple[float, int, int]]):
    faces = [face(at=float(at), distance=distance, axis=axis) for distance, axis, at in seen]
    groups = grouped(faces)
    assert sum(len(group) for group in groups) == len(faces)
    found = recognise(faces, ANN)
    assert len(found.people) <= 1
    assert len(found.people) + found.unknown_faces == len(groups)
    if found.people:
        assert any(np.linalg.norm(one.embedding) < 0.5 for one in faces)
