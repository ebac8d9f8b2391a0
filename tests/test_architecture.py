"""The house rules that no linter knows: sizes, light imports, technologies behind one file each, documents that tell the truth."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("glasses", "phone", "relay", "models", "demo")
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
REFUSED_NAMES = {"utils", "util", "helpers", "common", "manager", "misc", "core", "queue", "select", "signal", "logging", "platform"}

ADAPTERS = {
    "onnxruntime": {"models/session.py"},
    "vosk": {"models/speech.py"},
    "tokenizers": {"models/meaning.py", "models/crossmodal.py"},
    "safetensors": {"models/meaning.py"},
    "usearch": {"relay/index/vectors.py"},
    "numkong": {"relay/index/vectors.py"},
    "pyroaring": {"relay/index/sets.py"},
    "picamera2": {"glasses/hw/libcamera.py"},
    "pyaudio": {"glasses/hw/portaudio.py"},
    "webrtcvad": {"glasses/capture/gate.py"},
    "espeakng_loader": {"glasses/hw/sim/voice.py"},
    "pyotp": {"relay/auth/factors.py"},
    "obstore": {"relay/ingest/objects.py"},
    "argon2": {"relay/auth/passwords.py"},
    "cachetools": {"relay/catalog/kept.py"},
    "piexif": {"glasses/capture/photo.py"},
    "bumble": {
        *(f"glasses/sync/ble/{name}.py" for name in ("air", "gate", "keys", "peripheral", "pipe", "radio")),
        "phone/bleak_bumble.py",
        "phone/central.py",
    },
    "bleak": {"phone/bleak_bumble.py", "phone/link.py", "phone/radio.py"},
}
"""Technology to the only files that may know it."""


def sources() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "cache" not in path.parts)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_of_one_noun_and_of_a_size_to_read(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE
    assert path.stem not in REFUSED_NAMES
    tree = ast.parse(text)
    for function in functions(tree):
        assert (function.end_lineno or 0) - function.lineno < LONGEST_FUNCTION, f"{function.name} is too long"
    if path.stem not in ("__init__", "__main__"):
        assert ast.get_docstring(tree), "a file says what it owns"


def test_a_technology_is_known_to_the_file_that_adapts_it_only() -> None:
    found: dict[str, set[str]] = {name: set() for name in ADAPTERS}
    for path in sources():
        for name in imported(ast.parse(path.read_text())):
            top = name.split(".")[0]
            if top in found:
                found[top].add(str(path.relative_to(ROOT)))
    assert {name: files for name, files in found.items() if not files <= ADAPTERS[name]} == {}
    assert [name for name, files in found.items() if not files] == [], "a row of ADAPTERS that nothing needs"


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("glasses.wire.memory", ["aiohttp", "cv2", "onnxruntime", "vosk", "av", "httpx", "sqlite3"]),
        ("glasses.cli", ["aiohttp", "cv2", "onnxruntime", "vosk", "av", "httpx", "sqlite3", "numpy", "msgspec"]),
        ("relay.cli", ["aiohttp", "cv2", "onnxruntime", "vosk", "av", "numpy"]),
        ("relay.server", ["cv2", "onnxruntime", "vosk", "av"]),
        ("relay.work.stages", ["cv2", "onnxruntime", "vosk", "av"]),
        ("glasses.hw.spec", ["cv2", "numpy", "av", "pyaudio", "picamera2"]),
        ("glasses.pipeline", ["onnxruntime", "vosk", "cv2", "aiohttp", "usearch", "bumble"]),
        ("phone.cli", ["bumble", "bleak", "httpx", "msgspec", "rich"]),
    ],
)
def test_light_modules_load_nothing_heavy(module: str, heavy: list[str]) -> None:
    script = f"import sys, {module}; print([name for name in {heavy!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip()
    assert loaded == "[]"


def test_the_package_of_the_glasses_is_empty() -> None:
    assert (ROOT / "glasses" / "__init__.py").read_text() == ""
