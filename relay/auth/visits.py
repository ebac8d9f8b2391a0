"""Requests under way, by session: when a session ends, what it is doing ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from relay.errors import SouvenirError


class DeviceRevokedError(SouvenirError):
    code = "auth.revoked"


class _Visit:
    def __init__(self, task: asyncio.Task[object]) -> None:
        self.task, self.ended = task, False

    def end(self) -> None:
        if not self.ended:
            self.ended = True
            self.task.cancel()


class Visits:
    def __init__(self) -> None:
        self._live: dict[str, set[_Visit]] = {}

    @contextmanager
    def stay(self, session_id: str) -> Iterator[None]:
        """Around the handling of a request. Raises DeviceRevokedError in it when the session is ended meanwhile."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a request is handled in a task")
        visit = _Visit(task)
        self._live.setdefault(session_id, set()).add(visit)
        try:
            yield
        except asyncio.CancelledError:
            if visit.ended and task.uncancel() == 0:
                raise DeviceRevokedError("the session ended while the request was under way") from None
            raise
        finally:
            live = self._live[session_id]
            live.discard(visit)
            if not live:
                del self._live[session_id]

    def sessions(self) -> list[str]:
        return list(self._live)

    def end(self, session_id: str) -> None:
        """All but the request that asks for it: it has still to answer."""
        for visit in list(self._live.get(session_id, ())):
            if visit.task is not asyncio.current_task():
                visit.end()
