"""The served OpenAPI document against the served relay, by a tool that tries what people do not (schemathesis)."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Self

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import run_state_machine_as_test

from relay.openapi import LINKS

schemathesis = pytest.importorskip("schemathesis", reason="a development extra")


@schemathesis.serializer("application/offset+octet-stream")
def _octets(_ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()


SPARED = ("delete_account", "change_password", "revoke_device")
"""They would end the tester's own session; the tests of doors and accounts hold them to their words."""


class Served:
    """A relay in a thread of its own, so that a tool that knows nothing of it can ask it."""

    def __init__(self, make) -> None:
        self._make, self._loop, self._done = make, asyncio.new_event_loop(), threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        async for relay in self._make():
            self.url = relay.url
            segment = await relay.store(b"a clip that there is")
            self.video_id = segment.segment_id
            self.headers = await relay.as_companion()
            self.admin = await relay.as_admin()
            await relay.http.put("/api/v1/consent", headers=self.headers, json={"faces": True})
            self.ids = await _ids(relay, self.headers, segment)
            self.document = (await relay.http.get("/api/v1/openapi.json")).json()
            self._ready.set()
            await self._stop.wait()


@pytest.fixture
def served(relay_config, clock, run):
    with Served(lambda: run(relay_config, clock)) as running:
        yield running


async def _ids(relay, headers, segment):
    """Of things that are there."""
    person = await relay.http.post("/api/v1/people", headers=headers, json={"name": "Ben"})
    film = await relay.http.post("/api/v1/memories/create", headers=headers, json={"query": "Ben"})
    share = await relay.http.post("/api/v1/shares", headers=headers, json={"video_id": segment.segment_id})
    return {
        "video_id": segment.segment_id, "person_id": person.json()["person_id"], "memory_id": film.json()["memory_id"],
        "share": share.json()["url"].rsplit("/", 1)[1], "user_id": relay.accounts["anna"].user.user_id, "name": "app.js",
    }  # fmt: skip


def schema_of(served, **without):
    schema = schemathesis.openapi.from_dict(served.document)
    schema.config.update(base_url=served.url)
    return schema.exclude(operation_id=list(SPARED))


def examples(request, quick: int, slow: int) -> settings:
    count = slow if request.config.getoption("--slow") else quick
    return settings(
        max_examples=count, deadline=None, database=None, derandomize=not request.config.getoption("--slow"),
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def answered(seen, answer, case):
    seen.setdefault(case.operation.definition.raw["operationId"], set()).add(answer.status_code)
    case.validate_response(answer, checks=checks())


def checks():
    from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

    return [schemathesis.checks.not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def headers_for(served, operation_id: str) -> dict[str, str]:
    return served.admin if operation_id.startswith("admin_") else served.headers


def operations(served):
    return [found.ok() for found in schema_of(served).get_all_operations()]


def asker(served, operation, how, seen):
    headers = headers_for(served, operation.definition.raw["operationId"])

    @how
    @given(case=operation.as_strategy())
    def ask(case):
        answered(seen, case.call(headers=headers, timeout=20), case)
        there = {name: served.ids[name] for name in case.path_parameters or {} if name in served.ids}
        if there and case.operation.definition.raw["operationId"] != "delete_video":
            case.path_parameters = {**case.path_parameters, **there}
            answered(seen, case.call(headers=headers, timeout=20), case)

    return ask


def test_no_route_crashes_or_answers_what_is_not_written(served, request):
    found, seen = [], {}
    for operation in operations(served):
        name = operation.definition.raw["operationId"]

        try:
            asker(served, operation, examples(request, 4, 60), seen)()
        except (Exception, BaseExceptionGroup) as problem:  # noqa: BLE001 -- all of them are told at once
            found.append(f"{name}: {told(problem)}")
    assert not found, "\n\n".join(found)
    good = {name for name, statuses in seen.items() if min(statuses) < 400}
    assert len(good) >= len(seen) // 2, f"the tool must get behind the doors, too: {seen}"


def test_what_answers_lead_to_holds_too(served, request):
    """Along the document's links: a film is asked for and looked at, a link is made and taken back."""
    sources, targets = set(LINKS), {name for links in LINKS.values() for name in links}
    walked = schema_of(served).include(operation_id=sorted((sources | targets) - {"token", *SPARED}))
    machine, seen = walked.as_state_machine(), {}

    class Walk(machine):
        def get_call_kwargs(self, case):
            return {"headers": headers_for(served, case.operation.definition.raw["operationId"]), "timeout": 20}

        def validate_response(self, response, case, **_how):
            answered(seen, response, case)

    with contextlib.suppress(FlakyStrategyDefinition):  # the tool draws from what it was answered, which differs from example to example
        run_state_machine_as_test(Walk, settings=settings(examples(request, 8, 60), stateful_step_count=8))
    assert 204 in seen["revoke_share"] or 200 in seen["memory"], f"no link was followed to its end: {seen}"


def told(problem: BaseException) -> str:
    inside = getattr(problem, "exceptions", None)
    return "\n".join(told(one) for one in inside) if inside else str(problem)
