"""Objects, scenes and faces, by the real models on real pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.errors import ModelMissingError
from models.faces import TEMPLATE_PX, FaceEmbedder, FaceFinder, align, similarity
from models.objects import ObjectDetector
from models.scene import SceneClassifier
from models.session import Session
from models.sight import Sight, sharpness
from models.store import ModelStore

WHOLE = (0.0, 0.0, 1.0, 1.0)


@pytest.fixture(scope="module")
def detector(store: ModelStore) -> ObjectDetector:
    return ObjectDetector(store.path("objects"))


@pytest.fixture(scope="module")
def classifier(store: ModelStore) -> SceneClassifier:
    return SceneClassifier(store.path("scene"))


@pytest.fixture(scope="module")
def finder(store: ModelStore) -> FaceFinder:
    return FaceFinder(store.path("faces"))


@pytest.fixture(scope="module")
def embedding(store: ModelStore, finder: FaceFinder, picture) -> Callable[[str], np.ndarray]:
    embedder = FaceEmbedder(store.path("who"))
    return lambda name: embedder.embed(finder.find(picture(name))[0])


@pytest.mark.parametrize(("name", "thing"), [("chelsea", "cat"), ("coffee", "cup"), ("astronaut", "person"), ("motorcycle", "motorcycle")])
def test_things_are_named(detector: ObjectDetector, picture, name: str, thing: str):
    best = detector.detect(picture(name))[0]
    assert best.name == thing
    assert best.box is not None
    left, top, width, height = best.box
    assert 0 <= left < left + width <= 1
    assert 0 <= top < top + height <= 1


def test_a_box_stays_on_its_thing_when_the_picture_is_wide(detector: ObjectDetector, picture):
    """The cat at the right end of a wide strip: letterboxing must not move the box."""
    cat = picture("chelsea")
    strip = np.full((300, 900, 3), 90, np.uint8)
    strip[:, 449:] = cat
    (found,) = [label for label in detector.detect(strip, min_score=0.3) if label.name == "cat"]
    assert found.box is not None
    assert found.box[0] > 0.45


def test_the_least_score_is_held(detector: ObjectDetector, picture):
    scores = [label.score for label in detector.detect(picture("obama"), min_score=0.2)]
    assert scores == sorted(scores, reverse=True)
    assert detector.detect(picture("obama"), min_score=0.99) == []
    assert len(detector.detect(picture("obama"), min_score=0.7)) < len(scores)


def test_the_scene_is_named(classifier: SceneClassifier, picture):
    (best, *_) = classifier.classify(picture("coffee"))
    assert best.name == "espresso"
    assert best.score > 0.8
    assert classifier.classify(picture("china"))[0].name == "palace"


def test_what_is_hidden_is_not_named(classifier: SceneClassifier, picture):
    assert classifier.classify(picture("coffee"), hide=[WHOLE]) == []
    corner = classifier.classify(picture("coffee"), hide=[(0.0, 0.0, 0.1, 0.1)])
    assert corner[0].name == "espresso"
    assert classifier.classify(picture("obama"))  # a suit or a bridegroom: why people are hidden


def test_faces_are_found_where_they_are(finder: FaceFinder, picture):
    (face,) = finder.find(picture("astronaut"))
    left, top, width, height = face.box
    assert 0.35 < left + width / 2 < 0.5
    assert 0.15 < top + height / 2 < 0.3
    assert face.height_px == pytest.approx(height * 512, abs=2)
    assert face.score > 0.8
    for name in ("chelsea", "coffee", "rocket", "china", "flower", "motorcycle"):
        assert finder.find(picture(name)) == [], name


def test_the_same_person_is_near_and_others_are_far(embedding):
    obama, again, later, biden, astronaut = (embedding(name) for name in ("obama", "obama2", "obama3", "biden", "astronaut"))
    assert obama.shape == (128,)
    assert max(np.linalg.norm(obama - again), np.linalg.norm(obama - later), np.linalg.norm(again - later)) < 0.5
    assert min(np.linalg.norm(obama - biden), np.linalg.norm(obama - astronaut), np.linalg.norm(biden - astronaut)) > 0.7


def test_a_turned_face_is_still_the_same_person(store: ModelStore, finder: FaceFinder, picture, embedding):
    upright = picture("obama2")
    height, width = upright.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 15, 0.9)
    turned = cv2.warpAffine(upright, turn, (width, height)).astype(np.uint8)
    face = finder.find(turned)[0]
    assert np.linalg.norm(FaceEmbedder(store.path("who")).embed(face) - embedding("obama2")) < 0.3


def test_a_similarity_brings_points_back():
    turned = np.array([[0.6, -0.8], [0.8, 0.6]]) * 2.5
    source = TEMPLATE_PX @ turned.T + (30, -7)
    matrix = similarity(source, TEMPLATE_PX)
    assert np.allclose(source @ matrix[:, :2].T + matrix[:, 2], TEMPLATE_PX)


def test_shrinking_before_alignment_does_not_shift_the_face(picture, finder: FaceFinder):
    """A face in a picture four times the size must land on the same pixels."""
    rgb = picture("astronaut")
    points = finder.find(rgb)[0].points_px
    large = cv2.resize(rgb, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    difference = np.abs(align(rgb, points).astype(int) - align(large, points * 4 + 1.5).astype(int)).mean()
    assert difference < 3.0


def test_a_look_hides_people_from_the_scene_and_skips_faces_without_leave(store: ModelStore, picture):
    sight = Sight(store)
    portrait = sight.look(picture("obama"), at_s=3.0)
    assert (portrait.start_s, len(portrait.faces), portrait.faces[0].at_s, portrait.scene) == (3.0, 1, 3.0, [])
    assert sight.look(picture("obama"), faces=False).faces == []


def test_sharpness_falls_with_blur_and_hardly_with_size(picture):
    rgb = picture("motorcycle")
    blurred = cv2.GaussianBlur(rgb, (0, 0), 4).astype(np.uint8)
    assert sharpness(blurred) < sharpness(rgb) / 5


def test_a_file_that_is_no_model_is_a_missing_model(tmp_path: Path):
    path = tmp_path / "objects.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ModelMissingError, match=r"objects\.onnx does not load"):
        Session(path)
