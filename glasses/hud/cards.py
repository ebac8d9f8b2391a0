"""What the wearer is shown for each event. Pure: state in, card out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from glasses.events import (
    Answered,
    CustodyChanged,
    Event,
    FaultRaised,
    FilmFetched,
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


class CardKind(StrEnum):
    """What a card is about: decides its picture and its colour, which only repeats what the words say."""

    NOTE = "note"
    LISTENING = "listening"
    RECORDING = "recording"
    SAVED = "saved"
    SAFE = "safe"
    ANSWER = "answer"
    SEEN = "seen"
    FILM = "film"
    OFFLINE = "offline"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Card:
    title: str
    lines: tuple[str, ...] = ()
    kind: CardKind = CardKind.NOTE
    hint: str = ""
    """What the wearer can say or do now. On a terminal it is one of the lines."""
    poster: str = ""
    """Path of a picture that belongs to it."""
    qr: str = ""
    """What another device is to read off the display."""

    @property
    def spoken_lines(self) -> tuple[str, ...]:
        return (*self.lines, self.hint) if self.hint else self.lines

    @property
    def shown_s(self) -> float:
        """How long it stays: longer, the more there is to read (about three words a second)."""
        words = sum(len(line.split()) for line in (self.title, *self.spoken_lines))
        return min(12.0, max(3.0, 1.5 + words / 3))


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
            return Card("Listening", kind=CardKind.LISTENING)
        case RecordingStarted():
            return Card("Recording", kind=CardKind.RECORDING, hint="say: stop recording")
        case SegmentClosed(segment):
            return saved(segment)
        case SegmentTagged(_, found):
            return Card("Seen", (", ".join(found),), CardKind.SEEN) if found else None
        case CustodyChanged(_, custody):
            return Card("Clip", (f"It {WORDS[custody]}.",), _kind_of(custody))
        case LinkChanged(up, detail):
            return Card("Online") if up else Card("Offline", ("Everything is kept here until the relay is back.", detail), CardKind.OFFLINE)
        case Answered(title, lines):
            return Card(title, lines, CardKind.ANSWER)
        case MemoryChanged(memory):
            return memory_card(memory)
        case FaultRaised(_, detail, hint):
            return Card("Problem", (detail,), CardKind.FAULT, hint)
        case _:
            return None


def pairing_card(code: str, address: str) -> Card:
    """The code to be approved, to be read by a person, and by a phone's camera."""
    return Card(code.replace("-", " "), ("Scan this with your phone,", "or type the letters in the companion."), hint="", qr=address)


def spelled(code: str) -> str:
    """'BCDF-GHJK' as it is spoken: letter by letter, a pause in the middle, and once more."""
    halves = [", ".join(half) for half in code.split("-")]
    return f"Your pairing code is: {'. '.join(halves)}. Again: {'. '.join(halves)}."


def saved(segment: Segment) -> Card:
    if segment.kind == Kind.PHOTO:
        return Card("Picture taken", ("kept on the glasses",), CardKind.SAVED)
    missing = (f"{segment.dropped_frames} frames are missing",) if segment.dropped_frames else ()
    return Card("Saved", (f"{segment.duration_s:.1f} s", "kept on the glasses", *missing), CardKind.SAVED)


def film_card(fetched: FilmFetched) -> Card:
    return replace(memory_card(fetched.memory), poster=fetched.poster_path)


def memory_card(memory: Memory) -> Card:
    said = memory.plan.said if memory.plan else memory.query
    if memory.status == MemoryStatus.COMPLETED:
        return Card("Film ready", (said, f"{memory.duration_s:.0f} s from {len(memory.clips_used)} clips"), CardKind.FILM)
    if memory.status == MemoryStatus.FAILED:
        lines = tuple(line for line in (said, memory.problem.get("detail", "")) if line)
        return Card("No film", lines, CardKind.FAULT, memory.problem.get("hint", ""))
    return Card("Making a film", (said,), CardKind.FILM)


def safety(clips: list[ClipCustody]) -> Card:
    """The answer to "is the last one safe?"."""
    if not clips:
        return Card("Nothing yet", ("Nothing has been recorded.",), CardKind.ANSWER)
    last = clips[-1]
    unsent = sum(clip.custody not in (Custody.STORED, Custody.FILMED) for clip in clips)
    rest = "Everything else is safe too." if unsent == 0 else f"{unsent} of {len(clips)} are not on a relay yet."
    kind = _kind_of(last.custody)
    return Card("Yes" if kind is CardKind.SAFE else "Not yet", (f"The last one {WORDS[last.custody]}.", rest), kind)


def _kind_of(custody: Custody) -> CardKind:
    return CardKind.SAFE if custody in (Custody.STORED, Custody.FILMED) else CardKind.SAVED
