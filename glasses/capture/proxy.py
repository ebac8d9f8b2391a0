"""The small copy of a video, for links that cannot carry the original: at most 300 kbit/s, picture and sound together.

``python -m glasses.capture.proxy ORIGINAL COPY`` makes one, as the least urgent process of the device.
"""

from __future__ import annotations

import os
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import av

MOST_BPS = 300_000
VIDEO_BPS, AUDIO_BPS = 230_000, 32_000
WIDTH, HEIGHT = 480, 270
EVERY = 2
"""Of 30 frames a second every second one."""
AUDIO_RATE_HZ = 24_000


def make_proxy(original: Path, copy: Path) -> None:
    """Raises av.FFmpegError for a file that does not decode. ``copy`` is complete and durable on return."""
    import av

    with av.open(str(original)) as source, av.open(str(copy), "w", format="mp4", options={"movflags": "+faststart"}) as target:
        video = _video_track(target, source)
        sound = target.add_stream("aac", rate=AUDIO_RATE_HZ, layout="mono", bit_rate=AUDIO_BPS) if source.streams.audio else None
        resampler = av.AudioResampler("fltp", "mono", AUDIO_RATE_HZ)
        source.streams.video[0].thread_type = "NONE"
        seen = 0
        for frame in source.decode(*_wanted(source)):
            if isinstance(frame, av.VideoFrame):
                if seen % EVERY == 0:
                    target.mux(video.encode(_smaller(frame)))
                seen += 1
            elif sound is not None:
                for piece in resampler.resample(frame):
                    target.mux(sound.encode(piece))
        target.mux(video.encode(None))
        if sound is not None:
            for piece in resampler.resample(None):
                target.mux(sound.encode(piece))
            target.mux(sound.encode(None))
    with copy.open("rb") as file:
        os.fsync(file.fileno())


def _wanted(source: av.container.InputContainer) -> list[Any]:
    return [source.streams.video[0], *source.streams.audio[:1]]


def _video_track(target: av.container.OutputContainer, source: av.container.InputContainer) -> Any:
    """One thread, few frames in memory, a bounded buffer: it must never be felt, and never exceed its rate for long."""
    rate = Fraction(source.streams.video[0].average_rate or 30) / EVERY
    memory = {"threads": "1", "bf": "0", "refs": "1", "rc-lookahead": "5"}
    options = {"preset": "veryfast", "crf": "28", "maxrate": str(VIDEO_BPS), "bufsize": str(VIDEO_BPS), "g": "30", **memory}
    video: Any = target.add_stream("libx264", rate=rate, options=options)
    video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    video.codec_context.time_base = source.streams.video[0].time_base
    return video


def _smaller(frame: av.VideoFrame) -> av.VideoFrame:
    smaller = frame.reformat(width=WIDTH, height=HEIGHT, format="yuv420p")
    smaller.pts, smaller.time_base = frame.pts, frame.time_base
    return smaller


if __name__ == "__main__":
    os.nice(19)
    make_proxy(Path(sys.argv[1]), Path(sys.argv[2]))
