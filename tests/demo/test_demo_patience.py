"""The demo waits for a slow machine, and not for a program that hangs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from demo import processes
from demo.processes import DemoFailedError, Glasses


def glasses_that(monkeypatch: pytest.MonkeyPatch, folder: Path, does: str, heard: list[str]) -> Glasses:
    monkeypatch.setattr(processes, "_program", lambda _name: [sys.executable, "-u", "-c", does])
    with (folder / "log").open("wb") as log:
        return Glasses(folder, [], heard.append, log)


def test_what_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    glasses = glasses_that(monkeypatch, tmp_path, "import signal; signal.pause()", [])
    with pytest.raises(DemoFailedError, match="said nothing for 0 s"):
        glasses.wait(0.01)
    glasses.stop()


def test_what_ends_well_was_heard_to_its_last_word(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    heard: list[str] = []
    glasses_that(monkeypatch, tmp_path, "print('one'); print('two')", heard).wait(60)
    assert heard == ["one", "two"]


def test_what_fails_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(DemoFailedError, match="status 3"):
        glasses_that(monkeypatch, tmp_path, "raise SystemExit(3)", []).wait(60)
