"""Films that a deleted clip was in: its pictures do not live on in them."""

from __future__ import annotations

from collections.abc import Callable

from glasses.wire.change import OpKind
from glasses.wire.codec import to_builtins
from glasses.wire.memory import Memory, MemoryStatus
from relay.catalog import changes, memories, occasions
from relay.catalog.memories import MemoryRow
from relay.catalog.rows import Connection
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobKind, Message, Priority

CLIP_DELETED = "a clip that was in it was deleted"
CLIP_BACK = "a clip that was in it before has come back"

Publish = Callable[[Connection, Message], None]
"""Leave a job, inside a write."""


def delete_in(connection: Connection, bus: Bus, user_id: str, memory_id: str, now_ms: int) -> None:
    """Delete means delete: what is known of it goes now, its files with the next job; one that was prepared never comes back.

    Call it inside a write, and let the bus announce after. Raises NotFoundError.
    """
    memories.get(connection, user_id, memory_id)
    occasions.remove(connection, user_id, memory_id, now_ms)
    forget_in(connection, bus, user_id, memory_id, now_ms)


def forget_in(connection: Connection, bus: Bus, user_id: str, memory_id: str, now_ms: int) -> None:
    """As if it had never been, but that devices are told to forget it."""
    memories.drop(connection, user_id, memory_id)
    changes.drop(connection, user_id, OpKind.MEMORY, memory_id)
    gone = to_builtins(Memory(memory_id=memory_id, gone=True))
    changes.append(connection, user_id, OpKind.MEMORY, memory_id, gone, now_ms)
    bus.publish_in(connection, Message(user_id=user_id, operation=JobKind.ERASE_MEMORY, parameters={"memory_id": memory_id}))


def remake_in(connection: Connection, bus: Bus, user_id: str, video_id: str, now_ms: int, *, for_good: bool = True) -> None:
    """Each film with the clip is out of sight at once, and made anew without it by the next job, which takes its files away first.

    Not ``for_good``: it may come back, and then they are made anew with it (``bring_back_in``). Call it inside a write, after the clip is
    marked as deleted, and let the bus announce after.
    """
    films = memories.with_clip(connection, user_id, video_id)
    if for_good:
        memories.miss_no_more(connection, user_id, video_id)
    else:
        memories.miss(connection, user_id, video_id, [row.memory.memory_id for row in films])
    for row in films:
        _anew(connection, bus.publish_in, user_id, row.memory, CLIP_DELETED, now_ms)


def bring_back_in(connection: Connection, publish_in: Publish, user_id: str, video_id: str, now_ms: int) -> None:
    """Films that a clip was in which has come back from the trash are made anew with it. Call it when it is searched again."""
    for row in memories.missing(connection, user_id, video_id):
        _anew(connection, publish_in, user_id, row.memory, CLIP_BACK, now_ms)


def _anew(connection: Connection, publish_in: Publish, user_id: str, memory: Memory, why: str, now_ms: int) -> None:
    memory.status, memory.completed_at, memory.remade, memory.problem = MemoryStatus.PROCESSING, None, why, {}
    memory.clips_used, memory.near_misses, memory.timings_s = [], [], {}
    memory.duration_s, memory.frames, memory.planned_frames = 0.0, 0, 0
    memories.save(connection, user_id, MemoryRow(memory=memory))
    changes.append(connection, user_id, OpKind.MEMORY, memory.memory_id, to_builtins(memory), now_ms)
    parameters = {"memory_id": memory.memory_id, "max_duration_s": memory.max_duration}
    publish_in(connection, Message(
        user_id=user_id, operation=JobKind.CREATE_MEMORY, parameters=parameters, priority=Priority.HIGH,
    ))  # fmt: skip
