from pathlib import Path

import pytest

from glasses.config import Config, load
from glasses.errors import ConfigInvalidError


def test_without_a_file_there_are_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert load() == Config()


def test_values_of_the_file_win_over_defaults(tmp_path: Path) -> None:
    path = tmp_path / "glasses.toml"
    path.write_text('hardware = "laptop:"\n[relay]\nurl = "http://relay:8787"\n')
    config = load(path)
    assert (config.hardware, config.relay.url, config.recording.height) == ("laptop:", "http://relay:8787", 1080)


@pytest.mark.parametrize(
    ("text", "named"),
    [("hardwear = 'sim:'", "hardwear"), ("[relay]\nurll = 'x'", "urll"), ("[recording]\nlongest_s = 'x'", "longest_s"), ("= 3", "line 1")],
)
def test_what_does_not_fit_is_named(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "glasses.toml"
    path.write_text(text)
    with pytest.raises(ConfigInvalidError, match=named) as raised:
        load(path)
    assert str(path) in raised.value.detail


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalidError, match="No such file"):
        load(tmp_path / "nowhere.toml")
