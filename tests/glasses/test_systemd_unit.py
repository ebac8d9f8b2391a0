"""The unit file fits the program: its keys exist, its command and options exist, and the program speaks to systemd as it says."""

from __future__ import annotations

import configparser
import shlex
import socket
from pathlib import Path

import pytest

from glasses.cli import _parser
from glasses.systemd import SystemdNotifier

FOLDER = Path(__file__).parents[2] / "firmware_config"
UNIT = FOLDER / "souvenir-glasses.service"
KNOWN = {
    "Unit": {"Description", "Documentation", "Wants", "After", "StartLimitIntervalSec"},
    "Service": {
        "Type", "NotifyAccess", "User", "Group", "SupplementaryGroups", "StateDirectory", "ExecStart", "Environment", "Restart",
        "RestartSec", "TimeoutStartSec", "WatchdogSec", "TimeoutStopSec", "KillMode", "OOMPolicy", "MemoryHigh", "Nice",
        "IOSchedulingPriority", "AmbientCapabilities", "CapabilityBoundingSet",
        "NoNewPrivileges", "ProtectSystem", "ProtectHome", "PrivateTmp", "ReadWritePaths",
    },
    "Install": {"WantedBy"},
}  # fmt: skip
"""Of systemd.unit(5), systemd.service(5), systemd.exec(5), systemd.resource-control(5) and systemd.kill(5)."""


@pytest.fixture
def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[method-assign,assignment]  # systemd's keys have capitals
    parser.read(UNIT)
    return parser


def test_the_unit_has_only_keys_that_systemd_knows(unit: configparser.ConfigParser) -> None:
    assert {section: set(unit[section]) - KNOWN[section] for section in unit.sections()} == {
        "Unit": set(),
        "Service": set(),
        "Install": set(),
    }


def test_the_unit_keeps_the_glasses_up(unit: configparser.ConfigParser) -> None:
    service = unit["Service"]
    assert (service["Type"], service["Restart"], unit["Unit"]["StartLimitIntervalSec"]) == ("notify", "always", "0")
    assert int(service["WatchdogSec"]) >= 3 * 10


def test_the_command_of_the_unit_exists_with_its_options(unit: configparser.ConfigParser) -> None:
    words = shlex.split(unit["Service"]["ExecStart"])
    assert words[0].endswith("/.venv/bin/glasses")
    arguments = _parser().parse_args(words[1:])
    assert (arguments.hw, arguments.data, arguments.command.__name__) == ("pi:", "/var/lib/souvenir/glasses", "_run")


def test_every_file_has_its_line() -> None:
    readme = (FOLDER / "README.md").read_text()
    assert [path.name for path in FOLDER.iterdir() if path.name != "README.md" and f"`{path.name}`" not in readme] == []


def test_systemd_is_told_what_it_asks_for(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        notifier = SystemdNotifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        notifier.ready()
        notifier.status("Battery at 62%:\neverything runs.")
        notifier.status("Battery at 62%:\neverything runs.")
        notifier.alive()
        notifier.stopping()
        told = [systemd.recv(200) for _ in range(4)]
        with pytest.raises(BlockingIOError):
            systemd.recv(200)
        notifier.close()
    assert told == [b"READY=1", b"STATUS=Battery at 62%: everything runs.", b"WATCHDOG=1", b"STOPPING=1"]


def test_without_systemd_nothing_is_sent_and_a_dead_one_does_no_harm(tmp_path: Path) -> None:
    for environment in ({}, {"NOTIFY_SOCKET": str(tmp_path / "nobody listens")}):
        notifier = SystemdNotifier(environment)
        notifier.ready()
        notifier.close()
        notifier.alive()
