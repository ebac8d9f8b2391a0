"""A small picture of a clip or photo, for phones to show.

``python -m glasses.capture.thumbnail FILE`` writes one to its output, as the least urgent process of the device.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
from pathlib import Path

from glasses.errors import UnreadableError

WIDTH = 240
QUALITY = 70
"""About 8 kB: a fifth of a second over Bluetooth."""


async def thumbnail(original: Path) -> bytes:
    """JPEG. Raises UnreadableError with the last line of the child's complaint."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "glasses.capture.thumbnail", str(original), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        picture, said = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        lines = said.decode(errors="replace").strip().splitlines() or [f"status {child.returncode}"]
        raise UnreadableError(f"{original.name}: {lines[-1]}")
    return picture


def make_thumbnail(original: Path) -> bytes:
    """Of a video the first picture. Raises av.FFmpegError for a file that does not decode."""
    import av

    with av.open(str(original)) as source:
        source.streams.video[0].thread_type = "NONE"
        first = next(iter(source.decode(video=0)))
        height = round(WIDTH * first.height / first.width / 2) * 2
        picture = first.reformat(width=WIDTH, height=height, format="rgb24").to_image()  # type: ignore[no-untyped-call]  # PyAV
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


if __name__ == "__main__":
    os.nice(19)
    sys.stdout.buffer.write(make_thumbnail(Path(sys.argv[1])))
