"""Where models are, what they are called, and the command that fetches them."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.cli import main
from models.errors import ModelMissingError
from models.progress import PlainReport
from models.store import ModelStore


def test_the_root_is_the_argument_then_the_environment_then_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOUVENIR_MODELS", str(tmp_path / "elsewhere"))
    assert ModelStore(tmp_path).root == tmp_path
    assert ModelStore().root == tmp_path / "elsewhere"
    monkeypatch.delenv("SOUVENIR_MODELS")
    assert ModelStore().root.parts[-2:] == ("models", "cache")


def test_paths_and_versions_by_role(store: ModelStore):
    assert store.path("objects").name == "objects.onnx"
    assert store.version("objects") == "centernet-mobilenetv3-coco@3.3.6"
    assert (store.path("speech") / "am" / "final.mdl").stat().st_size > 10_000_000
    assert store.media("astronaut").suffix == ".png"


def test_what_is_not_there_says_what_to_do(tmp_path: Path):
    with pytest.raises(ModelMissingError, match="scripts/fetch-models"):
        ModelStore(tmp_path).path("objects")
    with pytest.raises(ModelMissingError, match="no model of the manifest has the role smell"):
        ModelStore().path("smell")
    with pytest.raises(ModelMissingError, match="no picture named mona lisa"):
        ModelStore().media("mona lisa")


def test_the_listening_variant_ends_utterances_sooner(store: ModelStore):
    conf = (store.path("speech") / "conf" / "model.conf").read_text()
    whole = (store.path("speech").parent / "whole" / "conf" / "model.conf").read_text()
    assert "rule2.min-trailing-silence=0.3\n" in conf
    assert "rule4.min-trailing-silence=0.5\n" in conf
    assert "rule2.min-trailing-silence=0.5\n" in whole


def test_listing_tells_state_and_licence(capsys: pytest.CaptureFixture[str]):
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert any("clip-vit" in line and " off " in line for line in listed)
    assert any("chelsea" in line and "CC0-1.0" in line for line in listed)


def test_an_unknown_name_is_refused_with_the_next_step(capsys: pytest.CaptureFixture[str]):
    assert main(["--only", "objects", "--only", "smell"]) == 1
    said = capsys.readouterr().err
    assert "smell" in said
    assert "objects" not in said
    assert "--list" in said


def test_fetching_what_is_there_is_quick_and_says_so(capsys: pytest.CaptureFixture[str]):
    assert main(["--only", "scene"]) == 0
    assert "is there" in capsys.readouterr().out


def test_checking_an_empty_cache_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("SOUVENIR_MODELS", str(tmp_path))
    assert main(["--check"]) == 1
    assert "run scripts/fetch-models" in capsys.readouterr().out


def test_a_plain_line_tells_where_from_and_how_long(store: ModelStore):
    lines: list[str] = []
    times = iter([10.0, 12.5])
    report = PlainReport(lines.append, clock_s=lambda: next(times))
    report.begun(store.manifest.items[0])
    report.done(store.manifest.items[0], "pypi videogrep 2.3.0")
    assert lines[0].endswith("from pypi videogrep 2.3.0 in 2.5 s")


def test_a_cache_that_cannot_be_written_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SOUVENIR_MODELS", str(tmp_path / "file"))
    assert main(["--only", "scene"]) == 1
    assert "set SOUVENIR_MODELS" in capsys.readouterr().err


def test_one_program_needs_no_pictures_and_not_the_other_ones_models(capsys: pytest.CaptureFixture[str]):
    assert main(["--for", "glasses"]) == 0
    said = capsys.readouterr().out
    assert "speech" in said
    assert "places" not in said
    assert "0 pictures" in said
