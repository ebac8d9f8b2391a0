"""A clip in another form (other size, codec, rate, or turned) brought to the capture profile, its pictures only."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av

from glasses.wire.segment import CaptureProfile
from relay.assemble.encode import FilmEncoder
from relay.assemble.film import ClipUnreadableError
from relay.assemble.film_file import add_video_track
from relay.assemble.source import Picture, Source, open_source


def normalise(video_id: str, path: Path, out: Path, profile: CaptureProfile, end_frame: int) -> Source:
    """Encode the frames before ``end_frame`` at the profile's size and rate, with black bars where the shape differs.

    Headers are the film encoder's, so that they get along with every camera's. Raises ClipUnreadableError.
    """
    encoder = FilmEncoder(profile)
    with av.open(str(out), "w", format="mp4", container_options={"video_track_timescale": str(profile.ticks_per_second)}) as container:
        stream = add_video_track(container, profile, encoder.avcc)
        count = 0
        for picture in _pictures(video_id, path, profile, end_frame):
            for piece in encoder.encode(picture):
                packet: av.Packet[Any] = av.Packet(piece.data)
                packet.stream, packet.time_base = stream, Fraction(1, profile.ticks_per_second)
                packet.pts = packet.dts = count * profile.ticks_per_frame
                packet.duration, packet.is_keyframe = profile.ticks_per_frame, piece.is_keyframe
                container.mux(packet)
                count += 1
    return open_source(video_id, out, profile)


def _pictures(video_id: str, path: Path, profile: CaptureProfile, end_frame: int) -> Iterator[Picture]:
    count = 0
    try:
        with av.open(str(path)) as container:
            graph: av.filter.Graph | None = None
            for frame in container.decode(container.streams.video[0]):
                graph = graph or _graph(container.streams.video[0], frame, profile)
                graph.push(frame)
                for ready in _ready(graph):
                    if count == end_frame:
                        return
                    yield cast("Picture", ready.to_ndarray())
                    count += 1
    except (av.FFmpegError, OSError) as problem:
        raise ClipUnreadableError(video_id, f"it does not decode: {problem.strerror}") from problem


def _graph(stream: av.VideoStream, first: av.VideoFrame, profile: CaptureProfile) -> av.filter.Graph:
    """Turned upright, frames at the profile's rate, fitted into its size."""
    graph = av.filter.Graph()
    size = f"{profile.width}:{profile.height}"
    steps = [
        *_TURNS.get(first.rotation % 360, []),
        ("fps", f"{profile.fps}:start_time=0"),
        ("scale", f"{size}:force_original_aspect_ratio=decrease:force_divisible_by=2:out_color_matrix=bt709:out_range=tv"),
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
