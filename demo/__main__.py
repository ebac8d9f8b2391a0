"""``scripts/demo``: from spoken words to a finished film, in front of your eyes."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from demo import report, script
from demo.cast import ROLES
from demo.companion import Companion
from demo.days import write_days
from demo.processes import DemoFailedError, Glasses, add_account, glasses_status, play, start_detached, start_relay
from demo.sheet import write_sheet
from demo.telling import tell
from glasses.wire.codec import decode_json
from glasses.wire.errors import SouvenirError
from glasses.wire.memory import Memory, MemoryStatus
from glasses.wire.status import DeviceStatus
from glasses.wire.video import VideoInfo
from models.store import ModelStore

ACCOUNT, PASSWORD = "wearer", "a demo needs a door too"  # it lives as long as the demo's folder
SILENT_S, LOOK_LIMIT_S, FILM_LIMIT_S = 240.0, 240.0, 600.0
"""What a machine that is slow or busy may take: between two words of the glasses, for one clip, for the film."""
MARKER = ".souvenir-demo"
"""What says that a folder is an earlier demo's, and may be cleared."""
console = Console(highlight=False)


class Demo:
    def __init__(self, out: Path) -> None:
        self.out, self.state = out, out / "state"
        self.stages: dict[str, float] = {}
        self.store = ModelStore()
        self._relay: Popen[bytes] | None = None
        self._glasses: Glasses | None = None

    def run(self) -> tuple[dict[str, Any], str]:
        """The report, and the relay's address. Raises DemoFailedError."""
        with self._stage("footage", "Drawing the day's footage: people from public-domain portraits, placed into photographs"):
            day_s = write_days(self.state, self.store, script.SHOTS)
        with self._stage("relay", "Starting the relay, with an account of its own"):
            url = self._start_relay()
        companion = Companion(url, ACCOUNT, PASSWORD)
        with self._stage("pairing", "Pairing the glasses: they show a code, the wearer's phone approves it"):
            self._pair(url, companion)
        with self._stage("enrolling", "Enrolling two people from photos: 'my wife' and 'me'"):
            self._enrol(companion)
        with self._stage(
            "day",
            _day_in_words(day_s),
        ):
            self._run_glasses("day", ["--until-over"]).wait(SILENT_S)
        with self._stage("looking", "Waiting until the relay has looked at every clip"):
            videos = self._until_searchable(companion)
        with self._stage("film", f'The wearer asks: "{script.REQUEST}"'):
            self._glasses = self._run_glasses("evening", [])
            memory = self._until_filmed(companion)
            status = self._until_glasses_know(memory)
        return self._conclude(companion, memory, videos, status), url

    def leave_up(self) -> list[int]:
        """Start the glasses anew, for good, and let go of both programs. Returns their process numbers."""
        if self._glasses is not None:
            self._glasses.stop()
        glasses = start_detached("glasses", ["--data", str(self.state / "glasses"), "run", "--hw", "sim:"], self._log())
        return [process.pid for process in (self._relay, glasses) if process is not None]

    def stop(self) -> None:
        if self._glasses is not None:
            self._glasses.stop()
        if self._relay is not None:
            self._relay.terminate()
            self._relay.wait(30)

    def _start_relay(self) -> str:
        data = self.state / "relay"
        data.mkdir(parents=True)
        add_account(data, ACCOUNT, PASSWORD)
        self._relay, url = start_relay(data, (self.out / "relay.log").open("wb"))
        return url

    def _pair(self, url: str, companion: Companion) -> None:
        def on_line(line: str) -> None:
            _show_line(line)
            if line.startswith("Code: "):
                companion.approve(line.removeprefix("Code: "))

        Glasses(self.state / "glasses", ["pair", "--relay", url], on_line, self._log()).wait(60)

    def _enrol(self, companion: Companion) -> None:
        companion.allow_faces()
        for role in ROLES.values():
            if role.relation:
                companion.enrol(role.name, role.relation, [self.store.media(name) for name in role.enrol], time.time_ns() // 1_000_000)

    def _run_glasses(self, day: str, options: list[str]) -> Glasses:
        return Glasses(self.state / "glasses", ["run", "--hw", f"sim:{self.state / day}", *options], _show_line, self._log())

    def _log(self) -> Any:
        return (self.out / "glasses.log").open("ab")

    def _until_searchable(self, companion: Companion) -> list[VideoInfo]:
        done, deadline = 0, time.monotonic() + LOOK_LIMIT_S
        with Progress(console=console, transient=True) as progress:
            bar = progress.add_task("  looked at", total=len(script.SHOTS))
            while time.monotonic() < deadline:
                videos, before = companion.videos(), done
                done = sum(video.status != "stored" for video in videos)
                deadline = deadline if done == before else time.monotonic() + LOOK_LIMIT_S
                progress.update(bar, completed=done, total=max(len(videos), 1))
                if videos and done == len(videos):
                    return videos
                time.sleep(0.5)
        raise DemoFailedError(f"the relay looked at {done} clips, and then at none for {LOOK_LIMIT_S:.0f} s")

    def _until_filmed(self, companion: Companion) -> Memory:
        deadline = time.monotonic() + FILM_LIMIT_S
        with Progress(
            SpinnerColumn(), TextColumn("  listening, reading, choosing, rendering"), TimeElapsedColumn(), console=console, transient=True
        ):
            while time.monotonic() < deadline:
                memory = next(iter(companion.memories()), None)
                if memory is not None and memory.status != MemoryStatus.PROCESSING:
                    self._keep_film(companion, memory)
                    return memory
                time.sleep(0.2)
        raise DemoFailedError(f"there was no film after {FILM_LIMIT_S:.0f} s")

    def _keep_film(self, companion: Companion, memory: Memory) -> None:
        self.stages.update({f"film.{name}": seconds for name, seconds in memory.timings_s.items()})
        if memory.status == MemoryStatus.COMPLETED:
            companion.download(memory.video_url, self.out / "film.mp4")

    def _until_glasses_know(self, memory: Memory) -> DeviceStatus:
        """The glasses hear through the feed which of their clips are in the film."""
        deadline = time.monotonic() + 30
        while True:
            status = decode_json(glasses_status(self.state / "glasses"), DeviceStatus)
            if status.counts.get("filmed", 0) >= len(memory.clips_used) or time.monotonic() > deadline:
                return status
            time.sleep(0.3)

    def _conclude(self, companion: Companion, memory: Memory, videos: list[VideoInfo], status: DeviceStatus) -> dict[str, Any]:
        film = self.out / "film.mp4"
        with self._stage("judging", "Holding the film and every clip's custody against the script"):
            result = report.judge(film, memory, videos, status, companion, self.stages)
            if film.exists():
                write_sheet(film, memory, videos, self.out / "contact-sheet.png")
        result["stages"] = {name: round(seconds, 3) for name, seconds in self.stages.items()}
        report.write(result, self.out / "report.json")
        tell(console, memory, videos, result)
        return result

    @contextmanager
    def _stage(self, name: str, sentence: str) -> Iterator[None]:
        console.print(f"[bold]{sentence}.[/]")
        began = time.monotonic()
        yield
        self.stages[name] = time.monotonic() - began
        console.print(f"  [dim]{self.stages[name]:.1f} s[/]")


def _day_in_words(day_s: int) -> str:
    offline = sum(not shot.network for shot in script.SHOTS)
    scenes = f"{len(script.SHOTS)} scenes on 2 dates in Paris, London and Beijing"
    return f"Living through {scenes} ({day_s} s of sound; no network for {offline} of them)"


def _show_line(line: str) -> None:
    console.print(f"  [cyan]glasses[/] {escape(line)}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path("demo-out"), metavar="DIR", help="where the film and the report go (default: %(default)s)"
    )
    parser.add_argument(
        "--keep-running", action="store_true",
        help="leave relay and glasses up at the end; on a terminal, go on as the wearer: what you type is what they say",
    )  # fmt: skip
    arguments = parser.parse_args()
    try:
        _empty(arguments.out)
        return _run(arguments.out, keep=arguments.keep_running)
    except (DemoFailedError, SouvenirError) as problem:
        console.print(f"[red]The demo failed:[/] {problem}", style="bold")
        if (arguments.out / "relay.log").exists():
            console.print(f"Try: look into {arguments.out}/relay.log and {arguments.out}/glasses.log; run scripts/fetch-models --check.")
        return 1


def _empty(out: Path) -> None:
    """Clear what an earlier demo left; never a folder that is something else."""
    if out.exists() and any(out.iterdir()) and not (out / MARKER).exists():
        raise DemoFailedError(f"{out} holds files that are not a demo's; name another folder with --out")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / MARKER).touch()


def _run(out: Path, *, keep: bool) -> int:
    began = time.monotonic()
    demo = Demo(out)
    with ExitStack() as stack:
        stack.callback(demo.stop)
        result, url = demo.run()
        console.print(f"\n{time.monotonic() - began:.0f} s in all.")
        _say_what_next(out, url, keep=keep)
        if keep and sys.stdin.isatty():
            play(out / "state" / "glasses")
        elif keep:
            stack.pop_all()
            _leave_up(demo, out)
    return 0 if result["ok"] else 1


def _say_what_next(out: Path, url: str, *, keep: bool) -> None:
    state, port = out / "state", url.rpartition(":")[2]
    console.print(f"\n[bold]Watch it:[/]  xdg-open {out / 'film.mp4'}   (or look at {out / 'contact-sheet.png'})")
    console.print(f"[bold]The relay:[/] {url}, account {ACCOUNT}, password {PASSWORD!r}")
    console.print("[bold]Keep playing:[/]")
    if not keep:
        console.print(f"  .venv/bin/relay serve --data {state / 'relay'} --port {port}", soft_wrap=True)
        console.print(f"  .venv/bin/glasses --data {state / 'glasses'} run --hw sim:      (type what the wearer says)", soft_wrap=True)
    console.print(f"  .venv/bin/glasses --data {state / 'glasses'} status", soft_wrap=True)


def _leave_up(demo: Demo, out: Path) -> None:
    numbers = demo.leave_up()
    console.print(f"\nThe relay and the glasses stay up. To end them: kill {' '.join(map(str, numbers))}   (logs: {out})")


if __name__ == "__main__":
    sys.exit(main())
