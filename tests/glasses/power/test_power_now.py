from __future__ import annotations

from pathlib import Path

from glasses.config import Config
from glasses.doctor import findings_of
from glasses.power.now import outlook
from glasses.power.planner import EndsBy
from glasses.power.policy import Reading
from glasses.spool.spool import Spool
from glasses.status import read_status


def test_the_outlook_of_a_full_disk_and_of_a_small_battery() -> None:
    assert outlook(Reading(0.9), 10**9).ends_by is EndsBy.ROOM
    assert outlook(Reading(0.1), 10**12).ends_by is EndsBy.BATTERY


async def test_status_says_the_plan(spool: Spool) -> None:
    status = read_status(Config(data_dir=str(spool.folder)))
    assert "runs" in status.plan or "listen" in status.plan or "sent" in status.plan or "kept" in status.plan
    assert "record" in status.plan or "used up" in status.plan


def test_doctor_has_a_line_on_power(tmp_path: Path) -> None:
    findings = {finding.name: finding for finding in findings_of(Config(data_dir=str(tmp_path)), "sim:") if finding.name == "power"}
    assert findings["power"].detail.endswith(".")
