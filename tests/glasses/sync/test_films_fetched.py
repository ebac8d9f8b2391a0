"""Finished films come to the glasses when the plan has room for them."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from glasses.bus import Bus
from glasses.clock import FakeClock
from glasses.errors import RelayUnreachableError
from glasses.events import FilmFetched, MemoryChanged, PlanChanged
from glasses.sync.credentials import CredentialFile, Credentials
from glasses.sync.films import KEPT, Films
from glasses.sync.http import RelayClient
from glasses.wire.errors import SouvenirError
from glasses.wire.memory import Memory, MemoryStatus


class Relay:
    def __init__(self) -> None:
        self.down, self.fetched = False, [""][:0]

    async def memory(self, memory_id: str) -> Memory:
        if self.down:
            raise RelayUnreachableError("no way")
        return Memory(memory_id=memory_id, status=MemoryStatus.COMPLETED, video_url=f"/{memory_id}.film", poster_url=f"/{memory_id}.poster")

    async def fetch(self, url: str, path: Path) -> None:
        self.fetched.append(url)
        write(path, url)


def write(path: Path, text: str) -> None:
    path.write_text(text)


def read(path: str) -> str:
    return Path(path).read_text()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def done(memory_id: str) -> MemoryChanged:
    return MemoryChanged(Memory(memory_id=memory_id, status=MemoryStatus.COMPLETED))


async def test_a_film_is_fetched_with_its_poster_and_told(tmp_path: Path) -> None:
    bus, relay = Bus(), Relay()
    films, told = Films(tmp_path, relay, bus, lambda: True), bus.subscribe(FilmFetched)
    bus.publish(done("m1"))
    await films.step()
    fetched = told.poll()
    assert fetched is not None
    assert (read(fetched.film_path), read(fetched.poster_path)) == ("/m1.film", "/m1.poster")
    bus.publish(done("m1"))
    await films.step()
    assert len(relay.fetched) == 2, "once is enough"


async def test_what_the_plan_or_the_network_refuses_is_fetched_later(tmp_path: Path) -> None:
    bus, relay, allowed = Bus(), Relay(), [False]
    films, told = Films(tmp_path, relay, bus, lambda: allowed[0]), bus.subscribe(FilmFetched)
    bus.publish(done("m1"))
    await films.step()
    allowed[0], relay.down = True, True
    bus.publish(PlanChanged("more"))
    await films.step()
    assert told.poll() is None
    relay.down = False
    bus.publish(PlanChanged("still more"))
    await films.step()
    assert told.poll() is not None


async def test_only_the_newest_films_stay(tmp_path: Path) -> None:
    bus = Bus()
    films = Films(tmp_path, Relay(), bus, lambda: True)
    for number in range(KEPT + 2):
        bus.publish(done(f"m{number}"))
        await films.step()
    assert names(tmp_path) == sorted(f"m{number}.{kind}" for number in range(2, KEPT + 2) for kind in ("jpg", "mp4"))


async def test_a_download_is_whole_or_not_there_and_the_token_stays_at_home(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        if request.url.path == "/film":
            return httpx.Response(200, content=b"x" * 200_000)
        return httpx.Response(404, json={"code": "request.not_found", "detail": "gone"})

    file = CredentialFile(tmp_path)
    file.save(Credentials(relay_url="http://relay", access_token="secret"))
    client = RelayClient(file, FakeClock(), transport=httpx.MockTransport(answer))
    await client.download("http://relay/film", tmp_path / "film.mp4")
    assert read(str(tmp_path / "film.mp4")) == "x" * 200_000
    with pytest.raises(SouvenirError, match="gone"):
        await client.download("http://relay/none", tmp_path / "none.mp4")
    assert names(tmp_path) == ["credentials.json", "film.mp4"]
    await client.close()
