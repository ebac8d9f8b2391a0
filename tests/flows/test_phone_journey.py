"""The real glasses and the real phone, each a process of its own, over HCI on TCP: paired, carried, and passed on to a real relay."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from glasses.wire.memory import MemoryStatus

from .conftest import ACCOUNT, PASSWORD, ROOT, House, Process, until


@dataclass
class Phone:
    """``scripts/phone`` with a folder of its own."""

    house: House
    port: int
    runs: list[Process] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.house.folder / "phone"

    def command(self, *words: str) -> list[str]:
        radio = f"tcp-client:127.0.0.1:{self.port}"
        return [sys.executable, "-m", "phone.cli", "--folder", str(self.folder), "--radio", radio, *words]

    def do(self, *words: str, typed: str = "") -> str:
        """Run it to its end; what it said."""
        done = subprocess.run(
            self.command(*words), input=typed, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False,
            env={**os.environ, "COLUMNS": "200"},
        )  # fmt: skip
        assert done.returncode == 0, (words, done.stdout, done.stderr, (self.house.folder / "glasses.log").read_text()[-2000:])
        return done.stdout

    def pulled(self) -> set[str]:
        """The kinds of files that came."""
        return {path.name.split(".", 1)[1] for path in self.folder.glob("*-*.*")}

    def start(self, *words: str) -> Process:
        self.runs.append(Process(self.command(*words), self.house.folder / "phone.log"))
        self.house.runs.append(self.runs[-1])
        return self.runs[-1]

    def pair(self, glasses: Process) -> None:
        """Type what the glasses show."""
        pairing = subprocess.Popen(
            self.command("pair"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
        )
        until(lambda: digits_of(glasses), "six digits on the display")
        said, _ = pairing.communicate(digits_of(glasses)[-1] + "\n", timeout=120)
        assert "Paired." in said, said


def digits_of(glasses: Process) -> list[str]:
    """Shown as ``123 456``."""
    return re.findall(r"\b\d{3} \d{3}\b", "\n".join(line for line in glasses.lines if "Pair a phone" in line))


@pytest.mark.timeout(300)
def test_glasses_without_a_network_reach_the_relay_over_the_phone(house: House) -> None:
    house.configure(width=320, height=180)
    house.relay_up()
    glasses = house.glasses("run", "--hw", "sim:", "--ble", "sim:0")
    until(lambda: any("tcp-client:" in line for line in glasses.lines), "the radio is open")
    (port,) = {int(found) for line in glasses.lines for found in re.findall(r"tcp-client:127\.0\.0\.1:(\d+)", line)}
    phone = Phone(house, port)
    phone.pair(glasses)
    assert (phone.folder / "bonds.json").stat().st_mode & 0o777 == 0o600
    assert (house.glasses_data / "bonds.json").stat().st_mode & 0o777 == 0o600

    phone.do("record")
    until(lambda: any("Recording" in line for line in glasses.lines), "the glasses record")
    assert "Saved" in phone.do("stop")
    phone.do("photo")
    assert "Set" in phone.do("set", "preroll_s=0")
    names = house.folder / "names.toml"
    names.write_text('people = [{name = "Ada", relations = ["wife"]}]\nplaces = ["Paris"]\n')
    assert "Told 1 people and 1 places" in phone.do("push", "--from", str(names))

    assert "Took" in phone.do("pull")
    small = {"json", "thumbnail.jpg", "custody.json"}
    until(lambda: phone.pulled() >= small or (phone.do("pull") and phone.pulled() >= small), "all that is small came")
    assert house.status().counts == {"kept": 2}, "nothing that is small makes a clip carried"
    until(lambda: "everything is kept here" in house.status().link, "nobody is there to take anything")

    from demo.companion import Companion

    house.companion = Companion(f"http://127.0.0.1:{house.port}", ACCOUNT, PASSWORD)
    phone.do("login", f"http://127.0.0.1:{house.port}", ACCOUNT, "--password", PASSWORD)
    staying = phone.start("run")
    until(lambda: house.status().counts == {"stored": 2}, "both are on the relay, and the glasses know it")
    clips, videos = house.status().clips, house.companion.videos()
    assert sorted((clip.segment_id, clip.sha256) for clip in clips) == sorted((video.video_id, video.sha256) for video in videos)
    until(lambda: "the phone takes" in house.status().link, "the way is the phone")
    staying.end()

    ask_for_no_film(phone)
    glasses.end()
    assert house.status().link == "The glasses are off: nothing is sent."
    assert "Ada" in names_known(house.glasses_data)


def ask_for_no_film(phone: Phone) -> None:
    """A request that cannot be fulfilled: by way of the glasses' outbox, the phone's errand, the relay and its feed, back to the phone."""
    asked = subprocess.run(
        phone.command("film", "my wife in Tokyo", "--wait", "60"), capture_output=True, text=True, cwd=ROOT, timeout=90, check=False
    )
    assert phone.house.companion is not None
    (memory,) = phone.house.companion.memories()
    assert (memory.status, memory.query) == (MemoryStatus.FAILED, "my wife in Tokyo")
    said_by_glasses = (phone.house.folder / "glasses.log").read_text()[-2000:]
    assert "No film" in asked.stdout, (asked.returncode, asked.stdout, asked.stderr, said_by_glasses)


def names_known(data: Path) -> str:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(data / "spool.db")) as connection:
        return ", ".join(row[0] for row in connection.execute("SELECT name FROM vocabulary"))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_glasses_killed_after_they_said_carried_still_say_so(house: House) -> None:
    """And the phone, killed in mid-clip, goes on where its disk ends."""
    house.configure(width=320, height=180)
    glasses = house.glasses("run", "--hw", "sim:", "--ble", "sim:0")
    until(lambda: any("tcp-client:" in line for line in glasses.lines), "the radio is open")
    port = int(re.findall(r"tcp-client:127\.0\.0\.1:(\d+)", "\n".join(glasses.lines))[0])
    phone = Phone(house, port)
    phone.pair(glasses)
    phone.do("record")
    phone.do("stop")
    killed = phone.start("run")
    until(lambda: list(phone.folder.glob("*.mp4*")), "a clip begins to arrive")
    killed.kill()
    staying = phone.start("run")
    until(lambda: house.status().counts == {"carried": 1}, "the phone has it, and the glasses say so")
    staying.end()
    glasses.kill()
    (clip,) = house.status().clips
    assert clip.custody == "carried"
    again = house.glasses("run", "--hw", "sim:", "--ble", f"sim:{port}")
    until(lambda: any("tcp-client:" in line for line in again.lines), "the radio is open again")
    assert '"carried"' in phone.do("status", "--json"), "the bond has survived as well"
    name = f"{clip.segment_id}.mp4"  # beside it lies the small copy, if that was made in time
    assert (phone.folder / name).read_bytes() == (house.glasses_data / "media" / name).read_bytes()
