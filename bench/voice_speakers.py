"""Synthetic speakers for the voice bench: espeak-ng from its package, flite and festival where Debian's packages are installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import soxr

from glasses.hw.sim.sound import read_wav
from glasses.hw.sim.voice import Voice

RATE_HZ = 16_000
Samples = npt.NDArray[np.int16]


class Speaker(NamedTuple):
    engine: str
    """espeak, flite or festival."""
    voice: str
    pace: float = 1.0
    """Larger is faster."""
    pitch: int = 50
    """espeak: 0 to 99; flite: mean in Hz; festival has none."""

    @property
    def name(self) -> str:
        return f"{self.engine}-{self.voice.replace('/', '.')}-{self.pace:.2f}-{self.pitch}"


SPEAKERS = [
    Speaker("espeak", "en-us", 0.95, 45),
    Speaker("espeak", "en-us", 1.15, 60),
    Speaker("espeak", "en-us+f2", 1.0, 55),
    Speaker("espeak", "en-us+f4", 1.1, 45),
    Speaker("espeak", "en-us+m3", 0.9, 40),
    Speaker("espeak", "en-us+m7", 1.05, 50),
    Speaker("espeak", "gmw/en", 1.0, 50),
    Speaker("espeak", "en-gb-scotland", 0.95, 45),
    Speaker("espeak", "en-gb-x-rp+f3", 1.05, 50),
    Speaker("flite", "slt", 1.0, 170),
    Speaker("flite", "slt", 1.2, 200),
    Speaker("flite", "rms", 1.0, 95),
    Speaker("flite", "rms", 1.15, 110),
    Speaker("flite", "awb", 1.0, 120),
    Speaker("flite", "awb", 0.9, 140),
    Speaker("flite", "kal16", 1.0, 105),
    Speaker("festival", "cmu_us_slt_arctic_hts"),
    Speaker("festival", "kal_diphone"),
    Speaker("festival", "ked_diphone"),
]

PACKAGES = {
    "flite": ["flite"],
    "cmu_us_slt_arctic_hts": ["festival", "festvox-us-slt-hts"],
    "kal_diphone": ["festival", "festvox-kallpc16k"],
    "ked_diphone": ["festival", "festvox-kdlpc16k"],
}
"""What of Debian speaks as an engine or a voice."""


def speakers() -> list[Speaker]:
    """Those that this machine can speak with."""
    return [speaker for speaker in SPEAKERS if present(speaker)]


def warn_of_absent() -> None:
    """Says on stderr which voices this machine lacks, and what brings them: figures of fewer voices are other figures."""
    absent = [speaker for speaker in SPEAKERS if not present(speaker)]
    if absent:
        packages = {package: None for speaker in absent for package in PACKAGES.get(speaker.voice) or PACKAGES[speaker.engine]}
        print(
            f"{len(SPEAKERS) - len(absent)} of {len(SPEAKERS)} voices speak here. For all: sudo apt install {' '.join(packages)}",
            file=sys.stderr,
        )


def say_all(speaker: Speaker, texts: list[str]) -> Iterator[Samples]:
    """Each text as 16 kHz mono."""
    if speaker.engine == "espeak":
        voice = Voice(speaker.voice, round(150 * speaker.pace), speaker.pitch)
        for text in texts:
            yield voice.speak(text, RATE_HZ)
        return
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "said.wav"
        for text in texts:
            (_flite if speaker.engine == "flite" else _festival)(speaker, text, wav)
            yield read_wav(wav, RATE_HZ)


def present(speaker: Speaker) -> bool:
    if speaker.engine == "flite":
        return shutil.which("flite") is not None
    if speaker.engine == "festival":
        return shutil.which("text2wave") is not None and bool(list(Path("/usr/share/festival/voices").glob(f"*/{speaker.voice}")))
    return True


def _flite(speaker: Speaker, text: str, wav: Path) -> None:
    options = ["--setf", f"duration_stretch={1 / speaker.pace}", "--setf", f"int_f0_target_mean={speaker.pitch}"]
    subprocess.run(["flite", "-voice", speaker.voice, *options, "-t", text, "-o", str(wav)], check=True, capture_output=True)


def _festival(speaker: Speaker, text: str, wav: Path) -> None:
    stretch = [] if speaker.pace == 1 else ["-eval", f"(Parameter.set 'Duration_Stretch {1 / speaker.pace})"]
    command = ["text2wave", "-eval", f"(voice_{speaker.voice})", *stretch, "-o", str(wav)]
    subprocess.run(command, input=text.encode(), check=True, capture_output=True)


def resampled(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    return samples if from_hz == to_hz else np.asarray(soxr.resample(samples, from_hz, to_hz), np.int16)
