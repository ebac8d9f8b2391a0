"""The device's own key: on the device only, kept through re-pairing; what a radio or a full disk does to a refresh."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

import httpx
import jwt
import pytest

from glasses.clock import FakeClock
from glasses.errors import StorageFullError
from glasses.sync.credentials import CredentialFile, Credentials
from glasses.sync.device_key import DeviceKey, DeviceKeyFile
from glasses.sync.http import API, RelayClient
from glasses.sync.pairing import pair
from glasses.wire.errors import SouvenirError


def test_the_key_is_its_owners_only_and_stays(tmp_path: Path) -> None:
    file = DeviceKeyFile(tmp_path)
    assert file.load() is None
    made = file.load_or_make()
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.load_or_make().pem() == made.pem()
    file.path.write_bytes(b"damaged")
    with pytest.raises(SouvenirError) as refused:
        file.load()
    assert refused.value.code == "storage.damaged"
    assert file.load_or_make().pem() != made.pem()


def test_what_is_signed_names_its_secret_and_never_twice_the_same() -> None:
    key = DeviceKey.generate()
    first, second = key.signed("g", 1_750_000_000_000, "secret"), key.signed("g", 1_750_000_000_000, "secret")
    head = jwt.get_unverified_header(first["client_assertion"])
    assert set(head["jwk"]) == {"kty", "crv", "x"}, "never the private half"
    public = jwt.PyJWK.from_dict(head["jwk"], algorithm="EdDSA")
    claims = jwt.decode(first["client_assertion"], public, algorithms=["EdDSA"], audience="souvenir-relay", options={"verify_iat": False})
    assert (claims["sub"], claims["iat"], claims["ath"]) == ("g", 1_750_000_000, "K7gNU3sdo-OL0wNhqoVWhr3g6s1xYv72ol_pe_Unols")
    assert first["client_assertion"] != second["client_assertion"]


class TokenRelay:
    """Gives fresh tokens to whoever shows one that it gave, or loses the answer."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.signed_at: list[int] = []
        self.lose = False
        self.now_ms: int | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/oauth/token"):
            fresh = request.headers["Authorization"] != "Bearer old"
            return httpx.Response(200, json={}) if fresh else httpx.Response(401, json={"code": "auth.expired"})
        fields = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.shown.append(fields["refresh_token"])
        issued = jwt.decode(fields["client_assertion"], options={"verify_signature": False})["iat"]
        self.signed_at.append(issued)
        if self.now_ms is not None and abs(self.now_ms // 1000 - issued) > 300:
            return httpx.Response(401, headers={"Souvenir-Time": str(self.now_ms)}, json={"code": "auth.proof_stale"})
        if self.lose:
            raise httpx.ReadError("lost")
        return httpx.Response(200, json={"access_token": f"a{len(self.shown)}", "refresh_token": f"r{len(self.shown) + 1}"})


def client(folder: Path, relay: TokenRelay, clock: FakeClock) -> RelayClient:
    file = CredentialFile(folder)
    file.save(Credentials(relay_url="http://relay", access_token="old", refresh_token="r1", device_id="g"))
    DeviceKeyFile(folder).load_or_make()
    return RelayClient(file, clock, transport=httpx.MockTransport(relay))


async def test_a_lost_answer_is_asked_for_again_with_the_same_token(tmp_path: Path) -> None:
    relay, clock = TokenRelay(), FakeClock()
    asking = client(tmp_path, relay, clock)
    relay.lose = True
    for _ in range(3):
        with pytest.raises(SouvenirError) as lost:
            await asking.request("GET", f"{API}/me")
        assert lost.value.code == "relay.unreachable"
        clock.jump(86_400)
    relay.lose = False
    await asking.request("GET", f"{API}/me")
    assert relay.shown == ["r1"] * 4
    await asking.close()


async def test_a_full_disk_does_not_shut_the_device_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the relay gave is used, but the token that is on the disk stays the one to come back with."""
    relay, clock = TokenRelay(), FakeClock()
    asking = client(tmp_path, relay, clock)

    def full(_credentials: Credentials) -> None:
        raise StorageFullError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(asking._file, "save", full)
        assert (await asking.request("GET", f"{API}/me")).status_code == 200
    assert CredentialFile(tmp_path).load().refresh_token == "r1"
    asking._tokens.access_token = "old"
    await asking.request("GET", f"{API}/me")
    assert relay.shown == ["r1", "r1"]
    assert CredentialFile(tmp_path).load().refresh_token == "r3"
    await asking.close()


@pytest.mark.parametrize("off_s", [-4000.0, 4000.0, 400_000_000.0])
async def test_a_wrong_clock_is_mended_by_the_relays_time(tmp_path: Path, off_s: float) -> None:
    relay, clock = TokenRelay(), FakeClock()
    relay.now_ms = clock.now_ms()
    clock.jump(off_s)
    asking = client(tmp_path, relay, clock)
    assert (await asking.request("GET", f"{API}/me")).status_code == 200
    assert (len(relay.shown), relay.signed_at[-1]) == (2, relay.now_ms // 1000)
    await asking.close()


async def test_pairing_is_signed_from_the_first_request_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, str]] = []
    answers = [
        httpx.Response(200, json={"device_code": "d", "user_code": "BCDF-GHJK", "verification_uri": "http://relay/pair", "interval": 1}),
        httpx.Response(400, json={"code": "auth.pairing_pending"}),
        httpx.Response(200, json={"access_token": "a", "refresh_token": "r", "user_id": "u", "device_id": "g"}),
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append({name: values[0] for name, values in parse_qs(request.content.decode()).items()})
        return answers.pop(0)

    class Soon(FakeClock):
        async def sleep(self, seconds: float) -> None:
            self.jump(seconds)

    real = httpx.AsyncClient
    monkeypatch.setattr("glasses.sync.pairing.httpx.AsyncClient", lambda **how: real(transport=httpx.MockTransport(answer), **how))
    shown = []
    await pair("http://relay", "g", "glasses", CredentialFile(tmp_path), Soon(), shown.append)
    keys = {str(jwt.get_unverified_header(one["client_assertion"])["jwk"]) for one in asked}
    assert (len(asked), len(keys), shown[0].user_code) == (3, 1, "BCDF-GHJK")
    kept = CredentialFile(tmp_path).load()
    assert (kept.refresh_token, kept.device_id) == ("r", "g")
