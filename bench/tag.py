"""What looking into clips costs: on the relay for each second of a clip, on the glasses for each picture."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench._processes import own_peak_mb

NAME = "tag"
HELP = "processor time to look into clips: relay per second of clip, glasses per picture; memory"
BARS = {"cpu_s_per_clip_s": "<= 0.15"}
CLIPS = {".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--clips", type=Path, metavar="DIR", help="clips to look into (default: one of 20 s is made: people, a sign, two sentences)"
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Relay and glasses in a process of their own each; a clip with other words to load the models, then each to be measured."""
    with tempfile.TemporaryDirectory() as folder:
        warm, made = _made(Path(folder))
        paths = sorted(path for path in arguments.clips.rglob("*") if path.suffix.lower() in CLIPS) if arguments.clips else [made]
        if not paths:
            raise SystemExit(f"Error: no clips in {arguments.clips}\nTry: a folder with .mp4 files, or none: a clip is made then")
        relay = _in_a_process("relay", [warm, *paths])
        glasses = _in_a_process("glasses", [warm, *paths])
    return {**relay, **glasses, "clips": len(paths), "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}


def table(result: dict[str, Any]) -> Any:
    from rich.table import Table

    shown = Table(title="Looking into clips", title_justify="left")
    for heading in ("What", "Measured", "Bar"):
        shown.add_column(heading)
    for name, value in result.items():
        shown.add_row(name, str(value), BARS.get(name, ""))
    return shown


def _made(folder: Path) -> tuple[Path, Path]:
    """A clip to load the models with, and one to measure."""
    from bench._tag_clip import OTHERWISE_SAID, write_clip
    from models.store import ModelStore

    write_clip(folder / "warm.mp4", ModelStore(), OTHERWISE_SAID)
    write_clip(folder / "clip.mp4", ModelStore())
    return folder / "warm.mp4", folder / "clip.mp4"


def _in_a_process(part: str, paths: list[Path]) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.tag", part, *(str(path) for path in paths)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def _on_the_relay(warm: Path, paths: list[Path]) -> dict[str, Any]:
    """As for a clip of which the glasses have said nothing, then as for one that they have tagged with the same models."""
    import time

    from glasses.wire.tag import Moment, Tags
    from models.sight import versions
    from models.store import ModelStore
    from relay.extract.extract import extract
    from relay.extract.facts import ExtractRequest

    request = ExtractRequest(lat=48.8584, lon=2.2945)
    extract(warm, request)
    used_s = clip_s = spoken_s = tagged_used_s = 0.0
    parts: dict[str, float] = {}
    for path in paths:
        began_s = time.process_time()
        facts = extract(path, request)
        used_s += time.process_time() - began_s
        clip_s += facts.probe.duration_s
        spoken_s += sum(end - start for start, end in facts.speech_spans)
        parts = {part: parts.get(part, 0.0) + seconds for part, seconds in facts.cpu_s.items()}
        moments = [
            Moment(start_s=one.start_s, end_s=one.end_s, objects=one.objects, scene=one.scene, faces=one.faces) for one in facts.moments
        ]
        tagged = ExtractRequest(lat=request.lat, lon=request.lon, tags=Tags(moments=moments, models=versions(ModelStore())))
        began_s = time.process_time()
        extract(path, tagged)
        tagged_used_s += time.process_time() - began_s
    return {
        "cpu_s_per_clip_s": round(used_s / clip_s, 4), "cpu_s_per_clip_s_tagged_by_the_glasses": round(tagged_used_s / clip_s, 4),
        "cpu_s_per_clip_s_of": {part: round(seconds / clip_s, 4) for part, seconds in parts.items()},
        "clip_s": round(clip_s, 2), "spoken_s": round(spoken_s, 2), "rss_mb": own_peak_mb(),
    }  # fmt: skip


def _on_the_glasses(warm: Path, paths: list[Path]) -> dict[str, Any]:
    import time

    from models.keyframes import changed, key_frames
    from models.sight import Sight
    from models.store import ModelStore

    sight, looks, seconds, clip_s, all_s = Sight(ModelStore()), 0, 0.0, 0.0, 0.0
    sight.look_at(list(changed(key_frames(warm)))[:1])
    for path in paths:
        frames = list(changed(key_frames(path)))
        began_s = time.process_time()
        sight.look_at(frames)
        seconds += time.process_time() - began_s
        looks += len(frames)
        began_s = time.process_time()
        clip_s += len(list(key_frames(path)))
        all_s += time.process_time() - began_s
    return {
        "ms_per_frame": round(seconds * 1000 / looks, 1), "frames_looked_at_per_clip_s": round(looks / clip_s, 3),
        "ms_to_decode_a_key_frame": round(all_s * 1000 / clip_s, 1), "rss_mb_glasses": own_peak_mb(),
    }  # fmt: skip


if __name__ == "__main__":
    parts = {"relay": _on_the_relay, "glasses": _on_the_glasses}
    print(json.dumps(parts[sys.argv[1]](Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]])))
