"""The contract of the phone link against glasses that are on the air: --hardware=ble: (the system's) or --hardware=ble:hci-socket:1.

Start the glasses (``glasses run --hw pi: --ble hci-socket:0``), with at least one clip on them, and pair first (``scripts/phone pair``).
``--hardware=ble:tcp-client:127.0.0.1:7700`` runs the same against simulated glasses.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import AsyncIterator

import pytest

from glasses.clock import RealClock
from glasses.wire import ble
from glasses.wire.errors import SouvenirError
from glasses.wire.record import Op, RecordInfo, Request
from phone.commands import default_folder
from phone.link import GlassesLink
from phone.radio import Radio, make_radio

pytestmark = [pytest.mark.hardware, pytest.mark.slow]
FOLDER = default_folder()
"""Where ``scripts/phone pair`` left the bond."""


async def no_passkey() -> int | None:
    return None


@pytest.fixture
async def radio(phone_radio: str) -> AsyncIterator[Radio]:
    opened = make_radio(phone_radio, FOLDER, RealClock(), no_passkey)
    await opened.open()
    yield opened
    await opened.close()


async def largest(link: GlassesLink) -> RecordInfo:
    """Of those that are given out."""
    records = (await link.records(every=True)).records
    assert records, "no record: take a picture first"
    return max(records, key=lambda info: info.size_bytes)


@pytest.mark.parametrize("channel", [False, True], ids=["notifications", "channel"])
async def test_a_record_comes_whole_and_at_a_rate_that_is_said(radio: Radio, channel: bool, capsys: pytest.CaptureFixture[str]) -> None:
    async with GlassesLink(radio, await radio.find(), channel=channel) as link:
        info = await largest(link)
        began_s, crc32 = time.monotonic(), 0
        async for _, data in link.read(info):
            crc32 = zlib.crc32(data, crc32)
        rate = info.size_bytes / (time.monotonic() - began_s)
        assert crc32 == info.crc32
        assert (link.damaged, link.duplicate_bytes) == (0, 0)
        way = "channel" if link.over_channel else f"notifications of {link.frame_bytes}"
    with capsys.disabled():
        print(f"\n{info.size_bytes} bytes at {rate / 1000:.0f} kB/s over {way}")  # noqa: T201  # the measurement


async def test_it_goes_on_where_it_was_after_a_loss(radio: Radio) -> None:
    got = bytearray()
    async with GlassesLink(radio, await radio.find()) as link:
        info = await largest(link)
        async for _, data in link.read(info):
            got += data
            if len(got) >= info.size_bytes // 2:
                break
    async with GlassesLink(radio, await radio.find()) as link:
        async for offset, data in link.read(info, len(got)):
            assert offset == len(got)
            got += data
    assert zlib.crc32(got) == info.crc32


async def test_control_answers_beside_bulk(radio: Radio) -> None:
    async with GlassesLink(radio, await radio.find()) as link:
        info, waits_s = await largest(link), list[float]()
        async for _ in link.read(info):
            asked_s = time.monotonic()
            await link.status()
            waits_s.append(time.monotonic() - asked_s)
    assert sorted(waits_s)[int(len(waits_s) * 0.95)] < 0.2


async def test_what_does_not_fit_is_refused(radio: Radio) -> None:
    async with GlassesLink(radio, await radio.find()) as link:
        info = await largest(link)
        for wrong in (
            Request(op=Op.READ, sequence=info.sequence, offset=info.size_bytes, length=1),
            Request(op=Op.READ, sequence=info.sequence, length=ble.READ_BYTES + 1),
            Request(op=Op.CONTROL),
        ):
            with pytest.raises(SouvenirError) as raised:
                await link.ask(wrong)
            assert raised.value.code == "phone.request"
        with pytest.raises(SouvenirError) as raised:
            await link.advance(info, info.crc32 ^ 1)
        assert raised.value.code == "phone.mismatch"
