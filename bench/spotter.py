"""Teaches the spotter (models/spotter.npz): speaks lessons with synthetic voices, trains on them, and examines with other voices."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.spotter_lessons import Job, gather
from bench.spotter_speakers import EXAMINERS, teachers
from bench.spotter_training import train
from bench.voice import cache
from bench.voice_speakers import Speaker
from models.manifest import HERE
from models.spotter import LABELS, Head
from models.store import ModelStore

LINES, TAKES, EXAM_LINES = 24, 2, 40
ROUNDS = (False, False, True)
"""Each voice speaks so often, other lines each time; in the last round pairs that differ by one sound."""
Lessons = tuple[npt.NDArray[np.float16], npt.NDArray[np.bool_]]


def main(given: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(given)
    folder = cache() / f"lessons-{arguments.seed}-{arguments.lines}"
    rounds = [_jobs(teachers(), arguments.seed + number, arguments.lines, pairs) for number, pairs in enumerate(ROUNDS)]
    lessons = _lessons([job for jobs in rounds for job in jobs], folder / "lessons", arguments.processes)
    exam = _lessons(_jobs(list(EXAMINERS), arguments.seed + 88, EXAM_LINES, pairs=False), folder / "exam", arguments.processes)
    weights = train(*lessons, arguments.epochs, arguments.seed)
    print(json.dumps({"pieces": len(lessons[1]), "wrong_of_exam": examined(weights, exam)}, indent=1))
    halved: dict[str, Any] = {name: array.astype(np.float16) for name, array in weights.items()}
    np.savez_compressed(arguments.out, **halved)
    return 0


def examined(weights: dict[str, npt.NDArray[np.float32]], exam: Lessons) -> dict[str, Any]:
    """For each label: shares missed where it is, and found where it is not, by pieces at 0 to 26 dB."""
    head = Head(dict(weights))
    found = np.stack([head.scores(piece.astype(np.float32)).max(axis=0) for piece in exam[0]]) > 0
    return {
        label: {
            "missed": round(float(np.mean(~found[exam[1][:, at], at])), 4),
            "false": round(float(np.mean(found[~exam[1][:, at], at])), 4),
        }
        for at, label in enumerate(LABELS)
    }


def _jobs(who: list[Speaker], seed: int, lines: int, pairs: bool) -> list[Job]:
    return [Job(ModelStore().path("spotter"), speaker, number, lines, TAKES, seed, pairs) for number, speaker in enumerate(who)]


def _lessons(jobs: list[Job], folder: Path, processes: int) -> Lessons:
    shuffled = random.Random(len(jobs)).sample(jobs, len(jobs))  # noqa: S311  # so that slow speakers do not come at once
    gather(shuffled, folder, processes)
    read = [np.load(folder / job.file) for job in jobs]
    return np.concatenate([each["features"] for each in read]), np.concatenate([each["labels"] for each in read])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="train-spotter", description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "spotter.npz", metavar="FILE", help="the weights (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=11, metavar="N", help="of lines, noises and beginnings (default: %(default)s)")
    parser.add_argument("--lines", type=int, default=LINES, metavar="N", help="that each voice speaks (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=24, metavar="N", help="times that everything is heard (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="speak with so many at once (default: %(default)s)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
