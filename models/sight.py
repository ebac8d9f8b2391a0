"""Everything that is seen in one picture: things, the scene, faces."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from glasses.wire.tag import FaceTag, Moment
from models.faces import FaceEmbedder, FaceFinder, FoundFace
from models.keyframes import KeyFrame
from models.objects import ObjectDetector
from models.scene import SceneClassifier
from models.store import ModelStore

Picture = npt.NDArray[np.uint8]

ROLES = ("objects", "scene", "faces", "who")
"""The models that a look uses."""
PERSON = "person"
_MOST_FACES = 12


def versions(store: ModelStore) -> dict[str, str]:
    """Role to version of what a look is made with. Reads no model."""
    return {role: store.version(role) for role in ROLES}


class Sight:
    """Loads each model at its first use and keeps it (about 300 MB with all four)."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        cv2.setNumThreads(1)

    def look(self, rgb: Picture, at_s: float = 0.0, *, faces: bool = True) -> Moment:
        """What is in one picture. People are left out of the scene; faces are looked for only if they may be."""
        objects = self._objects.detect(rgb)
        scene = self._scene.classify(rgb, [label.box for label in objects if label.name == PERSON and label.box])
        found = self.faces(rgb, at_s) if faces else []
        return Moment(start_s=at_s, end_s=at_s, objects=objects, scene=scene, faces=found, sharpness=sharpness(rgb))

    def look_at(self, frames: Iterable[KeyFrame], *, faces: bool = True) -> list[Moment]:
        return [self.look(frame.rgb, frame.at_s, faces=faces) for frame in frames]

    def faces(self, rgb: Picture, at_s: float = 0.0) -> list[FaceTag]:
        """Faces with their embeddings, largest first."""
        return [self._tag(rgb, face, at_s) for face in self._faces.find(rgb)[:_MOST_FACES]]

    def _tag(self, rgb: Picture, face: FoundFace, at_s: float) -> FaceTag:
        embedding = [round(float(number), 5) for number in self._who.embed(rgb, face)]
        return FaceTag(
            at_s=at_s, box=face.box, score=face.score, height_px=face.height_px, sharpness=round(face.sharpness, 1), embedding=embedding,
        )  # fmt: skip

    @cached_property
    def _objects(self) -> ObjectDetector:
        return ObjectDetector(self._store.path("objects"))

    @cached_property
    def _scene(self) -> SceneClassifier:
        return SceneClassifier(self._store.path("scene"))

    @cached_property
    def _faces(self) -> FaceFinder:
        return FaceFinder(self._store.path("faces"))

    @cached_property
    def _who(self) -> FaceEmbedder:
        return FaceEmbedder(self._store.path("who"))


def sharpness(rgb: Picture) -> float:
    """Variance of the Laplacian of the grey picture, in a width of 640 pixels so that sizes compare."""
    scale = min(1.0, 640 / rgb.shape[1])
    grey: Any = cv2.resize(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return round(float(cv2.Laplacian(grey, cv2.CV_64F).var()), 1)
