"""Writes docs/kill-points.md from a run of the sweep. ``scripts/kill-table`` starts it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import track

from glasses import faults

from .sweep import POWER_LOST_AT, ROOT, Outcome, Sweep

TARGET = ROOT / "docs" / "kill-points.md"
HEAD = """\
# Where the glasses may die

Written by `scripts/kill-table` from a run; do not edit by hand. Each line is one real SIGKILL: a device process (simulated camera and
microphone, real encoder, files, SQLite and HTTP, a real relay) is killed the moment it passes the point, started again, records one more
clip, and sends what waits. *Survived* is what the relay had of the time before the kill, after that start. A line counts as held when

- every fragment of a second that had been fsynced is in the clip, the clip plays, and its bytes have the same sha256 on both sides;
- a photo and a spoken request that had become durable are there, once;
- the relay has exactly the clips that the glasses list, each once, in sequence 1, 2, 3 ... without gaps and in the order of capture;
- no file is left over on the glasses, and none is gone that the relay has not confirmed.

Start one by hand: `SOUVENIR_FAULT="kill tus.sent 2" glasses run --hw sim:`.

"""

POWER = """
## Power loss

The same, and worse: before the process is killed, every file goes back to the bytes that had been fsynced, and every folder to the
names that it had when it was last fsynced. (SQLite's files are left to SQLite: WAL with synchronous=FULL.)

"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/kill-table", description=__doc__)
    parser.add_argument("points", nargs="*", metavar="POINT", help="only these, printed instead of written (default: all)")
    chosen = parser.parse_args().points
    with Sweep() as sweep:
        console = Console(stderr=True)
        killed = sweep.begin(chosen or faults.POINTS)
        lost = sweep.begin([] if chosen else POWER_LOST_AT, "power")
        outcomes = [coming.result() for coming in track(killed.values(), "Killing", console=console)]
        dark = [coming.result() for coming in track(lost.values(), "Losing power", console=console)]
    text = table(outcomes) + ("" if chosen else POWER + table(dark))
    if chosen:
        sys.stdout.write(text)
    else:
        TARGET.write_text(HEAD + text)
    return 1 if any(outcome.wrong for outcome in [*outcomes, *dark]) else 0


def table(outcomes: list[Outcome]) -> str:
    held = sum(not outcome.wrong for outcome in outcomes)
    lines = [
        f"{held} of {len(outcomes)} points hold.",
        "",
        "| point | what is true there | killed while | survived | held |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(row(outcome) for outcome in outcomes)]) + "\n"


def row(outcome: Outcome) -> str:
    verdict = "yes" if not outcome.wrong else "NO: " + "; ".join(outcome.wrong)
    return f"| {outcome.point} | {faults.POINTS[outcome.point]} | {outcome.killed_while} | {outcome.survived} | {verdict} |"


def written(path: Path = TARGET) -> list[str]:
    """The points that the document lists."""
    rows = [line.split("|")[1].strip() for line in path.read_text().splitlines() if line.startswith("| ")]
    return [name for name in rows if name != "point"]


if __name__ == "__main__":
    sys.exit(main())
