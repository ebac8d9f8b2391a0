"""Everything that is seen in one picture: things, the scene, faces."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from glasses.wire.tag import Box, FaceTag, Moment
from models.doubt import believable
from models.faces import FaceEmbedder, FaceFinder, FoundFace
from models.keyframes import KeyFrame
from models.objects import ObjectDetector
from models.portrait import search
from models.scene import SceneClassifier
from models.store import ModelStore

Picture = npt.NDArray[np.uint8]

ROLES = ("objects", "scene", "faces", "who")
"""The models that a look uses."""
PERSON = "person"
LEAST_SCORE = 0.35
_LEAST_TO_HIDE = 0.25
"""An unsure person is still hidden from the scene."""
_MOST_FACES = 12


def versions(store: ModelStore) -> dict[str, str]:
    """Role to version of what a look is made with. Reads no model."""
    return {role: store.version(role) for role in ROLES}


class Sight:
    """Loads each model at its first use and keeps it (about 300 MB with all four; ``roomy``, for servers: 400 MB, and less work)."""

    def __init__(self, store: ModelStore, *, roomy: bool = False) -> None:
        self._store, self._roomy = store, roomy
        cv2.setNumThreads(1)

    def look(self, rgb: Picture, at_s: float = 0.0, *, faces: bool = True) -> Moment:
        """What is in one picture. People are left out of the scene; whose the faces are is told only if it may be."""
        found = self._faces.find(rgb)
        objects = self._objects.detect(rgb, _LEAST_TO_HIDE)
        people = [label.box for label in objects if label.name == PERSON and label.box]
        scene = self._scene.classify(rgb, [*people, *(_body(face.box) for face in found)])
        return believable(Moment(
            start_s=at_s, end_s=at_s, scene=scene, objects=[label for label in objects if label.score >= LEAST_SCORE],
            faces=self._tags(found, at_s) if faces else [], sharpness=sharpness(rgb),
        ))  # fmt: skip

    def look_at(self, frames: Iterable[KeyFrame], *, faces: bool = True) -> list[Moment]:
        return [self.look(frame.rgb, frame.at_s, faces=faces) for frame in frames]

    def faces(self, rgb: Picture, at_s: float = 0.0) -> list[FaceTag]:
        """Faces with their embeddings, largest first."""
        return self._tags(self._faces.find(rgb), at_s)

    def portrait(self, rgb: Picture) -> list[FaceTag]:
        """``faces`` of a photo to know somebody by: looked for harder, and closer."""
        return self._tags(search(self._faces, rgb), 0.0)

    def _tags(self, found: list[FoundFace], at_s: float) -> list[FaceTag]:
        return [self._tag(face, at_s) for face in found[:_MOST_FACES]]

    def _tag(self, face: FoundFace, at_s: float) -> FaceTag:
        embedding = [round(float(number), 5) for number in self._who.embed(face)]
        return FaceTag(
            at_s=at_s, box=face.box, score=face.score, height_px=face.height_px, sharpness=round(face.sharpness, 1), embedding=embedding,
        )  # fmt: skip

    @cached_property
    def _objects(self) -> ObjectDetector:
        return ObjectDetector(self._store.path("objects"), roomy=self._roomy)

    @cached_property
    def _scene(self) -> SceneClassifier:
        return SceneClassifier(self._store.path("scene"), roomy=self._roomy)

    @cached_property
    def _faces(self) -> FaceFinder:
        return FaceFinder(self._store.path("faces"), roomy=self._roomy)

    @cached_property
    def _who(self) -> FaceEmbedder:
        return FaceEmbedder(self._store.path("who"), roomy=self._roomy)


def _body(face: Box) -> Box:
    """Where the person of a face is, by and large: three faces wide, down to seven faces, inside the picture."""
    left, top, width, height = face
    x, y = max(0.0, left - width), max(0.0, top - height / 2)
    return (x, y, min(1.0, left + 2 * width) - x, min(1.0, top + 7 * height) - y)


def sharpness(rgb: Picture) -> float:
    """Variance of the Laplacian of the grey picture, in a width of 640 pixels so that sizes compare."""
    scale = min(1.0, 640 / rgb.shape[1])
    grey: Any = cv2.resize(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return round(float(cv2.Laplacian(grey, cv2.CV_64F).var()), 1)
