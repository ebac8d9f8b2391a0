"""What each command of the phone does."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
import tomllib
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from glasses.clock import RealClock
from glasses.errors import ConfigInvalidError, PhoneLostError
from glasses.wire.codec import decode_msgpack, encode_json, from_builtins, to_builtins
from glasses.wire.errors import SouvenirError
from glasses.wire.ids import uuid7
from glasses.wire.memory import Memory, MemoryRequest, MemoryStatus
from glasses.wire.people import PeopleList, PersonInfo
from glasses.wire.record import CardText, RecordInfo, RecordKind
from glasses.wire.segment import Segment
from glasses.wire.status import ClipCustody, DeviceStatus
from phone.carry import Carrier
from phone.forward import log_in, open_relay
from phone.link import GlassesLink, NotPairedYetError
from phone.pocket import Pocket
from phone.radio import Found, Radio, make_radio

SMALL = tuple(kind for kind in RecordKind if kind != RecordKind.ORIGINAL)
LOOK_S = 5.0
console = Console()


async def run(arguments: argparse.Namespace) -> int:
    """Raises SouvenirError."""
    if arguments.command == "login":
        return await _login(arguments)
    clock = RealClock()
    radio = make_radio(arguments.radio, _folder(arguments), clock, lambda: _ask_passkey(getattr(arguments, "passkey", None)))
    await radio.open()
    try:
        if arguments.command == "scan":
            return await _scan(radio, arguments.seconds)
        if arguments.command == "run":
            return await _stay(radio, arguments)
        device = await radio.find(arguments.glasses)
        if arguments.command == "forget":
            await radio.forget(device)
            return 0
        if arguments.command == "pair":
            return await _pair_anew(radio, device, arguments)
        async with GlassesLink(radio, device, channel=not arguments.no_channel) as link:
            return await COMMANDS[arguments.command](link, arguments)
    finally:
        await radio.close()


def _folder(arguments: argparse.Namespace) -> Path:
    folder = Path(arguments.folder).expanduser() if arguments.folder else default_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def default_folder() -> Path:
    """What the phone keeps, bonds among it, where nothing else is said."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "souvenir" / "phone"


async def _ask_passkey(given: str | None) -> int | None:
    typed = given if given is not None else await asyncio.to_thread(input, "The six digits that the glasses speak and show: ")
    digits = typed.replace(" ", "")
    return int(digits) if digits.isdecimal() else None


async def _login(arguments: argparse.Namespace) -> int:
    import getpass

    password = arguments.password or await asyncio.to_thread(getpass.getpass, f"Password of {arguments.user}: ")
    await log_in(_folder(arguments), arguments.url.rstrip("/"), arguments.user, password)
    console.print(f"Logged in at {arguments.url}.")
    return 0


async def _scan(radio: Radio, seconds: float) -> int:
    with console.status(f"Listening for {seconds:.0f} s"):
        found = await radio.scan(seconds)
    for device in found:
        console.print(f"{device.address}  {device.name or '(no name)'}")
    console.print(f"{len(found)} glasses are near.")
    return 0 if found else 1


async def _pair_anew(radio: Radio, device: Found, arguments: argparse.Namespace) -> int:
    """A bond that the glasses no longer have is in the way of a new one; the digits keep strangers out of that, too."""
    try:
        async with GlassesLink(radio, device, channel=not arguments.no_channel) as link:
            return await _tell_paired(link)
    except NotPairedYetError:
        await radio.forget(device)
    async with GlassesLink(radio, await radio.find(arguments.glasses), channel=not arguments.no_channel) as link:
        return await _tell_paired(link)


async def _tell_paired(link: GlassesLink) -> int:
    """To be connected is to be paired."""
    brief = await link.status()
    way = "an L2CAP channel" if link.over_channel else f"notifications of {link.frame_bytes} bytes"
    console.print(f"Paired. {brief.clips} clips are on the glasses; records come over {way}.")
    return 0


async def _status(link: GlassesLink, arguments: argparse.Namespace) -> int:
    status = from_builtins(await link.control("status"), DeviceStatus)
    if arguments.json:
        print(encode_json(status).decode())  # noqa: T201  # a command's answer
        return 0
    table = Table(title=f"{len(status.clips)} clips; {status.free_bytes / 1e9:.1f} GB free", caption=f"{status.plan} {status.link}")
    for heading in ("No.", "Clip", "Size", "Custody"):
        table.add_column(heading)
    for clip in status.clips:
        table.add_row(str(clip.sequence), clip.segment_id, f"{clip.size_bytes / 1e6:.1f} MB", str(clip.custody))
    console.print(table)
    return 0


# taking over
async def _pull(link: GlassesLink, arguments: argparse.Namespace) -> int:
    with _progress() as progress:
        async with aclosing(_carrier(link, arguments, progress)) as carrier:
            await carrier.greet()
            taken = await carrier.take(tuple(RecordKind) if arguments.originals else SMALL)
    console.print(f"Took {len(taken)} records, {carrier.read_bytes / 1e3:.0f} kB; forwarded {carrier.forwarded_bytes / 1e3:.0f} kB.")
    return 0


async def _forward(link: GlassesLink, arguments: argparse.Namespace) -> int:
    with _progress() as progress:
        async with aclosing(_carrier(link, arguments, progress)) as carrier:
            if not await carrier.greet():
                raise SouvenirError("the relay does not answer, or the phone has not logged in", code="relay.unreachable")
            done = await carrier.forward_kept()
    console.print(f"{done} clips have a receipt now; forwarded {carrier.forwarded_bytes / 1e3:.0f} kB.")
    return 0


async def _stay(radio: Radio, arguments: argparse.Namespace) -> int:
    """Until interrupted: every loss of the link is followed by a new one."""
    while True:
        try:
            device = await radio.find(arguments.glasses)
            async with GlassesLink(radio, device, channel=not arguments.no_channel) as link:
                console.print(f"Connected with {device.name or device.address}.")
                await _serve(link, arguments)
        except SouvenirError as error:
            if error.code not in (PhoneLostError.code, "phone.not_found"):
                raise
            console.print(f"{error.kind.title}: {error.detail}; looking again.")


async def _serve(link: GlassesLink, arguments: argparse.Namespace) -> None:
    kinds = tuple(RecordKind) if arguments.originals else SMALL
    with _progress() as progress:
        async with aclosing(_carrier(link, arguments, progress)) as carrier:
            while not link.lost.is_set():
                link.changed.clear()
                online = await carrier.greet()
                for info in await carrier.take(kinds):
                    progress.console.print(f"{info.kind:<10} {info.subject_id}  {info.size_bytes} bytes")
                if online:
                    await carrier.forward_kept()
                await _until(link, LOOK_S)


async def _watch(link: GlassesLink, _arguments: argparse.Namespace) -> int:
    after = (await link.records(every=True)).newest
    console.print("Watching; interrupt to end.")
    while not link.lost.is_set():
        link.changed.clear()
        page = await link.records(after, every=True)
        for info in page.records:
            after = info.sequence
            if info.size_bytes < 65_536 and info.kind not in (RecordKind.THUMBNAIL, RecordKind.ORIGINAL, RecordKind.PROXY):
                if (data := await link.whole(info)) is not None:
                    console.print(_said(info, data))
            else:
                console.print(f"{info.kind} of {info.subject_id}: {info.size_bytes / 1e3:.0f} kB")
        await _until(link, LOOK_S)
    return 0


def _said(info: RecordInfo, data: bytes) -> str:
    match info.kind:
        case RecordKind.CAPTURE:
            segment = decode_msgpack(data, Segment)
            return f"captured {segment.kind} {segment.segment_id}, {segment.duration_s:.1f} s, {segment.size_bytes / 1e6:.1f} MB"
        case RecordKind.CUSTODY:
            clip = decode_msgpack(data, ClipCustody)
            return f"clip {clip.sequence} is {clip.custody}"
        case RecordKind.CARD:
            card = decode_msgpack(data, CardText)
            return f"card: {card.title}: {' '.join(card.lines)}"
        case RecordKind.MEMORY:
            memory = decode_msgpack(data, Memory)
            return f"film {memory.memory_id}: {memory.status}"
        case _:
            return f"{info.kind}, {len(data)} bytes"


async def _until(link: GlassesLink, seconds: float) -> None:
    """Something has changed, or a while has passed."""
    try:
        async with asyncio.timeout(seconds):
            await link.changed.wait()
    except TimeoutError:
        return


# doing
async def _record(link: GlassesLink, _arguments: argparse.Namespace) -> int:
    console.print(f"Recording {(await link.control('record'))['segment_id']}.")
    return 0


async def _stop(link: GlassesLink, _arguments: argparse.Namespace) -> int:
    segment = from_builtins(await link.control("stop"), Segment)
    console.print(f"Saved {segment.segment_id}: {segment.duration_s:.1f} s, {segment.size_bytes / 1e6:.1f} MB, kept on the glasses.")
    return 0


async def _photo(link: GlassesLink, _arguments: argparse.Namespace) -> int:
    segment = from_builtins(await link.control("photo"), Segment)
    console.print(f"Took {segment.segment_id}, kept on the glasses.")
    return 0


async def _film(link: GlassesLink, arguments: argparse.Namespace) -> int:
    relay = open_relay(_folder(arguments), RealClock())
    async with aclosing(Carrier(link, Pocket(_folder(arguments)), relay, lambda _info, _done: None)) as carrier:
        await carrier.greet()
        return await _ask_for_film(link, arguments)


async def _ask_for_film(link: GlassesLink, arguments: argparse.Namespace) -> int:
    after = (await link.records(every=True)).newest
    await link.control("film", to_builtins(MemoryRequest(query=arguments.query)))
    deadline = time.monotonic() + arguments.wait
    with console.status("The glasses have the request; waiting for the film"):
        while time.monotonic() < deadline:
            link.changed.clear()
            for info in (await link.records(after, every=True)).records:
                after = info.sequence
                if info.kind == RecordKind.MEMORY and (data := await link.whole(info)) is not None:
                    memory = decode_msgpack(data, Memory)
                    if memory.query == arguments.query.strip() and memory.status != MemoryStatus.PROCESSING:
                        return _tell_film(memory)
            await _until(link, LOOK_S)
    console.print(f"No answer within {arguments.wait:.0f} s; the request waits on the glasses and is not lost.")
    return 1


def _tell_film(memory: Memory) -> int:
    if memory.status == MemoryStatus.COMPLETED:
        console.print(f"Film ready: {memory.duration_s:.0f} s from {len(memory.clips_used)} clips ({memory.memory_id}).")
        return 0
    console.print(f"No film: {memory.problem.get('detail', '')} Try: {memory.problem.get('hint', '')}")
    return 1


async def _push(link: GlassesLink, arguments: argparse.Namespace) -> int:
    people, places = await _known(arguments)
    told = await link.control("people", to_builtins(PeopleList(people=people)))
    named = await link.control("places", {"places": places})
    console.print(f"Told {told['known']} people and {named['known']} places.")
    try:
        clock = await link.control("time", {"now_ms": RealClock().now_ms()})
        console.print(f"The clock of the glasses was {clock['off_ms'] / 1000:+.1f} s off; {'set' if clock['set'] else 'left alone'}.")
    except SouvenirError as error:
        if error.code != "clock.refused":
            raise
        console.print(f"{error.kind.title}: {error.detail}.")
    return 0


async def _known(arguments: argparse.Namespace) -> tuple[list[PersonInfo], dict[str, str]]:
    if arguments.source:
        try:
            told = tomllib.loads(Path(arguments.source).read_text())  # noqa: ASYNC240  # one small file
        except (OSError, tomllib.TOMLDecodeError) as problem:
            raise ConfigInvalidError(f"{arguments.source}: {problem}") from problem
        people = from_builtins({"people": told.get("people", [])}, PeopleList).people
        for person in people:
            person.person_id = person.person_id or uuid7(RealClock().now_ms())
        return people, {uuid7(RealClock().now_ms()): name for name in told.get("places", [])}
    relay = open_relay(_folder(arguments), RealClock())
    if relay is None:
        raise ConfigInvalidError("nobody to ask", hint="scripts/phone login URL USER, or name a file: push --from FILE.")
    try:
        return (await relay.people()).people, await relay.places()
    finally:
        await relay.close()


async def _set(link: GlassesLink, arguments: argparse.Namespace) -> int:
    wanted = dict[str, Any]()
    for each in arguments.settings:
        key, _, value = each.partition("=")
        wanted[key] = _valued(key, value)
    answer = await link.control("settings", wanted)
    console.print(f"Set, from {answer['from']} of the glasses on.")
    return 0


def _valued(key: str, text: str) -> Any:
    """Raises ConfigInvalidError for a number that is none."""
    if key == "no_record_hours":
        return [part for part in text.split(",") if part]
    if text in ("true", "false"):
        return text == "true"
    if key.endswith("_s"):
        try:
            return float(text)
        except ValueError as problem:
            raise ConfigInvalidError(f"{key}: {text!r} is not a number") from problem
    return text


def _carrier(link: GlassesLink, arguments: argparse.Namespace, progress: Progress) -> Carrier:
    folder, bars = _folder(arguments), dict[tuple[str, str], Any]()

    def show(info: RecordInfo, done: int) -> None:
        key = (info.kind, info.subject_id)
        if key not in bars:
            bars[key] = progress.add_task(f"{info.kind} {info.subject_id[:13]}", total=info.size_bytes)
        progress.update(bars[key], completed=done)

    return Carrier(link, Pocket(folder), open_relay(folder, RealClock()), show, metered=getattr(arguments, "metered", False))


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=console, transient=not sys.stdout.isatty())


COMMANDS: dict[str, Callable[[GlassesLink, argparse.Namespace], Awaitable[int]]] = {
    "status": _status, "pull": _pull, "forward": _forward, "watch": _watch, "record": _record, "stop": _stop,
    "photo": _photo, "film": _film, "push": _push, "set": _set,
}  # fmt: skip
