"""Files that came in are first looked into by a process of their own, with little memory and time: a bomb goes off in there."""

from __future__ import annotations

import multiprocessing
import resource
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import msgspec

from relay.extract.facts import MusicFacts, NotAVideoError, NotMusicError, Probe
from relay.extract.music import examined
from relay.extract.probe import probe

_STATM = Path("/proc/self/statm")


class Confines(NamedTuple):
    """What looking into one file may take. Larger files get more time: all their packets are read."""

    memory_bytes: int = 1 << 30
    """On top of what the empty process has."""
    cpu_s: int = 20
    bytes_per_s: int = 32 << 20
    """How fast a large file must be read, at the slowest."""

    def time_s(self, size_bytes: int) -> int:
        return self.cpu_s + size_bytes // self.bytes_per_s


def confined_probe(path: Path, confines: Confines = Confines()) -> Probe:  # noqa: B008 -- it does not change
    """``probe`` in a child that ends with it. Raises NotAVideoError, also for a file that takes more than ``confines``."""
    said = _asked(_look, path, confines)
    if isinstance(said, str):
        raise NotAVideoError(f"{path.name}: {said}")
    return _read(said)


def confined_music(path: Path, longest_s: float, confines: Confines = Confines(cpu_s=60)) -> MusicFacts:  # noqa: B008 -- it does not change
    """``examined`` in a child that ends with it. Raises NotMusicError, also for a file that takes more than ``confines``."""
    said = _asked(_listen, path, confines, longest_s)
    if isinstance(said, str):
        raise NotMusicError(said)
    answer = msgspec.json.decode(said, type=_Said)
    if answer.music is None:
        raise NotMusicError(answer.refused, code=answer.code or None)
    return answer.music


def _asked(look: Callable[..., None], path: Path, confines: Confines, *more: float) -> bytes | str:
    """What the child says, or why it says nothing."""
    allowed_s = confines.time_s(path.stat().st_size)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    ours, theirs = context.Pipe()
    child = context.Process(target=look, args=(theirs, str(path), confines.memory_bytes, allowed_s, *more), daemon=True)
    child.start()
    theirs.close()
    try:
        said = ours.recv_bytes() if ours.poll(3 * allowed_s) else b""
    except EOFError:
        said = b""
    finally:
        if not said:
            child.kill()
        child.join()
        ours.close()
    return said or _why(child.exitcode, allowed_s)


class _Said(msgspec.Struct):
    """What the child says: no pickles, for it may be no longer itself."""

    probe: Probe | None = None
    music: MusicFacts | None = None
    refused: str = ""
    code: str = ""


def _read(said: bytes) -> Probe:
    answer = msgspec.json.decode(said, type=_Said)
    if answer.probe is None:
        raise NotAVideoError(answer.refused)
    return answer.probe


def _look(answer: Connection, path: str, memory_bytes: int, cpu_s: int) -> None:
    _confine(memory_bytes, cpu_s)
    try:
        said = _Said(probe=probe(Path(path)))
    except NotAVideoError as problem:
        said = _Said(refused=problem.detail)
    except MemoryError:
        said = _Said(refused=f"{Path(path).name}: it takes more than {memory_bytes >> 20} MiB to look into")
    answer.send_bytes(msgspec.json.encode(said))
    answer.close()


def _listen(answer: Connection, path: str, memory_bytes: int, cpu_s: int, longest_s: float) -> None:
    _confine(memory_bytes, cpu_s)
    try:
        said = _Said(music=examined(Path(path), longest_s))
    except NotMusicError as problem:
        said = _Said(refused=problem.detail, code=problem.code)
    except MemoryError:
        said = _Said(refused=f"it takes more than {memory_bytes >> 20} MiB to look into")
    answer.send_bytes(msgspec.json.encode(said))
    answer.close()


def _confine(memory_bytes: int, cpu_s: int) -> None:
    used_bytes = int(_STATM.read_text().split()[0]) * resource.getpagesize()
    limits = {
        resource.RLIMIT_AS: used_bytes + memory_bytes, resource.RLIMIT_CPU: cpu_s, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
    }  # fmt: skip
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))


def _why(exit_code: int | None, allowed_s: int) -> str:
    if exit_code in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"it takes more than {allowed_s} s to look into"
    return f"the process that looked into it died ({signal.Signals(-exit_code).name if exit_code and exit_code < 0 else exit_code})"
