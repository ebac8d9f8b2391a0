"""How well the glasses hear: wake phrases, commands and requests in noise, silence about everything else, and what listening costs."""

from __future__ import annotations

import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from bench import voice_corpus as corpus
from bench import voice_hearing as hearing
from bench import voice_noise as noise
from bench import voice_peer as peer
from bench.voice_figures import figures
from bench.voice_labels import Label, read_labels
from bench.voice_names import names_of
from bench.voice_speakers import warn_of_absent

NAME = "voice"
HELP = "wake phrases, commands and requests in noise; false alarms; what listening costs; openWakeWord beside it"
MICROPHONE_HZ = 48_000
LOAD_S = 120.0
BARS = {
    "wake_miss": {"clean": 0.02, "20": 0.02, "10": 0.05},
    "intent_accuracy": {"clean": 0.97, "10": 0.90},
    "wrong_intents": 0,
    "false_commands": 0,
    "slot_accuracy": 0.95,
    "cpu_silence": 0.03,
    "cpu_speech": 0.30,
    "action_p95_s": 0.8,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--corpus", type=Path, metavar="DIR", help="WAVs with labels.jsonl and names.json (default: made from synthetic voices)"
    )
    parser.add_argument("--hours", type=float, default=3.0, metavar="H", help="of other speech in the made corpus (default: %(default)s)")
    parser.add_argument("--each", type=int, default=95, metavar="N", help="commands, and requests, per condition (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the made corpus (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="listen with so many at once (default: %(default)s)")
    parser.add_argument("--details", type=Path, metavar="FILE", help="write what was made of each file, as JSON lines")
    parser.add_argument("--only", choices=["said", "other", "load"], help="a part of the figures only")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    if not arguments.corpus:
        warn_of_absent()
    folder = arguments.corpus or corpus.make(cache() / "corpus", arguments.each, arguments.hours, arguments.seed)
    labels = read_labels(folder) + ([] if arguments.corpus else corpus.people())
    names = corpus.read_names(folder) or names_of(labels)
    result: dict[str, Any] = {"corpus": "given" if arguments.corpus else folder.name}
    if arguments.only != "load":
        chosen = [label for label in labels if arguments.only is None or (label.intent is not None) == (arguments.only == "said")]
        outcomes = _listen(folder, chosen, names, arguments.processes)
        if arguments.details:
            arguments.details.write_text("".join(json.dumps(_detail(outcome)) + "\n" for outcome in outcomes))
        result |= figures(outcomes, names)
    if arguments.only in (None, "load"):
        result |= _load(folder, labels, names)
    return result


def table(result: dict[str, Any]) -> Any:
    from rich.table import Table

    shown = Table(title=f"Voice ({result['corpus']})", title_justify="left")
    for heading in ("", "found", "bar"):
        shown.add_column(heading)
    for key, value in result.items():
        if isinstance(value, dict):
            for inner, figure in value.items():
                bar = BARS.get(key)
                shown.add_row(f"{key} {inner}", _figure(figure), _figure(bar.get(inner, "") if isinstance(bar, dict) else ""))
        elif key != "corpus":
            shown.add_row(key, _figure(value), _figure(BARS.get(key, "")))
    return shown


def cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "souvenir" / "voice-bench"


def _listen(folder: Path, labels: list[Label], names: corpus.Names, processes: int) -> list[hearing.Outcome]:
    from rich.console import Console
    from rich.progress import Progress

    context = get_context("spawn")
    shares = [labels[start::processes] for start in range(processes)]
    bar = Progress(console=Console(stderr=True), transient=True)
    with context.Manager() as manager, bar, ProcessPoolExecutor(processes, mp_context=context) as pool:
        heard = manager.Queue()
        under_way = [pool.submit(hearing.judge_files, folder, share, names, heard.put) for share in shares]
        task = bar.add_task("listening", total=sum(_length(label) for label in labels))
        while wait(under_way, timeout=1.0).not_done:
            while not heard.empty():
                bar.advance(task, _length(heard.get()))
        return [outcome for share in under_way for outcome in share.result()]


def _length(label: Label) -> float:
    """About how long it takes, against a sentence: hours of talk are in files of two minutes."""
    return 1.0 if label.intent is not None or label.near else 10.0


def _load(folder: Path, labels: list[Label], names: corpus.Names) -> dict[str, Any]:
    """In processes of their own, with sound as the microphone gives it; the peer on the same sound."""
    talk = [label for label in labels if label.intent is None] or labels
    speech = hearing.microphone_sound(folder, talk, LOAD_S, MICROPHONE_HZ)
    silence = noise.quiet(round(LOAD_S * MICROPHONE_HZ), np.random.default_rng(4)).astype(np.int16)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        still, loud = (pool.submit(hearing.measure_load, sound, names, MICROPHONE_HZ).result() for sound in (silence, speech))
        models = peer.fetch(cache() / "openwakeword")
        beside = (
            pool.submit(peer.measure, models, hearing.microphone_sound(folder, talk, LOAD_S / 4, hearing.RATE_HZ)).result()
            if models
            else None
        )
    return {
        "cpu_silence": still.cpu_share, "cpu_speech": loud.cpu_share, "rss_mb": loud.rss_mb,
        "openwakeword": beside or {"cpu": None, "why": "npm could not fetch the package"},
    }  # fmt: skip


def _detail(outcome: hearing.Outcome) -> dict[str, Any]:
    return {
        **{name: getattr(outcome.label, name) for name in ("file", "intent", "slots", "snr_db", "noise", "unlisted")},
        **{name: getattr(outcome, name) for name in ("woken", "intents", "request", "unsure", "latency_s")},
    }


def _figure(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
