"""The documents tell the truth: commands, options, files, routes and error codes that they name exist."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from glasses.wire.errors import ERRORS

ROOT = Path(__file__).parents[1]
DOCS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "docs/code-tour.md", "docs/protocol.md", "docs/relay.md", "docs/voice.md")]


def commands() -> list[list[str]]:
    """Every ``glasses ...`` and ``relay ...`` line in the documents' blocks of commands, up to its comment."""
    blocks = [block for doc in DOCS for block in re.findall(r"^```sh\n(.*?)^```", doc.read_text(), re.MULTILINE | re.DOTALL)]
    lines = [line for block in blocks for line in re.findall(r"^(?:\.venv/bin/)?((?:glasses|relay) .*)$", block, re.MULTILINE)]
    return [line.split("#")[0].split() for line in lines]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_documented_commands_exist(words: list[str]) -> None:
    program, rest = words[0], words[1:]
    assert rest
    subcommands = [word for word in rest[:2] if re.fullmatch(r"[a-z]+", word) and word != "anna"]
    shown = subprocess.run(
        [sys.executable, "-m", f"{program}.cli", *subcommands, "--help"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert shown.returncode == 0, shown.stderr
    for option in (word for word in rest if word.startswith("--")):
        assert option in shown.stdout


@pytest.mark.parametrize("doc", DOCS, ids=lambda path: path.name)
def test_documented_files_exist(doc: Path) -> None:
    text = doc.read_text()
    named = set(re.findall(r"`((?:glasses|phone|relay|models|demo|bench|scripts|tests|docs)/[\w./-]+)`", text)) | set(
        re.findall(r"\]\(([\w./-]+)\)", text)
    )
    missing = [name for name in named if not (ROOT / name).exists() and not (doc.parent / name).exists()]
    assert missing == []


def test_the_tour_names_files_that_exist() -> None:
    text = (ROOT / "docs/code-tour.md").read_text()
    rooms = [ROOT / "glasses", ROOT / "phone", ROOT / "relay", ROOT / "models", ROOT / "demo", ROOT]
    named = re.findall(r"`([\w/]+\.py)`", text)
    assert len(named) > 30
    assert [name for name in named if not any((room / name).exists() for room in rooms)] == []


def test_documented_error_codes_exist() -> None:
    text = "".join(doc.read_text() for doc in DOCS)
    rooms = {code.split(".")[0] for code in ERRORS}
    named = {code for code in re.findall(r"`([a-z]+\.[a-z_]+)`", text) if code.split(".")[0] in rooms}
    assert named
    assert named - set(ERRORS) - {"video.tags", "video.edit", "video.delete", "video.custody"} == set()


def test_every_error_code_is_used() -> None:
    source = "".join(
        path.read_text()
        for room in ("glasses", "phone", "relay", "models")
        for path in (ROOT / room).rglob("*.py")
        if path.name != "errors.py" or room != "glasses"
    )
    source += (ROOT / "glasses" / "errors.py").read_text()
    unused = [code for code in ERRORS if f'"{code}"' not in source]
    assert unused == []


def test_every_script_is_documented_or_says_what_it_does() -> None:
    for script in (ROOT / "scripts").iterdir():
        first = script.read_text().splitlines()[1]
        assert first.startswith(("#", '"""')), f"{script.name} does not say what it does"
        assert script.stat().st_mode & 0o111, f"{script.name} is not executable"


def test_wheels_and_models_have_their_licences_written_down() -> None:
    text = (ROOT / "THIRD_PARTY.md").read_text()
    manifest = tomllib.loads((ROOT / "models" / "manifest.toml").read_text())
    for entry in (*manifest["model"], *manifest["media"]):
        assert f"| {entry['name']} |" in text
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for requirement in project["dependencies"]:
        name = re.split(r"[\[>=]", requirement)[0]
        assert f"| {name} |" in text
