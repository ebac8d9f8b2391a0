"""Seconds from a request to its film: a new one, the same again, and one of a library of phone clips and photos."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image
from rich.console import Console
from rich.progress import Progress

from bench import render_clips
from bench.render_once import loudness_of
from glasses.wire.memory import Memory, MemoryRequest, MemoryStatus, Plan
from relay.ask.result import MomentHit, SearchResult, VideoHit
from relay.catalog import memories, users, videos
from relay.catalog.records import User, Video, VideoStatus
from relay.catalog.rows import Connection
from relay.config import RelayConfig
from relay.extract.probe import probe
from relay.ingest.blobs import raw_key
from relay.jobs.kinds import JobKind, Message
from relay.services import Services, open_services
from relay.work.stages import film_parts

NAME = "memory"
HELP = "seconds from request to film: new, cached, and of a library that is not in the capture profile"
STEPS = 6
USER, HOUR_MS, START_MS = "bench", 3_600_000, 1_760_000_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clips", type=Path, metavar="DIR", help="clips in the capture profile (default: 12 of 8 s, drawn)")
    parser.add_argument("--film-s", type=float, default=60.0, metavar="S", help="how long the films shall be (default: %(default)s)")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The film jobs of a real relay, with its store, processes and files; what search finds is given."""
    with tempfile.TemporaryDirectory(prefix="souvenir-memory-") as folder:
        scratch = Path(folder)
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("clips are drawn", total=STEPS)

            def tell(step: str) -> None:
                progress.update(task, advance=1, description=step)

            clips = render_clips.given(arguments.clips) if arguments.clips else render_clips.drawn(scratch / "clips", scenes=2, seconds=8)
            tell("a phone's clips are drawn")
            phone = _phone(scratch / "phone")
            tell("a library is stored")
            return asyncio.run(_measured(scratch, list(clips.values()), phone, arguments.film_s, tell))


def table(result: dict[str, Any]) -> str:
    return "\n".join(f"{name:34} {value}" for name, value in result.items())


async def _measured(scratch: Path, clips: list[Path], phone: list[Path], film_s: float, tell: Callable[[str], None]) -> dict[str, Any]:
    config = RelayConfig()
    config.storage.data_dir = str(scratch / "relay")
    services = await open_services(config, lambda: time.time_ns() // 1_000_000)
    library: list[Video] = []

    async def ask(_user_id: str, query: str, _corrections: tuple[str, ...]) -> SearchResult:
        return SearchResult(Plan(query=query, title="Twelve clips"), tuple(_hit(video) for video in library), total=len(library))

    forms, films = film_parts(services, ask)
    try:
        await services.database.write(lambda connection: users.add(connection, User(user_id=USER, name="Bench", created_at=START_MS), ""))
        library += [await _store(services, path, number) for number, path in enumerate(clips)]
        await services.pool.run(_warm)
        tell("a film is made")
        result: dict[str, Any] = {"clips": len(clips)}
        result["new_s"], first = await _film(services, films, "new", film_s)
        tell("the same film again")
        result["cached_s"], again = await _film(services, films, "again", film_s)
        result["first_playable_s"] = first.timings_s.get("first_playable", 0.0)
        result["same_film"] = first.frames == again.frames
        tell("the phone's clips are brought into the films' form")
        library[:] = [await _store(services, path, 100 + number) for number, path in enumerate(phone)]
        began = time.perf_counter()
        for video in library:
            await forms.normalise(Message(user_id=USER, operation=JobKind.NORMALISE, video_id=video.video_id))
        result["off_profile_normalise_once_s"] = round(time.perf_counter() - began, 3)
        tell("a film of the phone's clips is made")
        result["off_profile_s"], off = await _film(services, films, "phone", film_s)
        result.update(off_profile_clips=len(phone), film_s=first.duration_s, off_profile_film_s=off.duration_s)
        return result
    finally:
        services.close()


async def _film(services: Services, films: Any, memory_id: str, film_s: float) -> tuple[float, Memory]:
    memory = Memory(memory_id=memory_id, query=memory_id, created_at=START_MS)
    await services.database.write(lambda connection: memories.create(connection, USER, memory, MemoryRequest(query=memory_id)))
    parameters = {"memory_id": memory_id, "max_duration_s": film_s}
    began = time.perf_counter()
    await films.create(Message(user_id=USER, operation=JobKind.CREATE_MEMORY, parameters=parameters))
    took_s = round(time.perf_counter() - began, 3)
    made = (await services.database.read(lambda connection: memories.get(connection, USER, memory_id))).memory
    if made.status is not MemoryStatus.COMPLETED:
        raise SystemExit(f"the film was not made: {made.problem}")
    return took_s, made


async def _store(services: Services, path: Path, number: int) -> Video:
    """As extraction leaves a clip behind, without looking at what is in it."""
    found = probe(path)
    captured_at = START_MS + number * HOUR_MS
    video = Video(
        user_id=USER, video_id=f"clip-{number:03}", device_id="bench", kind=found.kind, captured_at=captured_at,
        duration_s=found.duration_s,
        frames=found.frames, status=VideoStatus.READY, on_profile=found.on_profile, sha256=path.name,
        loudness_lufs=loudness_of(path),
        blob_key=raw_key(USER, f"clip-{number:03}", captured_at, path.suffix[1:]),
    )  # fmt: skip
    await services.blobs.put_file(video.blob_key, path)

    def keep(connection: Connection) -> None:
        videos.put(connection, video)

    await services.database.write(keep)
    return video


def _hit(video: Video) -> VideoHit:
    whole = MomentHit(f"{video.video_id}-0", 0.0, video.duration_s, 1.0)
    return VideoHit(video.video_id, video.kind.value, video.captured_at, video.duration_s, 1.0, "it was asked for", "", (whole,))


def _warm() -> None:
    """A worker process that has made films before."""
    from relay.assemble import render, stills, titles  # noqa: F401


def _phone(folder: Path) -> list[Path]:
    """Two HEVC clips of 6 s at 720p and 24 pictures a second, stereo at 44.1 kHz, and a photo."""
    folder.mkdir()
    paths = [_hevc(folder / f"phone-{number}.mp4", number) for number in range(2)]
    y, x = np.mgrid[0:3000, 0:4000]
    picture = np.stack([x // 16 % 256, y // 12 % 256, (x // 200 + y // 200) % 2 * 200], -1).astype(np.uint8)
    Image.fromarray(picture).save(folder / "photo.jpg", quality=90)
    return [*paths, folder / "photo.jpg"]


def _hevc(path: Path, seed: int) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", rate=24, options={"preset": "ultrafast", "x265-params": "log-level=none"})
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        track = container.add_stream("aac", rate=44_100, layout="stereo")
        y, x = np.mgrid[0:720, 0:1280]
        base = np.stack([x // 5 % 256, y // 3 % 256, (x // 80 + y // 80 + seed) % 2 * 200], -1).astype(np.uint8)
        for number in range(144):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.roll(base, 3 * number, axis=1), "rgb24")))
        container.mux(stream.encode(None))
        wave = (np.sin(np.arange(264_600) / 44_100 * 2 * np.pi * 330) * 0.2).astype(np.float32)
        for at in range(0, 264_600 - 1024, 1024):
            heard = av.AudioFrame.from_ndarray(np.repeat(wave[None, at : at + 1024], 2, 0), "fltp", "stereo")
            heard.sample_rate, heard.pts, heard.time_base = 44_100, at, Fraction(1, 44_100)
            container.mux(track.encode(heard))
        container.mux(track.encode(None))
    return path
