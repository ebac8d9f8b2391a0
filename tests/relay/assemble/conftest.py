"""Clips in the capture profile, drawn and recorded by the product's own encoder and writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from glasses.capture.mp4 import FragmentWriter
from glasses.hw.x264 import SoftwareEncoder
from glasses.wire.segment import PROFILE
from relay.assemble.cutlist import Candidate, CutList, choose
from relay.assemble.film import FilmFacts, FilmPlan
from relay.assemble.render import render

HOUR_MS = 3_600_000
CLIP_FRAMES = (105, 118, 105)
Picture = npt.NDArray[np.uint8]


def scene(seed: int, number: int) -> Picture:
    """A landscape of soft hills and hard discs that drifts by."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:1080, 0:1920].astype(np.float32)
    waves = [np.sin(x / random.uniform(60, 200) + number / 20) + np.cos(y / random.uniform(40, 160)) for _ in range(3)]
    picture = (np.stack(waves, axis=-1) * 45 + 120).astype(np.uint8)
    for _ in range(6):
        at = (int(random.integers(1800)) + 2 * number, int(random.integers(1080)))
        cv2.circle(picture, at, int(random.integers(40, 140)), random.integers(0, 255, 3).tolist(), -1, cv2.LINE_AA)
    return picture


def record(
    path: Path, seed: int, frames: int, *, volume: int = 0, silent: bool = False, heard: npt.NDArray[np.int16] | None = None
) -> Path:
    encoder = SoftwareEncoder(PROFILE)
    base = scene(seed, 0)
    pcm = (np.sin(np.arange(frames * 1600) * (seed + 3) * 110 * 2 * np.pi / 48_000) * volume).astype(np.int16)
    if heard is not None:
        pcm[: len(heard)] = heard[: len(pcm)]
    writer = FragmentWriter(path, PROFILE, encoder.parameter_sets)
    for number in range(frames):
        for frame in encoder.encode(np.roll(base, 2 * number, axis=1), number):
            writer.write_video(frame)
        if not silent:
            writer.write_audio(pcm[number * 1600 : (number + 1) * 1600], number * 1600)
    writer.close()
    return path


@pytest.fixture(scope="session")
def recorded() -> Callable[..., Path]:
    """``record``: (path, seed, frames, *, volume, heard) -> path."""
    return record


@dataclass(frozen=True)
class Film:
    plan: FilmPlan
    clips: dict[str, Path]
    path: Path
    facts: FilmFacts
    progress: list[tuple[str, float]]


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three clips of about 3.5 s: loud, quiet and very loud."""
    folder = tmp_path_factory.mktemp("clips")
    volumes = (3_000, 1_500, 20_000)
    return {
        f"clip-{n}": record(folder / f"{n}.mp4", n, frames, volume=volume)
        for n, (frames, volume) in enumerate(zip(CLIP_FRAMES, volumes, strict=True))
    }


@pytest.fixture(scope="session")
def cut_list(clips: dict[str, Path]) -> CutList:
    found = [
        Candidate(name, 1_718_000_000_000 + n * HOUR_MS, frames) for n, (name, frames) in enumerate(zip(clips, CLIP_FRAMES, strict=True))
    ]
    return choose(found, max_duration_s=60, title_s=1.5)


@pytest.fixture(scope="session")
def film(clips: dict[str, Path], cut_list: CutList, tmp_path_factory: pytest.TempPathFactory) -> Film:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    plan = FilmPlan(cut_list, "My wife & me", "Paris, France", "12 to 14 June 2024")
    progress: list[tuple[str, float]] = []
    facts = render(plan, clips, path, on_progress=lambda stage, fraction: progress.append((stage, fraction)))
    return Film(plan, clips, path, facts, progress)


@pytest.fixture(scope="session")
def pictures_of() -> Callable[[Path], Iterator[Picture]]:
    """All pictures of a file as I420, any damage being an error."""

    def pictures(path: Path) -> Iterator[Picture]:
        with av.open(str(path), options={"err_detect": "explode"}) as container:
            container.streams.video[0].codec_context.thread_count = 1
            for frame in container.decode(video=0):
                assert not frame.is_corrupt
                yield frame.to_ndarray()

    return pictures
