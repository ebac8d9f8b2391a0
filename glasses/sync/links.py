"""A way to the next holder of a clip, what it may answer, and which way is taken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from glasses.wire.change import FeedEntry, Op, OpResult
from glasses.wire.memory import Memory, MemoryRequest
from glasses.wire.record import Way
from glasses.wire.segment import Segment
from glasses.wire.upload import Receipt


class Uploads(Protocol):
    """Where interrupted uploads are remembered."""

    async def upload_url(self, segment_id: str) -> str: ...

    async def remember_upload(self, segment_id: str, url: str) -> None: ...


class Link(Protocol):
    """Every method raises SouvenirError; its ``kind.action`` says whether to retry, park or fix."""

    async def send_media(self, segment: Segment, path: Path, uploads: Uploads) -> Receipt:
        """Returns only when the receiver has the clip durably."""
        ...

    async def send_ops(self, ops: list[Op]) -> list[OpResult]: ...

    async def request_memory(self, request: MemoryRequest) -> Memory: ...

    async def memory(self, memory_id: str) -> Memory: ...

    async def changes(self, cursor: int) -> list[FeedEntry]:
        """What has changed since ``cursor``, in order; empty when nothing has."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Situation:
    """What the choice of a way depends on."""

    paired: bool = False
    """The glasses have tokens of their own for a relay."""
    network: bool = False
    answers: bool = True
    """The relay has answered over it, or has not been asked lately."""
    metered: bool = False
    phone: bool = False
    """A bonded phone is connected."""
    phone_online: bool = False
    """It reaches a relay."""
    phone_metered: bool = False
    small: bool = True
    originals: bool = True
    """What the power plan allows."""


@dataclass(frozen=True, slots=True)
class LinkPlan:
    way: Way = Way.NONE
    originals: bool = False
    """Given to that way now."""
    phone_originals: bool = False
    """A phone may read them."""
    sentence: str = "Everything is kept here."


def choose(now: Situation) -> LinkPlan:
    """Wi-Fi to the relay if there is one, else the phone; small things first, and originals only where they may cost what they cost."""
    if not now.small:
        return LinkPlan(sentence="To save power nothing is sent: everything is kept here.")
    if now.paired and now.network and now.answers:
        if now.originals and not now.metered:
            return LinkPlan(Way.WIFI, originals=True, sentence="Clips go over Wi-Fi to the relay.")
        why = "the network is metered" if now.metered else "power is short"
        return LinkPlan(Way.WIFI, sentence=f"Only small things go to the relay, because {why}: originals wait.")
    if now.phone:
        return _over_phone(now)
    if not now.paired:
        return LinkPlan(sentence="Neither a relay nor a phone is there: everything is kept here.")
    why = "the relay does not answer" if now.network else "there is no network"
    return LinkPlan(sentence=f"Everything is kept here, because {why} and no phone is near.")


def _over_phone(now: Situation) -> LinkPlan:
    if not now.originals:
        takes, originals = "takes the small copies; originals wait, because power is short", False
    elif now.phone_online and now.phone_metered:
        takes, originals = "passes the small copies on; originals wait, because its network is metered", False
    else:
        takes, originals = "takes the small copies first, then the originals", True
    towards = ", and passes them on to the relay" if now.phone_online and originals else ""
    if not now.phone_online:
        return LinkPlan(Way.NONE, phone_originals=originals, sentence=f"No relay is in reach: the phone {takes}.")
    return LinkPlan(Way.PHONE, phone_originals=originals, sentence=f"No Wi-Fi to the relay: the phone {takes}{towards}.")
