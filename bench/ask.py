"""How well requests are understood and answered: questions about a library, through the real understanding, index and ranking."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any

import msgspec

from bench.ask_import import USER, Imported, LibraryMalformedError, imported
from bench.ask_life import library as made_library
from bench.ask_questions import Asker
from bench.ask_strangers import STRANGERS
from bench.ask_terms import dropped, people_meant
from bench.ask_wishes import asked_of
from bench.ask_worlds import WORLDS
from glasses.wire.memory import Plan, TermKind
from relay.ask.result import SearchResult
from relay.ask.understand import understand

NAME = "ask"
HELP = "questions about a library (a made-up one, or --library DIR): precision, recall, terms dropped, wrong people"
CLIPS = 2400
QUESTIONS = 150
_DEPTH = 50
BARS = {"p_at_10": 0.9, "terms_dropped": 0, "wrong_people": 0}


@dataclass(frozen=True)
class Answer:
    """One question, how it was read, and the figures of its answer."""

    asked: dict[str, Any]
    plan: Plan
    found: list[str]
    precision: float
    ndcg: float
    recall: float
    dropped: list[dict[str, Any]]
    wrong: list[str]
    problem: str
    understand_ms: float
    """CPU time of reading it again: caches are warm."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--library", type=Path, metavar="DIR", help="library.json and queries.json (default: a made-up library)")
    parser.add_argument(
        "--world", choices=sorted([*WORLDS, *STRANGERS]), default="london", help="which life is made up (default: %(default)s)"
    )
    parser.add_argument(
        "--part",
        choices=["dev", "test", "all"],
        default="test",
        help="of the made-up questions; rules are tuned on dev only (default: %(default)s)",
    )
    parser.add_argument("--write", type=Path, metavar="DIR", help="write the made-up library.json and queries.json there too")
    parser.add_argument("--details", action="store_true", help="show every question whose answer is not perfect, and how it was read")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    library, questions = _given(arguments.library) if arguments.library else made(arguments.world, arguments.part)
    if arguments.write:
        arguments.write.mkdir(parents=True, exist_ok=True)
        for name, content in (("library", library), ("queries", questions)):
            (arguments.write / f"{name}.json").write_text(json.dumps(content, indent=1, ensure_ascii=False))
    answers = answer(library, questions)
    result = figures(answers) | {
        "library": str(arguments.library) if arguments.library else f"{arguments.world}, {arguments.part}", "clips": len(library["videos"]),
    }  # fmt: skip
    if arguments.details:
        result["details"] = [_detail(each) for each in answers if each.precision < 1 or each.dropped or each.wrong]
    return result


def made(world: str, part: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A made-up library with its questions: every other one is for working with ("dev"), the rest for reporting ("test")."""
    if world in STRANGERS:
        library, questions = asked_of(STRANGERS[world], CLIPS)
        return library, {"dev": questions[::2], "test": questions[1::2], "all": questions}[part]
    library = made_library(WORLDS[world], CLIPS)
    questions = Asker(WORLDS[world], library).questions(2 * QUESTIONS, WORLDS[world].seed + 1)
    chosen = {"dev": questions[::2], "test": questions[1::2], "all": questions}[part]
    return library, chosen


def answer(library: dict[str, Any], questions: list[dict[str, Any]]) -> list[Answer]:
    """Asks every question; progress goes to the terminal."""
    from rich.progress import track

    with tempfile.TemporaryDirectory() as folder:
        asking = imported(library, Path(folder))
        answers = []
        for asked in track(questions, "asking", transient=True):
            plan = understand(str(asked["query"]), asking.context)
            begun_s = time.thread_time()
            understand(str(asked["query"]), asking.context)
            understand_ms = (time.thread_time() - begun_s) * 1000
            result = asking.searcher.search(USER, plan, limit=_DEPTH)
            answers.append(_judged(asked, result, library, understand_ms, asking))
        asking.index.close()
    return answers


def figures(answers: list[Answer]) -> dict[str, Any]:
    """Means over the questions; a question with fewer than ten relevant clips counts by R-precision."""
    count = len(answers) or 1
    times = sorted(each.understand_ms for each in answers) or [0.0]
    return {
        "queries": len(answers),
        "p_at_10": round(sum(each.precision for each in answers) / count, 4),
        "ndcg_10": round(sum(each.ndcg for each in answers) / count, 4),
        "recall_50": round(sum(each.recall for each in answers) / count, 4),
        "terms_dropped": sum(len(each.dropped) for each in answers),
        "wrong_people": sum(len(each.wrong) for each in answers),
        "no_answer": sum(not each.found for each in answers),
        "understand_p50_ms": round(times[len(times) // 2], 2),
        "understand_p99_ms": round(times[min(len(times) - 1, int(len(times) * 0.99))], 2),
    }


def table(result: dict[str, Any]) -> Any:
    from rich.table import Table

    shown = Table(title=f"ask: {result['queries']} questions about {result['clips']} clips ({result['library']})")
    for heading in ("figure", "measured", "bar"):
        shown.add_column(heading)
    for key, value in result.items():
        if key not in {"library", "clips", "queries", "details"}:
            sign = ">=" if key == "p_at_10" else "="
            shown.add_row(key, str(value), f"{sign} {BARS[key]}" if key in BARS else "")
    for detail in result.get("details", []):
        shown.add_row(f"P {detail['precision']:.2f} ({detail['relevant']} relevant)", _reading(detail), detail["query"])
    return shown


def _given(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    try:
        library = msgspec.json.decode((folder / "library.json").read_bytes(), type=dict[str, Any])
        questions = msgspec.json.decode((folder / "queries.json").read_bytes(), type=list[dict[str, Any]])
    except msgspec.DecodeError as error:
        raise LibraryMalformedError(f"{folder}: {error}") from error
    return library, questions


def _judged(asked: dict[str, Any], result: SearchResult, library: dict[str, Any], understand_ms: float, asking: Imported) -> Answer:
    relevant = {str(one) for one in asked["relevant"]}
    found = [hit.video_id for hit in result.hits]
    depth = min(10, len(relevant)) or 1
    gains = [1 / log2(rank + 2) for rank, video in enumerate(found[:10]) if video in relevant]
    ideal = sum(1 / log2(rank + 2) for rank in range(depth))
    return Answer(
        asked=asked, plan=result.plan, found=found,
        precision=len(relevant & set(found[:depth])) / depth if relevant else float(not found),
        ndcg=sum(gains) / ideal if relevant else float(not found),
        recall=len(relevant & set(found[:_DEPTH])) / (min(_DEPTH, len(relevant)) or 1) if relevant else float(not found),
        dropped=dropped(list(asked.get("terms") or []), result.plan, library, _ids_of(asking)), wrong=_wrong(asked, result, library),
        problem=result.problem.detail if result.problem else "", understand_ms=understand_ms,
    )  # fmt: skip


def _ids_of(asking: Imported) -> Callable[[str], set[str]]:
    return lambda name: {match.ids[0] for match in asking.context.gazetteer.named(name) if match.ids}


def _wrong(asked: dict[str, Any], result: SearchResult, library: dict[str, Any]) -> list[str]:
    """Of the first ten shown: clips in which somebody who was asked for is nowhere, or whose best moment has somebody who must be absent.

    Of a value that several people answer to ("kid"), and of those whom the query names by one word ("our kids"), one is enough. A clip
    that the library calls relevant is never wrong.
    """
    terms = list(asked.get("terms") or [])
    groups = [set(term.ids) for term in result.plan.terms if term.kind is TermKind.PERSON and term.source == "group"]
    named = [people_meant(term["value"], library) for term in terms if term.get("kind") == "person"]
    wanted = [next((group for group in groups if ids and ids <= group), ids) for ids in named]
    absent = [people_meant(term["value"], library) for term in terms if term.get("kind") == "without"]
    videos = {str(video["id"]): video for video in library["videos"]}
    relevant = {str(one) for one in asked["relevant"]}
    wrong = []
    for hit in result.hits[:10]:
        if hit.video_id in relevant:
            continue
        moments = videos[hit.video_id].get("moments") or []
        there = {str(one) for moment in moments for one in moment.get("people") or []}
        best = hit.moments[0].start_s if hit.moments else 0.0
        shown = {str(one) for moment in moments if float(moment.get("start_s") or 0) == best for one in moment.get("people") or []}
        if any(ids and not ids & there for ids in wanted) or any(ids & shown for ids in absent):
            wrong.append(hit.video_id)
    return wrong


def _detail(each: Answer) -> dict[str, Any]:
    terms = [
        f"{term.kind}{'' if term.resolved else '?'} {term.value} {term.ids[:4] or [term.start_at, term.end_at]}" for term in each.plan.terms
    ]
    return {
        "query": each.asked["query"], "precision": each.precision, "recall": each.recall, "relevant": len(each.asked["relevant"]),
        "found": len(each.found), "terms": terms, "leftover": each.plan.leftover, "expected": each.asked.get("terms"),
        "dropped": each.dropped, "wrong": each.wrong, "problem": each.problem,
    }  # fmt: skip


def _reading(detail: dict[str, Any]) -> str:
    parts = ["; ".join(detail["terms"])]
    parts += [f"left: {' '.join(detail['leftover'])}"] if detail["leftover"] else []
    parts += [f"dropped: {detail['dropped']}"] if detail["dropped"] else []
    parts += [f"wrong people in: {detail['wrong']}"] if detail["wrong"] else []
    parts += [detail["problem"]] if detail["problem"] else []
    return "\n".join(parts)
