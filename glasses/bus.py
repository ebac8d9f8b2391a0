"""Bounded, typed topics. A slow subscriber loses the oldest entries of its own queue, and the loss is counted; nobody blocks."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Subscription(Generic[T]):
    """One subscriber's queue: the newest ``limit`` events of the types it asked for."""

    def __init__(self, kinds: tuple[type[T], ...], limit: int) -> None:
        self.kinds, self.dropped = kinds, 0
        self._events: deque[T] = deque(maxlen=limit)
        self._filled = asyncio.Event()

    def offer(self, event: T) -> None:
        if len(self._events) == self._events.maxlen:
            self.dropped += 1
        self._events.append(event)
        self._filled.set()

    async def next(self) -> T:
        while not self._events:
            self._filled.clear()
            await self._filled.wait()
        return self._events.popleft()

    def poll(self) -> T | None:
        """The next event if there is one already."""
        return self._events.popleft() if self._events else None

    async def __aiter__(self) -> AsyncIterator[T]:
        while True:
            yield await self.next()


class Bus:
    """Publish from the event loop only; nothing here is thread-safe, on purpose."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription[object]] = []

    def subscribe(self, *kinds: type[T], limit: int = 64) -> Subscription[T]:
        subscription = Subscription(kinds, limit)
        self._subscriptions.append(subscription)  # type: ignore[arg-type]  # offered only events of its kinds
        return subscription

    def publish(self, event: object) -> None:
        for subscription in self._subscriptions:
            if isinstance(event, subscription.kinds):
                subscription.offer(event)
