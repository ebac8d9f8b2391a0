"""How a fetch is shown: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from models.manifest import Item


class PlainReport:
    """One line an item."""

    def __init__(self, write: Callable[[str], None], clock_s: Callable[[], float] = time.monotonic) -> None:
        self._write, self._clock_s, self._begun_s = write, clock_s, 0.0

    def begun(self, item: Item) -> None:  # noqa: ARG002 - a line is written when it is done
        self._begun_s = self._clock_s()

    def done(self, item: Item, source: str) -> None:
        took_s = self._clock_s() - self._begun_s
        told = f"from {source} in {took_s:.1f} s" if source else "is there"
        self._write(f"{item.folder:<18} {item.name:<28} {item.size_bytes / 1e6:6.1f} MB  {told}")


class BarReport:
    """A bar over all bytes to have, with the item at work beside it. Use as a context manager."""

    def __init__(self, items: list[Item], console: Console) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description:<34}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console)
        self._task = self._bar.add_task("models", total=sum(item.size_bytes for item in items))

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()

    def begun(self, item: Item) -> None:
        self._bar.update(self._task, description=item.folder)

    def done(self, item: Item, source: str) -> None:  # noqa: ARG002 - the bar shows how much, not from where
        self._bar.update(self._task, advance=item.size_bytes)
