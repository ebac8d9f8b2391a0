"""Cards that answer what the wearer said: what was understood, the battery, the memories. Pure."""

from __future__ import annotations

from glasses.hud.cards import Card
from glasses.wire.intent import Intent, IntentName
from glasses.wire.memory import Memory, MemoryStatus

SHOWN = 3
"""Memories on one card."""
REPAIR = 'Say: "no, I said ..."'
TITLES = {IntentName.CREATE_MEMORY: "Asked", IntentName.FIND: "Looking for"}


def understood(intent: Intent) -> Card | None:
    """An open request as it was understood, and how to mend it; None for what is answered by what it does."""
    title = TITLES.get(intent.name)
    if title is None:
        return None
    request = intent.slots.get("request", intent.text)
    if intent.unsure:
        return Card(title, (request, f"Not sure: {', '.join(intent.unsure)}", REPAIR))
    return Card(title, (request, REPAIR))


def memories_card(intent: Intent, memories: list[Memory]) -> Card:
    """The newest finished films whose sentence has every word of the request's own in it."""
    asked = intent.slots.get("request", intent.text)
    wanted = asked.removeprefix(intent.slots.get("prefix", "")).split()
    ready = [memory for memory in memories if memory.status == MemoryStatus.COMPLETED]
    found = [memory for memory in ready if all(word in _said(memory).lower() for word in wanted)]
    if not found:
        return Card("No memories", (asked, f"{len(ready)} films are ready in all.", REPAIR))
    return Card("Memories", tuple(_said(memory) for memory in found[-SHOWN:][::-1]))


def _said(memory: Memory) -> str:
    return f"{memory.query}: {memory.plan.said}" if memory.plan else memory.query
