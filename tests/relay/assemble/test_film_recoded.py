"""A film in another form has all its pictures, and its sound to the bit."""

from __future__ import annotations

import av
import pytest

from glasses.wire.memory import Variant
from relay.assemble.film import FilmFailedError
from relay.assemble.recode import recode


def sound_of(path):
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(container.streams.audio[0]) if packet.size]


@pytest.mark.parametrize(("variant", "found"), [(Variant.HEVC, ("hevc", "hvc1", 1920, 1080)), (Variant.SMALL, ("h264", "avc1", 1280, 720))])
def test_a_film_in_another_form(tmp_path, recorded, variant, found):
    film, out = recorded(tmp_path / "film.mp4", 1, 20, volume=9000), tmp_path / "out.mp4"
    assert recode(str(film), str(out), variant) == 20
    with av.open(str(out)) as container:
        codec = container.streams.video[0].codec_context
        assert (codec.name, codec.codec_tag, codec.width, codec.height) == found
        assert sum(1 for _ in container.decode(video=0)) == 20
    assert sound_of(out) == sound_of(film)


def test_what_is_no_film_leaves_nothing_behind(tmp_path):
    (tmp_path / "film.mp4").write_bytes(b"no film")
    with pytest.raises(FilmFailedError):
        recode(str(tmp_path / "film.mp4"), str(tmp_path / "out.mp4"), Variant.SMALL)
    assert not (tmp_path / "out.mp4").exists()
