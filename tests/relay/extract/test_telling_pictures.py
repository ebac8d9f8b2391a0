"""Which picture tells most of a moment."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from glasses.wire.tag import FaceTag, Moment
from models.keyframes import KeyFrame
from models.sight import sharpness
from relay.extract.parts import Picture
from relay.extract.telling import TellingPictures, picture_of


def shown(*frames) -> TellingPictures:
    telling = TellingPictures()
    for at_s, rgb in frames:
        telling.offer(KeyFrame(at_s, rgb), sharpness(rgb))
    return telling


def taken(telling, *moments) -> list[float]:
    return [one.at_s for one in telling.of(moments)]


def blurred(rgb, pixels: int = 31):
    return cv2.GaussianBlur(rgb, (pixels, pixels), 0)


def test_the_sharpest_of_each_moment_and_never_a_black_one(picture):
    sharp = picture("coffee")
    black = (np.random.default_rng(1).integers(0, 2, sharp.shape) * 20).astype(np.uint8)
    telling = shown((0.0, blurred(sharp)), (1.0, sharp), (2.0, blurred(sharp, 9)), (3.0, black), (4.0, blurred(sharp, 3)))
    assert taken(telling, Moment(start_s=0.0, end_s=2.5), Moment(start_s=2.5, end_s=5.0)) == [1.0, 4.0]


def test_a_clear_face_says_more_than_a_little_sharpness(picture):
    sharp = picture("astronaut")
    telling = shown((0.0, sharp), (1.0, blurred(sharp, 3)))
    assert taken(telling, Moment(start_s=0.0, end_s=2.0)) == [0.0]
    assert taken(telling, Moment(start_s=0.0, end_s=2.0, faces=[FaceTag(at_s=1.0, height_px=90)])) == [1.0]
    assert taken(telling, Moment(start_s=0.0, end_s=2.0, faces=[FaceTag(at_s=1.0, height_px=20)])) == [0.0], "too small to be seen"


def test_a_moment_without_a_picture_of_its_own_has_the_one_before(picture):
    telling = shown((0.0, picture("coffee")), (1.0, blurred(picture("coffee"))))
    moments = [Moment(start_s=0.0, end_s=1.5), Moment(start_s=1.5, end_s=3.0)]
    assert taken(telling, *moments) == [0.0, 1.0]
    assert shown().of(moments) == []
    pictures = [Picture(at_s=0.0, key="a"), Picture(at_s=1.0, key="b")]
    assert [picture_of(moment, pictures).key for moment in moments] == ["a", "b"]
    assert picture_of(moments[0], []) is None


def test_a_photo_is_small_and_keeps_its_shape(picture):
    tall = np.ascontiguousarray(np.rot90(picture("coffee")))
    [found] = shown((0.0, tall)).of([Moment(start_s=0.0, end_s=0.0)])
    with Image.open(io.BytesIO(found.jpeg)) as jpeg:
        assert (jpeg.width, jpeg.format) == (320, "JPEG")
        assert abs(jpeg.height / jpeg.width - tall.shape[0] / tall.shape[1]) < 0.01
    assert len(found.jpeg) < 60_000
