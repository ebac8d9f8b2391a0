"""What the demo does as the wearer's phone: log in, approve the glasses, enrol people, and watch the film come."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import httpx

from demo.processes import DemoFailedError
from glasses.wire.codec import Wire, decode_json
from glasses.wire.ids import uuid7
from glasses.wire.memory import Memory, MemoryList
from glasses.wire.people import PersonInfo
from glasses.wire.upload import Receipt
from glasses.wire.video import VideoInfo, VideoPage

API = "/api/v1"
W = TypeVar("W", bound=Wire)


class Companion:
    def __init__(self, relay_url: str, name: str, password: str) -> None:
        self._http = httpx.Client(base_url=relay_url, timeout=60.0)
        self._name, self._password = name, password
        self._log_in()

    def approve(self, user_code: str) -> None:
        self._send("POST", f"{API}/devices/approve", json={"user_code": user_code})

    def allow_faces(self) -> None:
        self._send("PUT", f"{API}/consent", json={"faces": True})

    def enrol(self, name: str, relation: str, photos: list[Path], now_ms: int) -> None:
        person = self._get(
            PersonInfo, self._send("POST", f"{API}/people", json={"person_id": uuid7(now_ms), "name": name, "relations": [relation]})
        )
        for photo in photos:
            kind = "image/png" if photo.suffix == ".png" else "image/jpeg"
            self._send("POST", f"{API}/people/{person.person_id}/photos", content=photo.read_bytes(), headers={"Content-Type": kind})

    def videos(self) -> list[VideoInfo]:
        """All of them, the oldest first."""
        found: list[VideoInfo] = []
        cursor = ""
        while True:
            page = self._get(VideoPage, self._send("GET", f"{API}/videos", params={"cursor": cursor, "limit": 100}))
            found += page.videos
            cursor = page.next_cursor
            if not cursor:
                return sorted(found, key=lambda video: video.captured_at)

    def receipt(self, video_id: str) -> Receipt:
        return self._get(Receipt, self._send("GET", f"{API}/videos/{video_id}/receipt"))

    def memories(self) -> list[Memory]:
        return self._get(MemoryList, self._send("GET", f"{API}/memories")).memories

    def download(self, url: str, to: Path) -> None:
        with self._http.stream("GET", url) as answer, to.open("wb") as file:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                file.write(piece)

    def close(self) -> None:
        self._http.close()

    def _get(self, kind: type[W], answer: httpx.Response) -> W:
        return decode_json(answer.content, kind)

    def _log_in(self) -> None:
        """Without a key of its own, the session is as long as one access token."""
        asked = {"grant_type": "password", "username": self._name, "password": self._password, "device_id": "demo", "device_name": "demo"}
        granted = self._send("POST", f"{API}/oauth/token", json=asked)
        self._http.headers["Authorization"] = f"Bearer {granted.json()['access_token']}"

    def _send(self, method: str, path: str, **how: object) -> httpx.Response:
        answer = self._http.request(method, path, **how)  # type: ignore[arg-type]  # httpx checks them at the call
        if answer.headers.get("Souvenir-Code") == "auth.expired":
            self._log_in()
            answer = self._http.request(method, path, **how)  # type: ignore[arg-type]  # as above
        if not answer.is_success:
            raise DemoFailedError(f"{method} {path} was answered {answer.status_code}: {answer.text}")
        return answer
