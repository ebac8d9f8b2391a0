"""What was freed between what is still in use goes back to the system."""

from __future__ import annotations

import subprocess
import sys

HOLES = """
import asyncio, ctypes
from pathlib import Path
from glasses.clock import FakeClock
from glasses.malloc import EVERY_S, PICTURE_BYTES, give_back_freed_memory, keep_giving_back

def anonymous_kb():
    return next(int(line.split()[1]) for line in Path("/proc/self/smaps_rollup").read_text().splitlines() if line.startswith("Anonymous:"))

give_back_freed_memory(PICTURE_BYTES)
pieces = [bytearray(100_000) for _ in range(800)]
full = anonymous_kb()
del pieces[:-1]  # the last piece holds the heap's end
holes = anonymous_kb()

async def wait():
    clock = FakeClock()
    keeping = asyncio.create_task(keep_giving_back(clock.sleep))
    await asyncio.sleep(0)
    await clock.advance(EVERY_S)
    while anonymous_kb() > full - 60_000 and not keeping.done():
        await asyncio.sleep(0.01)
    keeping.cancel()

asyncio.run(asyncio.wait_for(wait(), 20))
print(full - holes, full - anonymous_kb())
"""


def test_holes_in_the_heap_go_back_after_a_while() -> None:
    ran = subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    at_once_kb, later_kb = map(int, ran.stdout.split())
    assert at_once_kb < 10_000, "freeing alone gives it back here: the test shows nothing"
    assert later_kb > 60_000
