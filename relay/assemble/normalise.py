"""A clip in another form (other size, codec, rate, or turned, damaged at its end) brought to the capture profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av

from glasses.wire.segment import CaptureProfile
from relay.assemble.audio import RATE_HZ, Samples, encode_aac, whole_sound
from relay.assemble.encode import FilmEncoder
from relay.assemble.film import ClipUnreadableError
from relay.assemble.film_file import add_video_track
from relay.assemble.source import Picture, Source, open_source


class Enhancement(StrEnum):
    STABILISE = "stabilise"
    DENOISE = "denoise"
    EXPOSURE = "exposure"


_ENHANCE: dict[Enhancement, tuple[str, str | None]] = {
    Enhancement.STABILISE: ("deshake", "rx=32:ry=32:edge=mirror"),
    Enhancement.DENOISE: ("nlmeans", "s=2:p=5:r=9"),
    Enhancement.EXPOSURE: ("normalize", "smoothing=60:independence=0:strength=0.5"),
}


def normalise(
    video_id: str,
    path: Path,
    out: Path,
    profile: CaptureProfile,
    end_frame: int | None = None,
    *,
    sound: bool = False,
    enhance: Sequence[Enhancement] = (),
) -> Source:
    """Encode the frames before ``end_frame`` (None: all) at the profile's size and rate, with black bars where the shape differs.

    With ``sound`` the file has it too, in step with the pictures, and a damaged end is left out; else damage is an error. Headers are
    the film encoder's, so that they get along with every camera's. Raises ClipUnreadableError.
    """
    pictures = _pictures(video_id, path, profile, end_frame, enhance, mend=sound)
    heard = lambda frames: whole_sound(video_id, path, frames * RATE_HZ // profile.fps)  # noqa: E731 -- read when the length is known
    return write_clip(video_id, out, profile, pictures, heard if sound else None)


def write_clip(
    video_id: str, out: Path, profile: CaptureProfile, pictures: Iterable[Picture | av.VideoFrame], sound: Callable[[int], Samples] | None
) -> Source:
    """Pictures encoded into a clip of the profile; ``sound`` gives the samples for so many frames (none: a clip without a sound track)."""
    encoder = FilmEncoder(profile)
    pieces = (piece for picture in pictures for piece in encoder.encode(picture))
    with av.open(str(out), "w", format="mp4", container_options={"video_track_timescale": str(profile.ticks_per_second)}) as container:
        stream = add_video_track(container, profile, encoder.avcc)
        track = container.add_stream("aac", rate=RATE_HZ, layout="stereo") if sound else None
        count = 0
        for piece in pieces:
            packet: av.Packet[Any] = av.Packet(piece.data)
            packet.stream, packet.time_base = stream, Fraction(1, profile.ticks_per_second)
            packet.pts = packet.dts = count * profile.ticks_per_frame
            packet.duration, packet.is_keyframe = profile.ticks_per_frame, piece.is_keyframe
            container.mux(packet)
            count += 1
        if count == 0:
            raise ClipUnreadableError(video_id, "no picture of it decodes")
        if sound and track:
            for heard in encode_aac([sound(count)], channels=2):
                heard.stream = track
                container.mux(heard)
    return open_source(video_id, out, profile)


def _pictures(
    video_id: str, path: Path, profile: CaptureProfile, end_frame: int | None, enhance: Sequence[Enhancement], *, mend: bool
) -> Iterator[Picture]:
    count = 0
    try:
        with av.open(str(path)) as container:
            graph: av.filter.Graph | None = None
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for frame in container.decode(stream):
                graph = graph or _graph(stream, frame, profile, enhance)
                graph.push(frame)
                for ready in _ready(graph):
                    if count == end_frame:
                        return
                    yield cast("Picture", ready.to_ndarray())
                    count += 1
    except (av.FFmpegError, OSError) as problem:
        if not mend or count == 0:
            raise ClipUnreadableError(video_id, f"it does not decode: {problem.strerror}") from problem


def _graph(stream: av.VideoStream, first: av.VideoFrame, profile: CaptureProfile, enhance: Sequence[Enhancement]) -> av.filter.Graph:
    """Turned upright, frames at the profile's rate, fitted into its size."""
    graph = av.filter.Graph()
    size = f"{profile.width}:{profile.height}"
    steps: list[tuple[str, str | None]] = [
        *_TURNS.get(first.rotation % 360, []),
        ("fps", f"{profile.fps}:start_time=0"),
        ("scale", f"{size}:force_original_aspect_ratio=decrease:force_divisible_by=2:out_color_matrix=bt709:out_range=tv"),
        *(_ENHANCE[one] for one in enhance),
        ("pad", f"{size}:(ow-iw)/2:(oh-ih)/2"),
        ("format", "yuv420p"),
        ("buffersink", None),
    ]
    last = graph.add_buffer(template=stream)
    for name, arguments in steps:
        node = graph.add(name, arguments)
        last.link_to(node)
        last = node
    graph.configure()
    return graph


_TURNS: dict[int, list[tuple[str, str | None]]] = {
    90: [("transpose", "cclock")],
    180: [("hflip", None), ("vflip", None)],
    270: [("transpose", "clock")],
}
"""By the display matrix: degrees anticlockwise that the picture must be turned."""


def _ready(graph: av.filter.Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, EOFError):
            return
        if isinstance(frame, av.VideoFrame):
            yield frame
