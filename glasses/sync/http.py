"""The relay over HTTP: tokens that refresh themselves, problems that become errors, retries of what may pass."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from glasses import faults
from glasses.clock import Clock
from glasses.errors import RelayUnreachableError, StorageFullError
from glasses.hw.base import Network
from glasses.sync.credentials import CredentialFile, Credentials
from glasses.sync.device_key import DeviceKey, DeviceKeyFile
from glasses.wire import version
from glasses.wire.codec import decode_json
from glasses.wire.errors import ERRORS, Action, SouvenirError
from glasses.wire.journal import CORRELATION_HEADER, followed
from glasses.wire.pairing import TokenGrant

log = logging.getLogger("glasses.sync")

API = "/api/v1"
TIME_HEADER = "Souvenir-Time"
ATTEMPTS = 3
"""Of one request, at once; longer outages are the engine's to wait out."""
TIMEOUT = httpx.Timeout(30.0, connect=5.0)


class GatedTransport(httpx.AsyncBaseTransport):
    """Fails at once while the network is down, also in the middle of a body, as a radio would."""

    def __init__(self, inner: httpx.AsyncBaseTransport, network: Network) -> None:
        self._inner, self._network = inner, network

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._check()
        if isinstance(request.stream, httpx.AsyncByteStream):
            request.stream = _GatedStream(request.stream, self._check)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _check(self) -> None:
        if not self._network.is_up():
            raise httpx.ConnectError("the network is down")


class _GatedStream(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, check: Callable[[], None]) -> None:
        self._inner, self._check = inner, check

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._inner:
            self._check()
            yield piece


class RelayClient:
    """Requests with the device's token. Raises RelayUnreachableError, or the SouvenirError that the relay's problem names."""

    def __init__(
        self, credentials: CredentialFile, clock: Clock, network: Network | None = None, transport: httpx.AsyncBaseTransport | None = None,
        answered: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._file, self._clock, self._answered = credentials, clock, answered
        self._tokens: Credentials = credentials.load()
        inner = transport or httpx.AsyncHTTPTransport()
        key = DeviceKeyFile(credentials.path.parent).load()
        self._http = httpx.AsyncClient(
            base_url=self._tokens.relay_url,
            transport=GatedTransport(inner, network) if network else inner,
            headers={version.HEADER: str(version.PROTOCOL)},
            timeout=TIMEOUT,
        )
        self._session = KeySession(self._http, key, self._tokens.device_id, clock)

    async def request(self, method: str, path: str, **how: Any) -> httpx.Response:
        """The answer, if it is one of success. Tries again what may pass, and refreshes an expired token once."""
        attempts = AsyncRetrying(
            stop=stop_after_attempt(ATTEMPTS), wait=wait_exponential_jitter(multiplier=0.2, max=2.0),
            retry=retry_if_exception(_may_pass), sleep=self._clock.sleep, reraise=True,
        )  # fmt: skip
        async for attempt in attempts:
            with attempt:
                return await self._once(method, path, **how)
        raise AssertionError("unreachable: reraise is set")

    async def download(self, url: str, path: Path) -> None:
        """A signed link's bytes into ``path``, which appears when it is whole. The device's token stays at home."""
        part = path.with_name(path.name + ".part")
        try:
            async with self._http.stream("GET", url) as answer:
                if not answer.is_success:
                    await answer.aread()
                    raise problem_of(answer)
                with part.open("wb") as file:
                    async for piece in answer.aiter_bytes(1 << 16):
                        file.write(piece)
            part.rename(path)
        except httpx.TransportError as problem:
            raise RelayUnreachableError(f"{self._http.base_url}: {problem or type(problem).__name__}") from problem
        except OSError as problem:
            raise StorageFullError(f"{path}: {problem.strerror}") from problem
        finally:
            part.unlink(missing_ok=True)

    async def close(self) -> None:
        await self._http.aclose()

    async def _once(self, method: str, path: str, **how: Any) -> httpx.Response:
        try:
            return await self._send(method, path, **how)
        except SouvenirError as error:
            if error.code != "auth.expired":
                raise
        await self._refresh()
        return await self._send(method, path, **how)

    async def _send(self, method: str, path: str, **how: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._tokens.access_token}", **how.pop("headers", {})}
        if followed():
            headers[CORRELATION_HEADER] = followed()
        answer = await exchange(self._http, method, path, headers=headers, **how)
        self._answered()
        return answer

    async def _refresh(self) -> None:
        """A new pair of tokens. Where it cannot be written down, the refresh token before it goes on being the one.

        The relay takes a refresh token again as long as its successor was never used: so neither a lost answer nor a full disk,
        however long they last, shuts the device out.
        """
        faults.point("token.refreshing")
        asked = {"grant_type": "refresh_token", "refresh_token": self._tokens.refresh_token}
        answer = await self._session.post(f"{API}/oauth/token", asked, secret=self._tokens.refresh_token)
        faults.point("token.refreshed")
        grant = decode_json(answer.content, TokenGrant)
        self._tokens.access_token = grant.access_token
        try:
            self._file.save(msgspec.structs.replace(self._tokens, refresh_token=grant.refresh_token))
        except StorageFullError as problem:
            log.warning("the fresh refresh token could not be kept: %s", problem)
            return
        self._tokens.refresh_token = grant.refresh_token


class KeySession:
    """Requests for tokens, signed with the device's key, by the relay's time where the device's clock is off."""

    def __init__(self, http: httpx.AsyncClient, key: DeviceKey | None, device_id: str, clock: Clock) -> None:
        self._http, self._key, self._device_id, self._clock = http, key, device_id, clock
        self._ahead_ms = 0

    async def post(self, path: str, fields: dict[str, str], *, secret: str = "") -> httpx.Response:
        """The answer, if it is one of success. Raises what ``exchange`` does."""
        answer = await self._post(path, fields, secret)
        if not answer.is_success and (told := answer.headers.get(TIME_HEADER, "")).isdigit():
            self._ahead_ms = int(told) - self._clock.now_ms()
            answer = await self._post(path, fields, secret)
        if answer.is_success:
            return answer
        raise problem_of(answer)

    async def _post(self, path: str, fields: dict[str, str], secret: str) -> httpx.Response:
        signed = self._key.signed(self._device_id, self._clock.now_ms() + self._ahead_ms, secret) if self._key else {}
        try:
            return await self._http.post(path, data={**fields, **signed})
        except httpx.TransportError as problem:
            raise RelayUnreachableError(f"{self._http.base_url}: {problem or type(problem).__name__}") from problem


async def exchange(http: httpx.AsyncClient, method: str, path: str, **how: Any) -> httpx.Response:
    """One request. Raises RelayUnreachableError or the error that the relay's problem+json names."""
    try:
        answer = await http.request(method, path, **how)
    except httpx.TransportError as problem:
        raise RelayUnreachableError(f"{http.base_url}: {problem or type(problem).__name__}") from problem
    if answer.is_success:
        return answer
    raise problem_of(answer)


def problem_of(answer: httpx.Response) -> SouvenirError:
    """The error that a refusal names; one of the relay's own making when it names none that is known here."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    code = (body.get("code", "") if isinstance(body, dict) else "") or answer.headers.get("Souvenir-Code", "")
    detail = (body.get("detail") if isinstance(body, dict) else "") or f"{answer.status_code} from {answer.request.url.path}"
    if code not in ERRORS:
        code = "relay.failed" if answer.status_code >= 500 else "request.not_found" if answer.status_code == 404 else "wire.malformed"
    return SouvenirError(detail, code=code)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, SouvenirError) and error.kind.action == Action.RETRY and error.code in ("relay.unavailable", "upload.locked")
