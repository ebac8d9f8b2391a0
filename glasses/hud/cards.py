"""What the wearer is shown for each event. Pure: state in, card out."""

from __future__ import annotations

from dataclasses import dataclass

from glasses.events import (
    Answered,
    CustodyChanged,
    Event,
    FaultRaised,
    LinkChanged,
    MemoryChanged,
    RecordingStarted,
    SegmentClosed,
    SegmentTagged,
    WakeHeard,
)
from glasses.wire.memory import Memory, MemoryStatus
from glasses.wire.segment import Kind, Segment
from glasses.wire.status import ClipCustody, Custody


@dataclass(frozen=True, slots=True)
class Card:
    title: str
    lines: tuple[str, ...] = ()


WORDS = {
    Custody.RECORDING: "is being recorded",
    Custody.KEPT: "is kept on the glasses",
    Custody.CARRIED: "is on your phone",
    Custody.STORED: "is safe on the relay",
    Custody.FILMED: "is safe, and part of a film",
}


def card_for(event: Event) -> Card | None:
    """None for events that do not concern the wearer."""
    match event:
        case WakeHeard():
            return Card("Listening")
        case RecordingStarted():
            return Card("Recording", ("say: stop recording",))
        case SegmentClosed(segment):
            return saved(segment)
        case SegmentTagged(_, found):
            return Card("Seen", (", ".join(found),)) if found else None
        case CustodyChanged(_, custody):
            return Card("Clip", (f"It {WORDS[custody]}.",))
        case LinkChanged(up, detail):
            return Card("Online") if up else Card("Offline", ("Everything is kept here until the relay is back.", detail))
        case Answered(title, lines):
            return Card(title, lines)
        case MemoryChanged(memory):
            return memory_card(memory)
        case FaultRaised(_, detail, hint):
            return Card("Problem", (detail, hint))
        case _:
            return None


def saved(segment: Segment) -> Card:
    if segment.kind == Kind.PHOTO:
        return Card("Picture taken", ("kept on the glasses",))
    missing = (f"{segment.dropped_frames} frames are missing",) if segment.dropped_frames else ()
    return Card("Saved", (f"{segment.duration_s:.1f} s", "kept on the glasses", *missing))


def memory_card(memory: Memory) -> Card:
    said = memory.plan.said if memory.plan else memory.query
    if memory.status == MemoryStatus.COMPLETED:
        return Card("Film ready", (said, f"{memory.duration_s:.0f} s from {len(memory.clips_used)} clips"))
    if memory.status == MemoryStatus.FAILED:
        return Card("No film", tuple(line for line in (said, memory.problem.get("detail", ""), memory.problem.get("hint", "")) if line))
    return Card("Making a film", (said,))


def safety(clips: list[ClipCustody]) -> Card:
    """The answer to "is the last one safe?"."""
    if not clips:
        return Card("Nothing yet", ("Nothing has been recorded.",))
    last = clips[-1]
    unsent = sum(clip.custody in (Custody.KEPT, Custody.RECORDING) for clip in clips)
    rest = "Everything else is safe too." if unsent == 0 else f"{unsent} of {len(clips)} are not on a relay yet."
    return Card("Yes" if last.custody in (Custody.STORED, Custody.FILMED) else "Not yet", (f"The last one {WORDS[last.custody]}.", rest))
