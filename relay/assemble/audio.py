"""A film's sound: each clip's part at one loudness, faded into the next with equal power, encoded once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.codec.context import Flags

from relay.assemble.cutlist import Cut, CutList
from relay.assemble.film import ClipUnreadableError
from relay.assemble.source import headers_of

Samples = npt.NDArray[np.float32]
"""Two rows (left, right), -1 to 1."""

RATE_HZ = 48_000
AAC_BIT_RATE = 128_000
AAC_FRAME_SAMPLES = 1024
TARGET_LUFS = -16.0
"""What streaming services bring stereo to (AES TD1008)."""
SILENT_LUFS = -50.0
"""Below this there is only hiss, which stays as quiet as it is."""
MOST_GAIN_DB = 15.0
PEAK = 0.95
DUAL_MONO_LU = 3.01
"""One channel sounds this much louder when both loudspeakers play it (BS.1770 adds up the channels' power)."""


def mixed(cut_list: CutList, paths: Mapping[str, Path], loudness_lufs: Mapping[str, float]) -> Iterator[Samples]:
    """The film's sound in order, in pieces: together exactly as long as its pictures; silent under the title and for clips without sound.

    Each piece is made when it is asked for. Raises ClipUnreadableError.
    """
    per_frame = RATE_HZ // cut_list.fps
    fade = cut_list.fade_frames * per_frame
    rise = np.sin(np.linspace(0, np.pi / 2, fade, dtype=np.float32))
    done, tail = 0, np.zeros((2, 0), np.float32)
    for cut, start in zip(cut_list.cuts, cut_list.starts, strict=True):
        sound = _levelled(cut, paths[cut.video_id], per_frame, loudness_lufs.get(cut.video_id))
        sound[:, :fade] *= rise
        sound[:, -fade:] *= rise[::-1]
        before = start * per_frame - done
        if before > 0:
            yield _of_length(tail, before)
        sound[:, : tail.shape[1]] += tail
        alone = sound.shape[1] - fade
        yield np.clip(sound[:, :alone], -1.0, 1.0)
        done, tail = done + before + alone, sound[:, alone:].copy()
    yield _of_length(tail, cut_list.planned_frames * per_frame - done)


def channels_of(paths: Iterable[Path]) -> int:
    """2 where any of the files has more than one channel of sound, else 1. Raises nothing: what cannot be read is silent."""
    return 2 if any(_channels(path) > 1 for path in paths) else 1


def whole_sound(video_id: str, path: Path, samples: int) -> Samples:
    """The sound of a file from the moment of its first picture; silence where there is none. Raises ClipUnreadableError.

    What a damaged end does not give is silent too.
    """
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        began = round(float((video.start_time or 0) * (video.time_base or 0)) * RATE_HZ)
    sound, _ = _decode(video_id, path, began, began + samples, mend=True)
    return sound


def encode_aac(sound: Iterable[Samples], channels: int) -> Iterator[av.Packet[Any]]:
    """AAC-LC of pieces of sound that follow each other, the first ``channels`` of their rows, encoded as it is asked for.

    Begins at sample 0; the last packet ends with the sound. The encoder's run-in before sample 0 is left out: what it would complete
    is the first 21 ms.
    """
    codec = av.CodecContext.create("aac", "w")
    codec.sample_rate, codec.layout, codec.format = RATE_HZ, "mono" if channels == 1 else "stereo", "fltp"
    codec.bit_rate, codec.time_base = AAC_BIT_RATE if channels == 2 else AAC_BIT_RATE * 3 // 4, Fraction(1, RATE_HZ)
    codec.options = {"aac_coder": "fast"}
    codec.flags |= Flags.global_header
    codec.open()
    length, last = 0, None
    for frame in _aac_frames(sound, channels):
        length += 0 if frame is None else frame.samples
        for packet in codec.encode(frame):
            if packet.pts is None or not 0 <= packet.pts < length:
                continue
            if last is not None:
                yield last
            last = packet
    if last is not None:
        last.duration = length - (last.pts or 0)
        yield last


def integrated_lufs(sound: Samples) -> float:
    """Integrated loudness by EBU R 128 / BS.1770-4; -70 for silence or less than 0.4 s."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=RATE_HZ, format="fltp", layout="stereo", time_base=Fraction(1, RATE_HZ))
    meter, sink = graph.add("ebur128", "metadata=1"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    loudness = -70.0
    for start in range(0, sound.shape[1], RATE_HZ // 10):
        graph.push(_frame(sound[:, start : start + RATE_HZ // 10], start))
        loudness = _last_reading(graph, loudness)
    graph.push(None)
    return _last_reading(graph, loudness)


def gain_for(lufs: float, peak: float) -> float:
    """Factor that brings ``lufs`` to the target without letting ``peak`` clip."""
    if lufs < SILENT_LUFS:
        return 1.0
    gain = float(10 ** (min(TARGET_LUFS - lufs, MOST_GAIN_DB) / 20))
    return min(gain, PEAK / peak) if peak > 0 else gain


def _levelled(cut: Cut, path: Path, per_frame: int, lufs: float | None) -> Samples:
    sound, channels = _decode(cut.video_id, path, cut.in_frame * per_frame, cut.out_frame * per_frame)
    if channels == 0:
        return sound
    known = integrated_lufs(sound) if lufs is None else lufs + (DUAL_MONO_LU if channels == 1 else 0.0)
    sound *= gain_for(known, float(np.abs(sound).max(initial=0.0)))
    return sound


def _decode(video_id: str, path: Path, first: int, end: int, *, mend: bool = False) -> tuple[Samples, int]:
    """Samples ``first`` to ``end`` of a file as stereo, silence where it has none, and how many channels it has."""
    sound, channels = np.zeros((2, end - first), np.float32), 0
    try:
        with headers_of(path) as container:
            if not container.streams.audio:
                return sound, 0
            stream = container.streams.audio[0]
            channels = min(stream.channels, 2)
            for at, piece in _pieces(container, stream, first, "mono" if channels == 1 else "stereo"):
                low, high = max(at, first), min(at + piece.shape[1], end)
                if high > low:
                    sound[:, low - first : high - first] = piece[:, low - at : high - at]
                if at >= end:
                    break
    except (av.FFmpegError, OSError) as problem:
        if mend:
            return sound, channels
        raise ClipUnreadableError(video_id, f"its sound cannot be read: {problem.strerror}") from problem
    return sound, channels


def _pieces(container: av.container.InputContainer, stream: av.AudioStream, first: int, layout: str) -> Iterator[tuple[int, Samples]]:
    """(sample number, samples) from shortly before ``first`` on."""
    resampler = av.AudioResampler("fltp", layout, RATE_HZ)
    settle_s = 0.1
    at: int | None = None
    for packet in container.demux(stream):
        if packet.pts is not None and packet.time_base and packet.pts * packet.time_base < first / RATE_HZ - settle_s:
            continue
        for frame in packet.decode():
            stated = round((frame.time or 0.0) * RATE_HZ)
            if at is None or abs(at - stated) > AAC_FRAME_SAMPLES:  # a gap; less is the resampler's delay
                at = stated
            for piece in resampler.resample(frame):
                yield at, piece.to_ndarray().astype(np.float32, copy=False)
                at += piece.samples


def _aac_frames(sound: Iterable[Samples], channels: int) -> Iterator[av.AudioFrame | None]:
    """Frames of the encoder's size, whatever the pieces' sizes, and None for the end."""
    at, rest, layout = 0, np.zeros((channels, 0), np.float32), "mono" if channels == 1 else "stereo"
    for piece in sound:
        joined = np.concatenate([rest, piece[:channels]], axis=1) if rest.shape[1] else piece[:channels]
        whole = joined.shape[1] // AAC_FRAME_SAMPLES * AAC_FRAME_SAMPLES
        for start in range(0, whole, AAC_FRAME_SAMPLES):
            yield _frame(joined[:, start : start + AAC_FRAME_SAMPLES], at + start, layout)
        at, rest = at + whole, joined[:, whole:].copy()
    if rest.shape[1]:
        yield _frame(rest, at, layout)
    yield None


def _of_length(sound: Samples, samples: int) -> Samples:
    """The beginning of it, or all of it with silence behind."""
    made = np.zeros((2, samples), np.float32)
    kept = min(samples, sound.shape[1])
    made[:, :kept] = sound[:, :kept]
    return made


def _channels(path: Path) -> int:
    try:
        with headers_of(path) as container:
            return container.streams.audio[0].channels if container.streams.audio else 0
    except (av.FFmpegError, OSError):
        return 0


def _frame(samples: Samples, at: int, layout: str = "stereo") -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", layout)
    frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, at, Fraction(1, RATE_HZ)
    return frame


def _last_reading(graph: av.filter.Graph, loudness: float) -> float:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, EOFError):
            return loudness
        loudness = float(frame.metadata.get("lavfi.r128.I", loudness))
