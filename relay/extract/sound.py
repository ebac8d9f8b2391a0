"""A clip's sound: how loud it is, and its samples for the speech model."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av

from models.speech import RATE_HZ

SILENCE_LUFS = -70.0
"""The meter's floor (EBU R 128)."""


def samples(path: Path, rate_hz: int = RATE_HZ) -> Iterator[bytes]:
    """16-bit mono samples from the clip's beginning; none for a file without sound. A damaged end is left out."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate_hz)
        for frame in _frames(container):
            for ready in resampler.resample(frame):
                yield ready.to_ndarray().tobytes()
        for ready in resampler.resample(None):
            yield ready.to_ndarray().tobytes()


def loudness_lufs(path: Path) -> float | None:
    """Integrated loudness (EBU R 128, ITU-R BS.1770) in the clip's own channels; None without sound."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return None
        graph: av.filter.Graph | None = None
        loudness = SILENCE_LUFS
        for frame in _frames(container):
            graph = graph or _meter(frame)
            frame.time_base, frame.pts = Fraction(1, frame.sample_rate), None
            graph.push(frame)
            loudness = _reading(graph, loudness)
        return loudness


def _frames(container: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    try:
        yield from container.decode(container.streams.audio[0])
    except av.InvalidDataError:
        return


def _meter(frame: av.AudioFrame) -> av.filter.Graph:
    graph = av.filter.Graph()
    rate_hz = frame.sample_rate
    source = graph.add_abuffer(sample_rate=rate_hz, format=frame.format.name, layout=frame.layout.name, time_base=Fraction(1, rate_hz))
    meter, sink = graph.add("ebur128", "metadata=1"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    return graph


def _reading(graph: av.filter.Graph, loudness: float) -> float:
    """The meter's latest word, or ``loudness`` when it has none yet."""
    while True:
        try:
            measured = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return loudness
        loudness = float(measured.metadata.get("lavfi.r128.I", loudness))
