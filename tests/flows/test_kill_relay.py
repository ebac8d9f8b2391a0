"""The relay is killed at every named point: a receipt that was said is true after, an offset never went down, a clip is one video."""

from __future__ import annotations

import ast
import base64
import contextlib
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from glasses.wire.codec import decode_json, encode_json
from glasses.wire.ids import uuid7
from glasses.wire.segment import Segment
from glasses.wire.upload import Receipt
from relay import faults

from .relay_process import RelayProcess

ROOT = Path(__file__).parents[2]
CHUNK = {"Content-Type": "application/offset+octet-stream"}
TUS = {"Tus-Resumable": "1.0.0"}
ELSEWHERE = {"tier.copied", "tier.moved"}
"""Passed by no request: their test is beside the tiers'."""
SECOND = {"blob.linked", "blob.synced", "blob.renamed", "blob.durable", "intake.uncommitted", "part.written", "upload.synced"}
"""Passed by the clip in pieces first, and by the one in one request (or the second piece) later."""
QUICK = {
    "kill upload.created",
    "kill upload.advanced",
    "kill upload.whole",
    "kill blob.renamed",
    "kill blob.synced 2",
    "kill upload.stored",
    "kill multipart.kept",
}
STRIKES = [f"kill {point}" for point in faults.POINTS if point not in ELSEWHERE] + [f"kill {point} 2" for point in sorted(SECOND)]


@dataclass
class Sender:
    """A device and a phone, and what the relay has said to them."""

    pieces: bytes = bytes(range(256)) * 200
    one: bytes = bytes(range(255, -1, -1)) * 150
    segment: Segment = field(init=False)
    other: Segment = field(init=False)
    url: str = ""
    given_up: str = ""
    offset: int = 0
    receipts: dict[str, Receipt] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.segment, self.other = _segment(self.pieces), _segment(b"never sent")

    def live(self, http: httpx.Client) -> None:
        """All that passes the points; whatever is said is remembered as soon as it is."""
        self.send_in_pieces(http)
        self.send_in_one(http)
        self.given_up = _created(http, self.other)
        http.delete(self.given_up, headers=TUS).raise_for_status()

    def send_in_pieces(self, http: httpx.Client) -> None:
        if not self.url:
            self.url = _created(http, self.segment)
        while self.segment.segment_id not in self.receipts:
            stop = self.offset + 20_000
            answer = http.patch(
                self.url, headers={**TUS, **CHUNK, "Upload-Offset": str(self.offset)}, content=self.pieces[self.offset : stop]
            )
            answer.raise_for_status()
            self.offset = int(answer.headers["Upload-Offset"])
            self._note(answer)

    def send_in_one(self, http: httpx.Client) -> None:
        data = {"device_type": "phone_app", "device_id": "phone", "metadata": json.dumps({"captured_at": 1})}
        answer = http.post("/api/v1/videos/upload", data=data, files={"video": ("c.mp4", self.one, "video/mp4")})
        answer.raise_for_status()
        self._note(answer)

    def go_on(self, http: httpx.Client) -> None:
        """As a client does that finds the relay again: ask, and continue there."""
        if self.url:
            head = http.head(self.url, headers=TUS)
            head.raise_for_status()
            offset = int(head.headers["Upload-Offset"])
            assert offset >= self.offset, f"the offset went down from {self.offset} to {offset}"
            assert offset - self.offset <= 20_000
            self.offset = offset
            self._note(head)
        self.send_in_pieces(http)
        self.send_in_one(http)
        self.send_the_other_way_round(http)

    def send_the_other_way_round(self, http: httpx.Client) -> None:
        """Each clip once more, by the other's way, by a sender that does not know its id."""
        data = {"device_type": "phone_app", "device_id": "phone", "metadata": "{}"}
        answer = http.post("/api/v1/videos/upload", data=data, files={"video": ("c.mp4", self.pieces, "video/mp4")}).raise_for_status()
        assert answer.json()["video_id"] == self.segment.segment_id
        url = _created(http, _segment(self.one))
        head = http.head(url, headers=TUS).raise_for_status()
        assert head.headers["Upload-Offset"] == head.headers["Upload-Length"], "nothing to send"

    def _note(self, answer: httpx.Response) -> None:
        if "Souvenir-Receipt" in answer.headers:
            receipt = decode_json(base64.b64decode(answer.headers["Souvenir-Receipt"]), Receipt)
            assert self.receipts.setdefault(receipt.segment_id, receipt) == receipt, "another receipt than before"


@contextlib.contextmanager
def connected(relay: RelayProcess) -> Any:
    auth = {"Authorization": f"Bearer {relay.address.token}"}
    with httpx.Client(base_url=relay.address.url, trust_env=False, timeout=30, headers=auth) as http:
        yield http


@pytest.mark.parametrize("strike", [pytest.param(each, marks=[] if each in QUICK else [pytest.mark.slow]) for each in STRIKES])
def test_killed_at(tmp_path: Path, strike: str) -> None:
    sender, relay = Sender(), RelayProcess(tmp_path / "data", strike)
    with connected(relay) as http, pytest.raises(httpx.TransportError):
        sender.live(http)
    assert relay.died(), "it was to be killed there"
    promised = dict(sender.receipts)
    again = RelayProcess(tmp_path / "data")
    try:
        with connected(again) as http:
            for receipt in promised.values():
                _is_there(http, receipt)
            sender.go_on(http)
            assert len(sender.receipts) == 2
            for receipt in sender.receipts.values():
                _is_there(http, receipt)
            assert len(http.get("/api/v1/videos").json()["videos"]) == 2
    finally:
        again.stop()
    _nothing_is_left(tmp_path / "data", sender)


def test_every_point_in_the_code_is_in_the_table_and_the_other_way_round() -> None:
    named = set()
    for path in (ROOT / "relay").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "faults.point":
                [argument] = node.args
                assert isinstance(argument, ast.Constant)
                named.add(argument.value)
    assert named == set(faults.POINTS)


def test_a_point_costs_nothing_until_a_fault_is_asked_for() -> None:
    assert not faults.armed()
    with pytest.raises(ValueError, match="no such point"):
        faults.parsed("kill nowhere")
    with pytest.raises(ValueError, match="neither"):
        faults.parsed("explode upload.synced")
    fault = faults.parsed("ENOSPC upload.synced 2")
    fault("upload.synced")
    fault("upload.stored")
    with pytest.raises(OSError, match="No space left"):
        fault("upload.synced")
    fault("upload.synced")


def _is_there(http: httpx.Client, receipt: Receipt) -> None:
    said = http.get(f"/api/v1/videos/{receipt.video_id}/receipt")
    assert decode_json(said.content, Receipt) == receipt
    media = http.get(f"/api/v1/videos/{receipt.video_id}/media")
    assert hashlib.sha256(media.content).hexdigest() == receipt.sha256


def _nothing_is_left(folder: Path, sender: Sender) -> None:
    """No part files but of uploads that may go on, no temporary names, no third copy."""
    assert len([path for path in (folder / "blobs").rglob("*") if path.is_file()]) == 2
    left = [path for path in (folder / "uploads").iterdir() if path.stem != sender.given_up.rpartition("/")[2]]
    assert left == []


def _created(http: httpx.Client, segment: Segment) -> str:
    metadata = base64.b64encode(encode_json(segment)).decode()
    headers = {**TUS, "Upload-Length": str(segment.size_bytes), "Upload-Metadata": f"segment {metadata}"}
    return str(http.post("/api/v1/uploads", headers=headers).raise_for_status().headers["Location"])


def _segment(data: bytes) -> Segment:
    return Segment(segment_id=uuid7(1), captured_at=1, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
