"""Where fetched models lie, and whether they are whole."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import msgspec

from models.build import revision
from models.errors import ModelMissingError
from models.manifest import HERE, Item, Manifest, Model, load

MARKER = ".whole.json"


class Marker(msgspec.Struct):
    """Written last into an item's folder: the folder holds all of what its manifest entry says."""

    fingerprint: str
    files: dict[str, tuple[str, int]]
    """Path in the folder to sha256 and size in bytes."""


class Checked(NamedTuple):
    name: str
    ok: bool
    wrong: str
    """What is wrong, for a person; empty when nothing is."""


class ModelStore:
    """The cache of models: ``root``, else the environment's SOUVENIR_MODELS, else ``models/cache`` of the checkout."""

    def __init__(self, root: Path | None = None, manifest: Manifest | None = None) -> None:
        self.root = root or Path(os.environ.get("SOUVENIR_MODELS") or HERE / "cache")
        self.manifest = manifest or load()

    def path(self, role: str) -> Path:
        """The role's model: a file or a folder. Raises ModelMissingError."""
        return self._product(self._model(role))

    def media(self, name: str) -> Path:
        """A picture of the demo and the tests. Raises ModelMissingError."""
        for medium in self.manifest.media:
            if medium.name == name:
                return self._product(medium)
        raise ModelMissingError(f"no picture named {name} is in the manifest")

    def version(self, role: str) -> str:
        """ "centernet-mobilenetv3-coco@3.3.6"."""
        return self._model(role).pinned

    def check(self, used_by: str = "") -> list[Checked]:
        """Every enabled model (of one program), read through and hashed."""
        models = [model for model in self.manifest.model if model.enabled and (not used_by or used_by in model.used_by)]
        return [self._checked(model, model.role) for model in models]

    def check_media(self) -> list[Checked]:
        return [self._checked(medium, medium.folder) for medium in self.manifest.media]

    def is_whole(self, item: Item) -> bool:
        """True when the item's marker fits the manifest and its files have their sizes. Quick: reads no file."""
        marker = self._marker(item)
        return (
            marker is not None
            and marker.fingerprint == fingerprint(item)
            and all(_size(self.folder(item) / path) == size for path, (_, size) in marker.files.items())
        )

    def forget(self, item: Item) -> None:
        """Have the item fetched again, whatever is there."""
        (self.folder(item) / MARKER).unlink(missing_ok=True)

    def folder(self, item: Item) -> Path:
        return self.root / item.folder

    def _model(self, role: str) -> Model:
        for model in self.manifest.model:
            if model.role == role:
                return model
        raise ModelMissingError(f"no model of the manifest has the role {role}")

    def _product(self, item: Item) -> Path:
        path = self.folder(item) / item.product
        if not (self.folder(item) / MARKER).exists() or not path.exists():
            raise ModelMissingError(f"{item.name} is not in {self.root}")
        return path

    def _marker(self, item: Item) -> Marker | None:
        try:
            return msgspec.json.decode((self.folder(item) / MARKER).read_bytes(), type=Marker)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def _checked(self, item: Item, name: str) -> Checked:
        marker = self._marker(item)
        if marker is None:
            return Checked(name, ok=False, wrong=f"{item.name} is not there: run scripts/fetch-models")
        if marker.fingerprint != fingerprint(item):
            return Checked(name, ok=False, wrong=f"{item.name} is of an older manifest: run scripts/fetch-models")
        for path, (sha256, _) in marker.files.items():
            file = self.folder(item) / path
            found = hash_file(file) if file.exists() else "no file"
            if found != sha256:
                wrong = f"{file.name}: expected sha256 {sha256}, found {found}: run scripts/fetch-models --again --only {name}"
                return Checked(name, ok=False, wrong=wrong)
        return Checked(name, ok=True, wrong="")


def fingerprint(item: Item) -> str:
    """Changes when the manifest's entry or its build step does."""
    return hashlib.sha256(msgspec.json.encode(item) + f"{revision(item.build)}".encode()).hexdigest()


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1
