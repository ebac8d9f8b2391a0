"""Requests under way, by session or shared link: when it ends, what it is doing ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from relay.errors import SouvenirError


class RevokedError(SouvenirError):
    """Who asks may no longer."""

    code = "auth.revoked"


class DeviceRevokedError(RevokedError):
    pass


def _session_ended() -> RevokedError:
    return DeviceRevokedError("the session ended while the request was under way")


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
    def stay(self, session_id: str, ended: Callable[[], RevokedError] = _session_ended) -> Iterator[None]:
        """Around the handling of a request, the look at whether it may be let in included. Raises ``ended()`` when the session, or
        the shared link of that id, is ended meanwhile."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a request is handled in a task")
        visit = _Visit(task)
        self._live.setdefault(session_id, set()).add(visit)
        try:
            yield
        except asyncio.CancelledError:
            if visit.ended and task.uncancel() == 0:
                raise ended() from None
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
