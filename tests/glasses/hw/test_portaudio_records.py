"""The real PyAudio path without a sound card: ALSA's file and null plugins play a file as the default microphone.

In a process of its own, because ALSA reads its configuration once. Skipped, saying why, where PyAudio or the plugins are not installed.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

Samples = npt.NDArray[np.int16]
RATE_HZ = 48_000

ASOUNDRC = """
pcm.!default {{ type plug slave {{ pcm "said" rate {rate} format S16_LE channels 1 }} }}
pcm.said {{ type file slave {{ pcm "null" }} file "/dev/null" infile "{sound}" format "raw" }}
ctl.!default {{ type hw card 0 }}
"""

LISTEN = """
import asyncio, sys
from glasses.hw.portaudio import PortAudioMicrophone

async def listen(sound):
    microphone, chunks, end = PortAudioMicrophone(), 0, 0
    async with asyncio.timeout(30):
        async for chunk in microphone.chunks():
            assert chunk.first_sample >= end, "samples are numbered in order"
            end = chunk.first_sample + len(chunk.pcm) // 2
            assert chunk.pcm == sound[chunk.first_sample * 2 : end * 2], f"what was said at {chunk.first_sample}"
            chunks += 1
            if chunks == 40:
                break
    await microphone.close()
    print(chunks, end)

asyncio.run(listen(open(sys.argv[1], "rb").read()))
"""
"""The plugins deliver as fast as they are read: chunks may be lost before anybody listens, and their numbers show it."""

MISSING = """
import asyncio
from glasses.errors import MicrophoneMissingError
from glasses.hw.portaudio import PortAudioMicrophone

async def listen():
    microphone = PortAudioMicrophone()
    try:
        await anext(microphone.chunks())
    except MicrophoneMissingError as error:
        print(error.code)
    finally:
        await microphone.close()

asyncio.run(listen())
"""


@pytest.fixture(scope="module", autouse=True)
def _needs_portaudio() -> None:
    if importlib.util.find_spec("pyaudio") is None:
        pytest.skip("PyAudio is not installed: sudo apt install portaudio19-dev, then pip install 'souvenir[audio]'")
    alsa = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=False).stdout
    if "libasound.so.2" not in alsa:
        pytest.skip("ALSA is not installed: sudo apt install libasound2 libasound2-plugins")


def run(script: str, home: Path, *arguments: str) -> bytes:
    environment = {
        **os.environ,
        "HOME": str(home),
        "ALSA_CONFIG_PATH": "/usr/share/alsa/alsa.conf",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], env=environment, capture_output=True, timeout=60, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    return done.stdout


def test_what_the_default_microphone_hears_arrives_as_chunks(tmp_path: Path, speak: Callable[[str], Samples]) -> None:
    sound = np.tile(speak("okay glasses, take a picture"), 200)
    (tmp_path / "said.raw").write_bytes(sound.tobytes())
    (tmp_path / ".asoundrc").write_text(ASOUNDRC.format(rate=RATE_HZ, sound=tmp_path / "said.raw"))
    chunks, end = run(LISTEN, tmp_path, str(tmp_path / "said.raw")).split()
    assert int(chunks) == 40
    assert int(end) >= 40 * 4_800


def test_no_microphone_is_said_with_its_code(tmp_path: Path) -> None:
    (tmp_path / ".asoundrc").write_text('pcm.!default { type hw card "nothing" }\n')
    assert run(MISSING, tmp_path).decode().strip() == "microphone.missing"
