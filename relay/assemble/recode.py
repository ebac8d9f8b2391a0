"""A finished film in another form: every picture is decoded and encoded anew, the sound is copied."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av

from glasses.wire.memory import Variant
from glasses.wire.segment import PROFILE
from relay.assemble.film import FilmFailedError


class Form(NamedTuple):
    codec: str
    height_px: int
    options: dict[str, str]
    tag: str


FORMS = {
    Variant.HEVC: Form("libx265", PROFILE.height, {"preset": "superfast", "crf": "24", "x265-params": "log-level=none:pools=2"}, "hvc1"),
    Variant.SMALL: Form("libx264", 720, {"preset": "veryfast", "crf": "21"}, "avc1"),
}
"""HEVC is tagged hvc1, without which Apple's players refuse it."""


def recode(film: str, out: str, variant: Variant) -> int:
    """Writes ``film`` to ``out`` in the form of ``variant``, ready to be played while it is loaded; says how many frames.

    For a child process: everything in and out can be pickled. Raises FilmFailedError, KeyError for the form that films have anyway.
    """
    form = FORMS[variant]
    try:
        with av.open(film) as source, av.open(out, "w", format="mp4", options={"movflags": "+faststart"}) as target:
            return _recoded(source, target, form)
    except (av.FFmpegError, OSError) as problem:
        Path(out).unlink(missing_ok=True)
        raise FilmFailedError(f"the film could not be brought into the form {variant}: {problem.strerror}") from problem


def _recoded(source: av.container.InputContainer, target: av.container.OutputContainer, form: Form) -> int:
    pictures, sound = source.streams.video[0], source.streams.audio[0]
    pictures.thread_count = 2
    track = target.add_stream(form.codec, rate=PROFILE.fps, options=form.options)
    if not isinstance(track, av.VideoStream):
        raise FilmFailedError(f"{form.codec} is not an encoder of pictures")
    height = form.height_px
    track.width, track.height, track.pix_fmt = PROFILE.width * height // PROFILE.height // 2 * 2, height, "yuv420p"
    track.codec_context.gop_size, track.codec_context.codec_tag = 2 * PROFILE.fps, form.tag
    heard = target.add_stream_from_template(sound)
    count = 0
    for packet in source.demux(pictures, sound):
        if packet.stream is sound and packet.pts is not None:
            packet.stream = heard
            target.mux(packet)
            continue
        for frame in packet.decode():
            if not isinstance(frame, av.VideoFrame):
                continue
            shown = frame.reformat(width=track.width, height=track.height, format="yuv420p", interpolation="AREA")
            shown.pts, shown.time_base, shown.pict_type = count, Fraction(1, PROFILE.fps), av.video.frame.PictureType.NONE
            target.mux(track.encode(shown))
            count += 1
    target.mux(track.encode(None))
    return count
