"""Memory and processor time of a process and all its children, from /proc."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

EVERY_S = 0.2
PROC = Path("/proc")


class Sampler:
    """Looks several times a second while it is entered; keeps the highest sum of proportional set sizes."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.peak_mb = 0.0
        self.at_peak: list[float] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(EVERY_S):
            sizes = [pss_mb(pid) for pid in family(self._pid)]
            if sum(sizes) > self.peak_mb:
                self.peak_mb, self.at_peak = sum(sizes), [round(size, 1) for size in sizes if size]


def family(pid: int) -> list[int]:
    """The process and all that came from it."""
    found = [pid]
    for parent in found:
        for children in PROC.glob(f"{parent}/task/*/children"):
            found += [int(child) for child in _text(children).split()]
    return found


def pss_mb(pid: int) -> float:
    """Memory, with what is shared counted by its share (proc_pid_smaps_rollup(5)); 0 for a process that has ended."""
    found = re.search(r"^Pss:\s+(\d+) kB", _text(PROC / str(pid) / "smaps_rollup"), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def own_peak_mb() -> int:
    """The most memory that this process had (VmHWM, proc_pid_status(5)).

    Not getrusage's: that begins with what the parent had when it started this process, also behind an exec.
    """
    found = re.search(r"^VmHWM:\s+(\d+) kB", _text(PROC / "self" / "status"), re.MULTILINE)
    return int(found[1]) // 1024 if found else 0


def cpu_s(pid: int) -> float:
    """Processor time of the process and its children that live."""
    ticks = 0
    for each in family(pid):
        stat = _text(PROC / str(each) / "stat").rpartition(")")[2].split()
        ticks += int(stat[11]) + int(stat[12]) if len(stat) > 12 else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
