"""The process that runs the models: ``python -m glasses.tag.worker MODELS_ROOT``. Ends when its input does."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, Protocol

from glasses.malloc import give_back_freed_memory
from glasses.tag.protocol import Answer, Job, framed, read_frame
from glasses.wire.codec import decode_msgpack, encode_msgpack
from glasses.wire.errors import SouvenirError
from glasses.wire.segment import Segment
from glasses.wire.tag import Tags

NICENESS = 10
"""Recording and hearing come first."""


class Looker(Protocol):
    def tags(self, path: Path, segment: Segment) -> Tags:
        """Raises SouvenirError for what cannot be looked at."""
        ...


def main() -> None:
    os.nice(NICENESS)
    give_back_freed_memory()
    from glasses.tag.detectors import Detectors
    from models.store import ModelStore

    with _answers() as answers:
        serve(Detectors(ModelStore(Path(sys.argv[1]))), sys.stdin.buffer, answers)


def serve(looker: Looker, jobs: IO[bytes], answers: IO[bytes]) -> None:
    """Answer each job, until there are no more."""
    while (message := read_frame(jobs)) is not None:
        answers.write(framed(encode_msgpack(_answer(looker, decode_msgpack(message, Job)))))
        answers.flush()


def _answer(looker: Looker, job: Job) -> Answer:
    if job.segment is None:
        return Answer(code="wire.malformed", detail="a job without its segment")
    try:
        return Answer(tags=looker.tags(Path(job.path), job.segment))
    except SouvenirError as problem:
        return Answer(code=problem.code, detail=problem.detail)


def _answers() -> IO[bytes]:
    """The standard output for answers alone: what libraries print goes to standard error."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "wb")


if __name__ == "__main__":
    main()
