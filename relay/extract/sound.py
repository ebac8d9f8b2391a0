"""A clip's sound, decoded once: how loud it is, and its samples for those who listen."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import numpy as np
import numpy.typing as npt

RATE_HZ = 16_000
SILENCE_LUFS = -70.0
"""The meter's floor (EBU R 128)."""
Samples = npt.NDArray[np.int16]


class Sound(msgspec.Struct, kw_only=True):
    samples: Samples
    """16 kHz mono from the clip's beginning."""
    loudness_lufs: float
    """Integrated loudness (EBU R 128, ITU-R BS.1770) in the clip's own channels."""
    seconds_lufs: list[float]
    """The loudest 400 ms of each second (momentary loudness)."""


def hear(path: Path) -> Sound | None:
    """None for a file without sound. A damaged end is left out."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return None
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
        meter = Meter()
        pieces: list[Samples] = []
        for frame in _frames(container):
            meter.take(frame)
            pieces += [ready.to_ndarray()[0] for ready in resampler.resample(frame)]
        pieces += [ready.to_ndarray()[0] for ready in resampler.resample(None)] if pieces else []
    samples = np.concatenate(pieces).astype(np.int16) if pieces else np.zeros(0, np.int16)
    return Sound(samples=samples, loudness_lufs=meter.loudness_lufs, seconds_lufs=meter.seconds_lufs())


def _frames(container: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    try:
        yield from container.decode(container.streams.audio[0])
    except av.InvalidDataError:
        return


class Meter:
    """FFmpeg's ebur128, fed with a tenth of a second at a time."""

    def __init__(self) -> None:
        self._graph: av.filter.Graph | None = None
        self._moments: list[float] = []
        self.loudness_lufs = SILENCE_LUFS

    def take(self, frame: av.AudioFrame) -> None:
        self._graph = self._graph or _graph(frame)
        frame.time_base, frame.pts = Fraction(1, frame.sample_rate), None
        self._graph.push(frame)
        while True:
            try:
                measured = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            self.loudness_lufs = float(measured.metadata.get("lavfi.r128.I", self.loudness_lufs))
            self._moments.append(float(measured.metadata.get("lavfi.r128.M", SILENCE_LUFS)))

    def seconds_lufs(self) -> list[float]:
        return [round(max(self._moments[begin : begin + 10]), 1) for begin in range(0, len(self._moments), 10)]


def _graph(frame: av.AudioFrame) -> av.filter.Graph:
    graph = av.filter.Graph()
    rate_hz = frame.sample_rate
    source = graph.add_abuffer(sample_rate=rate_hz, format=frame.format.name, layout=frame.layout.name, time_base=Fraction(1, rate_hz))
    meter, sink = graph.add("ebur128", "metadata=1"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    return graph
