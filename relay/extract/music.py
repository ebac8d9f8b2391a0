"""A file that somebody brought as music: is it some, how long and how loud. Every sample is decoded, none is kept."""

from __future__ import annotations

from pathlib import Path

import av

from relay.extract.facts import MusicFacts, NotMusicError
from relay.extract.sound import Meter

CONTAINERS = {
    "format_whitelist": "mp3,flac,wav,w64,ogg,aac,aiff,caf,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
    "protocol_whitelist": "file",
}
"""Kinds of files that hold their sound themselves: no lists of addresses, which could name what is not their sender's."""
HEARD_LUFS = -60.0
"""Below this there is nothing to be heard."""


def examined(path: Path, longest_s: float) -> MusicFacts:
    """Raises NotMusicError, with the code of what is wrong: it does not decode, has no sound, or is longer than ``longest_s``."""
    try:
        with av.open(str(path), options=CONTAINERS) as container:
            if not container.streams.audio:
                raise NotMusicError("there is no sound in it", code="music.no_sound")
            stream, meter, seconds = container.streams.audio[0], Meter(), 0.0
            for frame in container.decode(stream):
                seconds += frame.samples / frame.sample_rate
                if seconds > longest_s:
                    raise NotMusicError(f"it is longer than {longest_s / 60:.0f} minutes", code="music.too_long")
                meter.take(frame)
            codec = stream.codec_context.name
    except (av.FFmpegError, OSError, ValueError) as problem:  # ValueError: a stream of no known kind
        raise NotMusicError(f"it does not decode: {problem}") from problem
    if seconds == 0 or meter.loudness_lufs < HEARD_LUFS:
        raise NotMusicError("nothing can be heard in it", code="music.no_sound")
    return MusicFacts(duration_s=round(seconds, 3), loudness_lufs=round(meter.loudness_lufs, 2), codec=codec)
