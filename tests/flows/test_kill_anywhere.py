"""SIGKILL at every point between two promises, and a start after it: nothing is lost, nothing is twice, the order is kept."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from glasses import faults

from .kill_table import written
from .sweep import POWER_LOST_AT, ROOT, Outcome, Sweep

pytestmark = pytest.mark.timeout(300)
PRODUCTION = sorted((ROOT / "glasses").rglob("*.py"))


@pytest.fixture(scope="module")
def sweep() -> Iterator[Sweep]:
    with Sweep() as running:
        yield running


@pytest.fixture(scope="module")
def outcomes(sweep: Sweep, request: pytest.FixtureRequest) -> dict[str, Future[Outcome]]:
    """Of the points that this run of pytest asks for, struck two at a time."""
    coming: dict[str, Future[Outcome]] = {}
    for item in request.session.items:  # in the order in which they will be waited for
        asked = item.callspec.params if hasattr(item, "callspec") else {}
        if asked.get("point") in faults.POINTS:
            coming |= sweep.begin([asked["point"]])
        elif "lost_at" in asked:
            coming[f"power {asked['lost_at']}"] = sweep.begin([asked["lost_at"]], "power")[asked["lost_at"]]
    return coming


QUICK = {
    "begin.committed", "begin.sidecar.written", "clip.fragment written", "clip.fragment synced", "close.sidecar.renamed", "media.renamed",
    "close.uncommitted", "photo.durable", "request.synced", "mend.repaired", "adopt.committed", "lease.committed", "tus.created",
    "tus.sent",
    "tus.receipted", "receipt.renamed", "receipt row.committed", "ops.sent", "token.refreshed", "credentials.written", "feed.uncommitted",
    "evict.committed", "evict.removed", "advance.committed", "bonds.renamed",
}  # fmt: skip
"""One of each kind; the others only differ in where exactly."""
SWEPT = [pytest.param(point, marks=[] if point in QUICK else [pytest.mark.slow]) for point in faults.POINTS]


@pytest.mark.parametrize("point", SWEPT)
def test_killed_at(point: str, outcomes: dict[str, Future[Outcome]]) -> None:
    outcome = outcomes[point].result()
    assert outcome.wrong == [], outcome


QUICKLY_LOST_AT = {"clip.fragment written", "clip.fragment synced", "media.renamed", "photo.renamed", "request.written", "receipt.renamed"}
LOST = [pytest.param(point, marks=[] if point in QUICKLY_LOST_AT else [pytest.mark.slow]) for point in POWER_LOST_AT]


@pytest.mark.parametrize("lost_at", LOST)
def test_power_lost_at(lost_at: str, outcomes: dict[str, Future[Outcome]]) -> None:
    """As killed, and nothing that was not fsynced has ever been written or renamed."""
    outcome = outcomes[f"power {lost_at}"].result()
    assert outcome.wrong == [], outcome


def test_killed_again_and_again_the_order_holds(sweep: Sweep) -> None:
    folder, user_id = sweep.device()
    for fault in ("begin.committed", "clip.fragment synced", "media.renamed", "receipt.written", "tus.sent", "mend.found", "ops.sent"):
        sweep.run(folder, "live", f"kill {fault}")
    assert sweep.run(folder, "recover") == 0
    outcome = Outcome("many")
    sweep.judge(outcome, folder, user_id, None)
    assert outcome.wrong == []


def test_there_are_enough_points_and_each_says_what_it_is() -> None:
    assert len(faults.POINTS) >= 60
    assert all(what for what in faults.POINTS.values())


def test_the_document_is_of_these_points() -> None:
    """Run scripts/kill-table when this fails."""
    assert written() == [*faults.POINTS, *POWER_LOST_AT]


def test_every_point_in_the_code_is_in_the_table_and_the_other_way_round() -> None:
    steps = {"write_atomic": set[str](), "transaction": set[str](), "writer": set[str]()}
    literal: set[str] = set()
    for path in PRODUCTION:
        for call in calls(path):
            name = called(call)
            texts = [argument.value for argument in call.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
            if name == "point":
                literal |= set(texts)
            elif name in ("_on_step", "on_step") and path.name == "mp4.py":
                literal |= {f"clip.{text}" for text in texts}
            elif name == "_pass":
                steps["transaction"] |= set(texts)
            named = [each.value.value for each in call.keywords if each.arg == "at" and isinstance(each.value, ast.Constant)]
            files = [text for text in [*named, *texts] if text in faults.FILES and name in ("write_atomic", "write_sidecar", "to_thread")]
            literal |= {f"{file}.{step}" for file in files for step in ("created", "written", "synced", "renamed", "durable")}
            if name in ("write", "set") and texts and path.parent.name == "spool":
                literal |= {f"{texts[-1]}.{step}" for step in ("uncommitted", "committed") if texts[-1] in faults.TRANSACTIONS}
    assert steps["transaction"] == {"uncommitted", "committed"}
    assert literal == set(faults.POINTS)


def test_a_point_costs_nothing_until_a_fault_is_asked_for() -> None:
    assert not faults.armed()
    with pytest.raises(ValueError, match="no such point"):
        faults.parsed("kill nowhere")
    with pytest.raises(ValueError, match="neither"):
        faults.parsed("explode tus.sent")


def test_a_fault_happens_once_at_the_passing_that_was_named() -> None:
    fault = faults.parsed("ENOSPC photo.written 2")
    passings: list[Callable[[], None]] = [lambda: fault("photo.written")] * 3
    passings[0]()
    with pytest.raises(OSError, match="No space left"):
        passings[1]()
    passings[2]()
    fault("tus.sent")


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""
