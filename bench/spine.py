"""One clip from the shutter to searchable, and one request from the last word to the film, in seconds a stage."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from demo import script
from demo.cast import ROLES
from demo.companion import Companion
from demo.days import write_days
from demo.processes import DemoFailedError, Glasses, add_account, start_relay
from glasses.wire.memory import Memory, MemoryStatus
from glasses.wire.video import VideoInfo
from models.store import ModelStore

NAME = "spine"
HELP = "seconds per stage: one clip from shutter to searchable, one request to its film"
LIMIT_S = 300.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clips", type=int, default=3, metavar="N", help="how many clips to record (default: %(default)s)")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """A relay and simulated glasses in processes of their own; ``--clips`` scenes, then the request."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        return _measure(Path(folder), arguments.clips, stack)


def table(result: dict[str, Any]) -> Any:
    from rich.table import Table

    shown = Table(title=f"Seconds per stage ({result['clips']} clips)", title_justify="left")
    shown.add_column("From shutter to searchable")
    shown.add_column("s", justify="right")
    for name, seconds in result["clip"].items():
        shown.add_row(name, f"{seconds:.3f}")
    shown.add_section()
    for name, seconds in result["film"].items():
        shown.add_row(f"film: {name}", f"{seconds:.3f}")
    return shown


def _measure(folder: Path, clips: int, stack: ExitStack) -> dict[str, Any]:
    store = ModelStore()
    shots = [shot for shot in script.SHOTS if shot.wanted][:clips]
    write_days(folder, store, [shot._replace(network=True) for shot in shots])
    (folder / "relay").mkdir()
    log = stack.enter_context((folder / "log").open("ab"))
    add_account(folder / "relay", "bench", "a bench needs a door")
    relay, url = start_relay(folder / "relay", log)
    stack.callback(relay.wait)
    stack.callback(relay.terminate)
    companion = Companion(url, "bench", "a bench needs a door")
    _pair_and_enrol(folder, url, companion, store, log)
    seen: list[tuple[float, str]] = []
    began = time.monotonic()

    def note(line: str) -> None:
        seen.append((time.monotonic(), line))

    Glasses(folder / "glasses", ["run", "--hw", f"sim:{folder / 'day'}", "--until-over"], note, log).wait(LIMIT_S)
    videos = _until(lambda: _all_searchable(companion))
    day_s = time.monotonic() - began
    evening = Glasses(
        folder / "glasses", ["run", "--hw", f"sim:{folder / 'evening'}"], lambda line: seen.append((time.monotonic(), line)), log
    )
    stack.callback(evening.stop)
    memory = _until(lambda: _finished(companion))
    _until(lambda: _times(seen, "[Film ready]") or memory.status != MemoryStatus.COMPLETED)
    return {"clips": len(videos), "clip": _clip_stages(seen, videos), "film": _film_stages(seen, memory), "day_s": round(day_s, 3)}


def _clip_stages(seen: list[tuple[float, str]], videos: list[VideoInfo]) -> dict[str, float]:
    """Medians over the clips. The HUD's lines say when a clip was saved, seen and safe; the relay says the rest."""
    saved, tagged, safe = (_times(seen, mark) for mark in ("[Saved]", "[Seen]", "[Clip]  It is safe"))
    stages = {"saved to tagged": _median_gap(saved, tagged), "saved to stored": _median_gap(saved, safe)}
    for name in ("probe", "sight", "speech", "extract", "index", "searchable"):
        values = [video.timings_s[name] for video in videos if name in video.timings_s]
        if values:
            stages[f"relay: {name}"] = round(statistics.median(values), 3)
    return stages


def _film_stages(seen: list[tuple[float, str]], memory: Memory) -> dict[str, float]:
    asked, ready = _times(seen, "[Asked]"), _times(seen, "[Film ready]")
    stages = {name: round(seconds, 3) for name, seconds in memory.timings_s.items()}
    if asked and ready:
        stages["asked to ready on the glasses"] = round(ready[-1] - asked[0], 3)
    return stages


def _times(seen: list[tuple[float, str]], mark: str) -> list[float]:
    return [at for at, line in seen if line.startswith(mark)]


def _median_gap(starts: list[float], ends: list[float]) -> float:
    gaps = [end - start for start, end in zip(starts, ends, strict=False)]
    return round(statistics.median(gaps), 3) if gaps else 0.0


def _pair_and_enrol(folder: Path, url: str, companion: Companion, store: ModelStore, log: Any) -> None:
    def approve(line: str) -> None:
        if line.startswith("Code: "):
            companion.approve(line.removeprefix("Code: "))

    Glasses(folder / "glasses", ["pair", "--relay", url], approve, log).wait(60)
    companion.allow_faces()
    for role in ROLES.values():
        if role.relation:
            companion.enrol(role.name, role.relation, [store.media(name) for name in role.enrol], time.time_ns() // 1_000_000)


def _all_searchable(companion: Companion) -> list[VideoInfo] | None:
    videos = companion.videos()
    return videos if videos and all(video.searchable_at for video in videos) else None


def _finished(companion: Companion) -> Memory | None:
    return next((memory for memory in companion.memories() if memory.status != MemoryStatus.PROCESSING), None)


def _until(ask: Any) -> Any:
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        if answer := ask():
            return answer
        time.sleep(0.2)
    raise DemoFailedError(f"nothing within {LIMIT_S:.0f} s")
