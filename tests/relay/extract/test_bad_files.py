"""A malformed file is refused with a reason, by a process of its own; whatever it does there, the relay goes on."""

from __future__ import annotations

import os
import resource
import signal
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

from relay.extract.confined import Confines, confined_probe
from relay.extract.facts import NotAVideoError

_spec = spec_from_file_location("corpus", Path(__file__).with_name("corpus.py"))
corpus = module_from_spec(_spec)
_spec.loader.exec_module(corpus)


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> bytes:
    """One second of a small clip, its index first."""
    import av

    path = tmp_path_factory.mktemp("good") / "good.mp4"
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for number in range(30):
            frame = av.VideoFrame.from_ndarray(np.full((180, 320, 3), number * 8, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path.read_bytes()


def test_a_good_clip_is_read(good, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(good)
    found = confined_probe(path)
    assert (found.width, found.height, found.frames) == (320, 180, 30)


@pytest.mark.parametrize("name", list(corpus.BAD))
def test_a_bad_file_is_refused_with_a_reason(name, good, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(corpus.BAD[name](good))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(NotAVideoError) as refused:
        confined_probe(path, Confines(memory_bytes=512 << 20, cpu_s=10))
    assert len(refused.value.detail) > 15
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10, "nothing of it is unpacked here"


def read_or_refused(path):
    try:
        return confined_probe(path, Confines(memory_bytes=512 << 20, cpu_s=10)).frames <= 30
    except NotAVideoError as refused:
        return len(refused.detail) > 15


@pytest.mark.parametrize("name", list(corpus.HARMLESS))
def test_a_damaged_file_is_read_or_refused_and_never_waited_for(name, good, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(corpus.HARMLESS[name](good))
    assert read_or_refused(path)


def test_every_cut_of_a_clip_is_read_or_refused(good, tmp_path):
    path = tmp_path / "clip.mp4"
    for cut in range(0, len(good), max(1, len(good) // 12)):
        path.write_bytes(good[:cut])
        assert read_or_refused(path)


def test_a_list_of_addresses_is_no_video(good, tmp_path):
    """Or whoever sends it would get to see what lies on the relay's disk."""
    secret, path = tmp_path / "secret.mp4", tmp_path / "list.mp4"
    secret.write_bytes(good)
    path.write_bytes(corpus.playlist_of(secret))
    with pytest.raises(NotAVideoError):
        confined_probe(path)
    path.write_bytes(b"ffconcat version 1.0\nfile secret.mp4\n")
    with pytest.raises(NotAVideoError):
        confined_probe(path)


def _hungry(_path):
    hold = []
    while True:
        hold.append(bytearray(16 << 20))


def _busy(_path):
    while True:
        pass


def _sleepy(_path):
    time.sleep(600)


def _dying(_path):
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize(
    ("way", "limit_s", "said"),
    [(_hungry, 30, "MiB"), (_busy, 1, "more than 1 s"), (_sleepy, 1, "more than 1 s"), (_dying, 30, "SIGTERM")],
    ids=lambda w: getattr(w, "__name__", w),
)
def test_what_takes_too_much_is_ended(way, limit_s, said, tmp_path, monkeypatch):
    """Where a decoder would do what these do."""
    import multiprocessing

    from relay.extract import confined

    path = tmp_path / "clip.mp4"
    path.write_bytes(b"x")
    fork = multiprocessing.get_context("fork")
    real = confined._look

    def look(*given):
        confined.probe = way
        real(*given)

    monkeypatch.setattr(confined, "_look", look)
    monkeypatch.setattr(fork, "set_forkserver_preload", lambda _names: None, raising=False)
    monkeypatch.setattr(confined.multiprocessing, "get_context", lambda _kind: fork)
    with pytest.raises(NotAVideoError, match=said):
        confined_probe(path, Confines(memory_bytes=128 << 20, cpu_s=limit_s))
