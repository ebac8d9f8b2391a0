"""What the glasses ask of a small board: memory, processor, start and frames, of the real program on simulated hardware."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench._processes import Sampler, cpu_s
from demo.companion import Companion
from demo.days import write_wav
from demo.processes import DemoFailedError, Glasses, add_account, glasses_status, start_relay
from glasses.hw.sim.voice import Voice
from glasses.spool.media import PROXY
from models.store import ModelStore

NAME = "device"
HELP = "memory (PSS), processor time, start and dropped frames of the glasses, the program as it is"
BARS = {
    "pss_mb_listening": "<= 250", "pss_mb_all": "<= 500", "start_to_listening_s": "< 3", "cpu_idle": "", "cpu_recording_1080p30": "",
    "dropped_frames": "0",
}  # fmt: skip
RECORD, STOP, ASK = (
    "okay glasses, record a video",
    "okay glasses, stop recording",
    "okay glasses, create a memory video of my dog in the park",
)
CYCLE_S = 60
CYCLE = ((0.3, RECORD), (20.0, ASK), (27.0, STOP), (30.5, RECORD), (57.0, STOP))
"""Each minute two videos, one with a request dictated in it; while the next is recorded, the one before is tagged and sent."""
AT = "2025-06-14T10:00:00+02:00"
START_S = 60.0
LISTEN_S = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--minutes", type=float, default=10.0, metavar="N", help="of simulated recording (default: %(default)s)")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        listening = _listen(Path(folder) / "listening", stack)
        recording = _record_at_pace(Path(folder) / "pace", stack)
        everything = _do_everything(Path(folder) / "all", arguments.minutes, stack)
    return {**listening, **recording, **everything, "cores": os.cpu_count()}


def table(result: dict[str, Any]) -> Any:
    from rich.table import Table

    shown = Table(title="The device", title_justify="left")
    for heading in ("What", "Measured", "Bar"):
        shown.add_column(heading)
    for name, value in result.items():
        shown.add_row(name, str(value), BARS.get(name, ""))
    return shown


def _listen(folder: Path, stack: ExitStack) -> dict[str, Any]:
    """Silence in real time: from the start of the process to listening, then what listening costs."""
    _write_day(folder / "day", LISTEN_S * 4, [], speed=1.0)
    began = time.monotonic()
    glasses, seen = _start(folder, stack)
    _until(lambda: "[Ready]" in "".join(seen), "the glasses listen")
    start_s = time.monotonic() - began
    time.sleep(2.0)  # the first chunks of sound touch what listening needs
    before, at = cpu_s(glasses.pid), time.monotonic()
    with Sampler(glasses.pid) as sampler:
        time.sleep(LISTEN_S)
    used = (cpu_s(glasses.pid) - before) / (time.monotonic() - at)
    glasses.stop()
    return {"start_to_listening_s": round(start_s, 2), "pss_mb_listening": round(sampler.peak_mb, 1), "cpu_idle": round(used, 4)}


def _record_at_pace(folder: Path, stack: ExitStack) -> dict[str, Any]:
    """1920x1080 at 30 frames a second by the software encoder, with the drawing of the simulated scene in it.

    Processor time for each second of video: on a machine that is busy with other things the simulated day passes more slowly.
    """
    _write_day(folder / "day", LISTEN_S * 4, [(0.3, RECORD)], speed=1.0)
    glasses, seen = _start(folder, stack)
    _until(lambda: "[Recording]" in "".join(seen), "a recording begins")
    before = cpu_s(glasses.pid)
    time.sleep(LISTEN_S)
    used_s = cpu_s(glasses.pid) - before
    glasses.stop()
    recorded_s = sum(frames for frames, _ in _clips(folder)) / 30
    return {
        "cpu_recording_1080p30": round(used_s / recorded_s, 3), "cpu_of_it_drawing_the_scene": round(_drawing_cpu(), 3),
        "cpu_recording_measured_over_s": round(recorded_s, 1),
    }  # fmt: skip


def _drawing_cpu(frames: int = 60) -> float:
    """What the simulated scene costs, which no camera does: processor time for each second of it."""
    from glasses.hw.sim.day import Day, Scene
    from glasses.hw.sim.picture import Painter
    from glasses.hw.sim.world import World

    painter = Painter(World(Day(scenes=[Scene(at=AT, duration_s=60)])))
    painter.paint(0.0, 1920, 1080)
    before = time.process_time()
    for number in range(frames):
        painter.paint(number / 30, 1920, 1080)
    return (time.process_time() - before) * 30 / frames


def _do_everything(folder: Path, minutes: float, stack: ExitStack) -> dict[str, Any]:
    """Recording, tagging, uploading and dictating at once, as fast as the machine goes and never faster than the camera."""
    length_s = minutes * 60
    said = [(at + after_s, text) for at in range(0, round(length_s), CYCLE_S) for after_s, text in CYCLE]
    picture = ModelStore().media("china")
    _write_day(folder / "day", length_s + 4, said, speed=20.0, picture=picture)
    url = _relay(folder, stack)
    _pair(folder, url, stack)
    glasses, seen = _start(folder, stack, "--until-over")
    with Sampler(glasses.pid) as sampler:
        began = time.monotonic()
        glasses.wait(600.0)
        took_s = time.monotonic() - began
    clips = _clips(folder)
    return {
        "pss_mb_all": round(sampler.peak_mb, 1), "pss_mb_by_process": sampler.at_peak, "dropped_frames": sum(clip[1] for clip in clips),
        "frames": sum(clip[0] for clip in clips), "clips": len(clips), "recorded_s": round(sum(clip[0] for clip in clips) / 30, 1),
        "took_s": round(took_s, 1), "asked": "".join(seen).count("[Asked]"), "tagged": "".join(seen).count("[Seen]"),
    }  # fmt: skip


def _write_day(folder: Path, length_s: float, said: list[tuple[float, str]], *, speed: float, picture: Path | None = None) -> None:
    folder.mkdir(parents=True)
    voice = Voice(words_per_minute=150)
    write_wav(folder / "sound.wav", length_s, [(at_s, voice.speak(text)) for at_s, text in said])
    seen = f'picture = "{picture}"\nend = {{ width = 0.8, x = 0.55 }}\n' if picture else ""
    scene = f'[[scenes]]\nat = "{AT}"\nduration_s = {length_s}\nsound = "sound.wav"\nlat = 48.8584\nlon = 2.2945\n{seen}'
    (folder / "day.toml").write_text(f"speed = {speed}\n\n{scene}")


def _start(folder: Path, stack: ExitStack, *options: str) -> tuple[Glasses, list[str]]:
    seen: list[str] = []
    log = stack.enter_context((folder / "log").open("ab"))
    config = folder / "glasses.toml"
    config.write_text("[recording]\nlongest_s = 600\n")
    glasses = Glasses(folder / "glasses", ["--config", str(config), "run", "--hw", f"sim:{folder / 'day'}", *options], seen.append, log)
    stack.callback(glasses.stop)
    return glasses, seen


def _relay(folder: Path, stack: ExitStack) -> str:
    data = folder / "relay"
    data.mkdir()
    log = stack.enter_context((folder / "relay.log").open("ab"))
    add_account(data, "bench", "a bench needs a door")
    relay, url = start_relay(data, log)
    stack.callback(relay.wait)
    stack.callback(relay.terminate)
    return url


def _pair(folder: Path, url: str, stack: ExitStack) -> None:
    companion = Companion(url, "bench", "a bench needs a door")
    stack.callback(companion.close)

    def approve(line: str) -> None:
        if line.startswith("Code: "):
            companion.approve(line.removeprefix("Code: "))

    log = stack.enter_context((folder / "pair.log").open("ab"))
    Glasses(folder / "glasses", ["pair", "--relay", url], approve, log).wait(60)


def _clips(folder: Path) -> list[tuple[int, int]]:
    """Of each video: how many frames it has, and how many are missing between its first and its last."""
    import av

    found = []
    for path in sorted((folder / "glasses" / "media").glob("*.mp4")):
        if path.name.endswith(PROXY):
            continue
        with av.open(str(path)) as clip:
            times = sorted(round(float(packet.pts * packet.time_base) * 30) for packet in clip.demux(video=0) if packet.pts is not None)
        found.append((len(times), times[-1] - times[0] + 1 - len(times)))
    if not found:
        raise DemoFailedError(f"nothing was recorded: {glasses_status(folder / 'glasses').decode()}")
    return found


def _until(true: Any, what: str) -> None:
    deadline = time.monotonic() + START_S
    while not true():
        if time.monotonic() > deadline:
            raise DemoFailedError(f"in vain for {START_S:.0f} s: {what}")
        time.sleep(0.01)
