"""How long the stages of work took, by the clock and by the processor."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Timer:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu_s: dict[str, float] = {}

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        begun_s, used_s = time.perf_counter(), time.process_time()
        yield
        self.seconds[stage] = round(time.perf_counter() - begun_s, 3)
        self.cpu_s[stage] = round(time.process_time() - used_s, 4)
