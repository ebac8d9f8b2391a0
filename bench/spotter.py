"""Teaches the spotter (models/spotter.npz): speaks lessons with synthetic voices, trains on them, and proves it on voices left out.

Lessons are kept as they are made: a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from bench.spotter_lessons import Job, Lessons, background, gather
from bench.spotter_speakers import guests, is_examiner, teachers
from bench.spotter_training import train
from bench.voice import cache
from bench.voice_speakers import Speaker, warn_of_absent
from models.spotter import EMBEDDED, FEATURES, LABELS, Head, Weights
from models.store import ModelStore

LINES, TAKES = 30, 2


class Round(NamedTuple):
    """Each speaker speaks once in it."""

    kind: str
    """Of ``spotter_script.KINDS``."""
    seeded: int
    """After the run's seed."""
    most_lines: int = LINES
    speakers: Callable[[], list[Speaker]] = teachers


ROUNDS = (
    Round("lines", 0), Round("pairs", 1), Round("confusions", 10, 16), Round("greetings", 11, 24), Round("greetings", 12, 24, guests),
)  # fmt: skip


class Schooling(NamedTuple):
    """How a member of the head is taught."""

    rounds: int
    """It hears so many of ROUNDS."""
    seed: int
    known: int
    """So many features: the embedding alone is coarser."""
    width: int
    epochs: int


MEMBERS = tuple(
    Schooling(rounds, seed, known, width, epochs)
    for rounds in (5, 4)
    for seed, known, width, epochs in ((1, FEATURES, 64, 14), (2, FEATURES, 96, 16), (3, EMBEDDED, 64, 14), (4, FEATURES, 80, 15))
)
"""Half of them have heard the guests: each half is surer of other sounds, and together they err less than either."""
BANDS_DB = ((0.0, 7.0), (7.0, 14.0), (14.0, 26.0), (26.0, np.inf))


def main(given: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(given)
    folder = cache() / f"lessons-{arguments.seed}-{arguments.lines}"
    jobs = _gathered(folder, arguments)
    left_out = [job for job in jobs if arguments.prove and is_examiner(job.speaker)]
    members: list[Weights] = []
    for rounds, same in groupby(MEMBERS, key=lambda member: member.rounds):
        heard = {arguments.seed + each.seeded for each in ROUNDS[:rounds]}
        lessons = Lessons.read([folder / job.file for job in jobs if job.seed in heard and job not in left_out])
        members += [_taught(lessons, member, arguments.epochs) for member in same]
    found: dict[str, Any] = {"speakers": len({job.speaker for job in jobs}), "lessons": len(jobs) - len(left_out)}
    if left_out:
        found["exam"] = examined(Head(members), Lessons.read([folder / job.file for job in left_out]))
    print(json.dumps(found, indent=1))
    if arguments.out:
        _write(arguments.out, members)
    return 0


def _taught(lessons: Lessons, member: Schooling, epochs: int | None) -> Weights:
    features = np.ascontiguousarray(lessons.features[:, :, : member.known])
    return dict(train(features, lessons.labels, epochs or member.epochs, member.seed, member.width))


def _write(path: Path, members: list[Weights]) -> None:
    halved = {f"{number}.{name}": array.astype(np.float16) for number, weights in enumerate(members) for name, array in weights.items()}
    np.savez_compressed(path, **cast("dict[str, Any]", halved))


def examined(head: Head, exam: Lessons) -> dict[str, Any]:
    """For the wake phrase at each band of ratios, and for each command: shares missed where it is, and found where it is not."""
    scores = np.stack([head.scores(piece.astype(np.float32)).max(axis=0) for piece in exam.features])
    ratios_db = np.minimum(exam.ratios_db, 1e6)
    at_ratio = {f"{low:g} to {high:g} dB": (ratios_db >= low) & (ratios_db < high) for low, high in BANDS_DB}
    wake = {band: _wrong(scores[these, 0], exam.labels[these, 0]) for band, these in at_ratio.items()}
    return {LABELS[0]: wake} | {label: _wrong(scores[:, at], exam.labels[:, at]) for at, label in enumerate(LABELS) if at}


def _wrong(scores: npt.NDArray[np.float32], said: npt.NDArray[np.bool_]) -> dict[str, float]:
    return {
        "pieces": len(said),
        "missed": round(float(np.mean(scores[said] <= 0)), 4),
        "false": round(float(np.mean(scores[~said] > 0)), 4),
        "missed_at_1_percent_false": round(float(np.mean(scores[said] <= np.percentile(scores[~said], 99))), 4),
    }


def _gathered(folder: Path, arguments: argparse.Namespace) -> list[Job]:
    models, seed, lines = ModelStore().path("spotter"), arguments.seed, arguments.lines
    warn_of_absent()
    babble = background(teachers()[: arguments.speakers : 2], seed, folder / "background.npy", arguments.processes)
    jobs = [
        Job(models, speaker, number, min(lines, each.most_lines), TAKES, seed + each.seeded, each.kind, babble)
        for each in ROUNDS
        for number, speaker in enumerate(each.speakers()[: arguments.speakers])
    ]
    mixed = random.Random(len(jobs)).sample(jobs, len(jobs))  # noqa: S311  # so that slow speakers do not come at once
    gather(mixed, folder, arguments.processes)
    return jobs


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="train-spotter", description=__doc__)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the weights there (shipped: models/spotter.npz; default: nowhere)")
    parser.add_argument("--speakers", type=int, metavar="N", help="no more than so many, to try it (default: all)")
    parser.add_argument("--seed", type=int, default=21, metavar="N", help="of lines and noises (default: %(default)s)")
    parser.add_argument("--lines", type=int, default=LINES, metavar="N", help="that each voice speaks (default: %(default)s)")
    parser.add_argument("--epochs", type=int, metavar="N", help="times that everything is heard, to try it (default: each member's own)")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="speak with so many at once (default: %(default)s)")
    parser.add_argument("--prove", action="store_true", help="leave some voices and accents out, and examine with those")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
