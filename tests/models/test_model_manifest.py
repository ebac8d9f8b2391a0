"""The manifest: complete, typed, and strict about what it does not know."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import ManifestInvalidError
from models.manifest import Model, load, read_labels

MANIFEST = load()


def test_every_role_has_one_model_with_licence_credit_and_versioned_name():
    roles = [model.role for model in MANIFEST.model]
    wanted = {"speech", "objects", "scene", "faces", "who", "text", "voice", "spotter", "meaning", "places", "crossmodal"}
    assert sorted(roles) == sorted(wanted)
    for item in MANIFEST.items:
        assert item.licence, item.name
        assert item.credit, item.name
    assert all(set(model.used_by) <= {"glasses", "relay"} and model.used_by for model in MANIFEST.model)


def test_the_cross_modal_slot_is_off_and_not_fetched():
    (slot,) = [model for model in MANIFEST.model if model.role == "crossmodal"]
    assert not slot.enabled
    assert slot not in MANIFEST.items


def test_label_files_have_a_line_for_each_class():
    named = {model.role: len(read_labels(model.labels)) for model in MANIFEST.model if model.labels}
    assert named == {"objects": 80, "scene": 1000}


def test_an_unknown_key_is_an_error_that_names_it(tmp_path: Path):
    path = tmp_path / "manifest.toml"
    path.write_text(ONE_MODEL.replace("licence =", "license ="))
    with pytest.raises(ManifestInvalidError, match="license"):
        load(path)


def test_a_file_without_a_hash_may_not_be_fetched(tmp_path: Path):
    path = tmp_path / "manifest.toml"
    path.write_text(ONE_MODEL.replace("a" * 64, ""))
    with pytest.raises(ManifestInvalidError, match=r"weights\.bin has no sha256"):
        load(path)


def test_an_unknown_kind_of_source_is_an_error(tmp_path: Path):
    path = tmp_path / "manifest.toml"
    path.write_text(ONE_MODEL.replace('kind = "pypi"', 'kind = "carrier pigeon"'))
    with pytest.raises(ManifestInvalidError, match="carrier pigeon"):
        load(path)


def test_broken_toml_is_the_same_error(tmp_path: Path):
    path = tmp_path / "manifest.toml"
    path.write_text("[[model")
    with pytest.raises(ManifestInvalidError, match=r"manifest\.toml"):
        load(path)


def test_a_model_knows_its_pinned_name():
    objects = next(model for model in MANIFEST.model if isinstance(model, Model) and model.role == "objects")
    assert objects.pinned == "centernet-mobilenetv3-coco@3.3.6"


ONE_MODEL = f"""
[[model]]
name = "tiny"
role = "objects"
version = "1"
used_by = ["relay"]
licence = "MIT"
credit = "nobody"
input = "nothing"
output = "nothing"
product = "weights.bin"

[[model.fetch]]
sources = [{{ kind = "pypi", package = "tiny", version = "1" }}]
files = [{{ path = "weights.bin", sha256 = "{"a" * 64}", size_bytes = 3 }}]
"""
