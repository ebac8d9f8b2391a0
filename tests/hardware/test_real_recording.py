"""A recording on real hardware, all the way into the spool: --hardware=laptop: or --hardware=pi:."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import av
import pytest

from glasses.bus import Bus
from glasses.capture.ears import Ears
from glasses.capture.forbidden import Forbidden
from glasses.capture.guard import GuardedCamera
from glasses.capture.recorder import Recorder
from glasses.capture.take import mend
from glasses.config import Recording
from glasses.hw.base import Hardware
from glasses.hw.spec import open_hardware
from glasses.spool.spool import Spool

pytestmark = [pytest.mark.hardware, pytest.mark.slow]


@pytest.fixture
async def recorder(hardware_spec: str, tmp_path: Path) -> AsyncIterator[tuple[Recorder, Spool, Hardware]]:
    hardware, limits = open_hardware(hardware_spec), Recording(reserve_bytes=1)
    spool = Spool(tmp_path, hardware.clock)
    await spool.open(mend)
    guarded = GuardedCamera(hardware.camera, hardware.light, Forbidden(limits), hardware.gps, hardware.clock)
    made = Recorder(guarded, hardware.gps, spool, Bus(), hardware.clock, limits)
    ears = asyncio.create_task(Ears(hardware.microphone, [made.hear]).run())
    yield made, spool, hardware
    ears.cancel()
    await asyncio.gather(ears, return_exceptions=True)
    await made.close()
    await spool.close()


async def test_ten_seconds_with_pre_roll_lose_no_frame_and_stay_in_step(recorder: tuple[Recorder, Spool, Hardware]) -> None:
    made, spool, hardware = recorder
    await made.ring(True)
    assert hardware.light.is_on()
    await asyncio.sleep(5.0)
    await made.start()
    await asyncio.sleep(7.0)
    out_of_step_s = made.out_of_step_s
    segment = await made.stop()
    await made.ring(False)
    assert segment is not None
    with av.open(str(spool.media.path(segment))) as clip:
        assert sum(1 for _ in clip.decode(video=0)) == segment.frames >= 9 * 30
    assert segment.dropped_frames == 0
    assert out_of_step_s < 0.02
    assert not hardware.light.is_on()
