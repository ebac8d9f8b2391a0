"""What browsers are told, what logs never hold, TLS, proxies, and the sizes of what comes in."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import ssl

import httpx
import pyotp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from glasses.sync.device_key import DeviceKey
from relay.auth.origin import Origin
from relay.auth.pairing import GRANT
from relay.config import ServerConfig
from relay.errors import SouvenirError
from relay.journal import JsonFormatter
from relay.server import make_runner, tls_context

PASSWORD = "correct horse battery"


async def test_every_answer_is_safe_for_browsers(relay):
    mine = await relay.as_companion()
    for path, headers in (("/healthz", {}), ("/api/v1/me", mine), ("/api/v1/me", {}), ("/nowhere", {}), ("/", {}), ("/web/app.js", {})):
        told = (await relay.http.get(path, headers=headers)).headers
        assert told["X-Content-Type-Options"] == "nosniff"
        assert told["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in told["Content-Security-Policy"] or path.startswith("/web/")
        assert "Strict-Transport-Security" not in told, "not without TLS"
    assert (await relay.http.get("/api/v1/me", headers=mine)).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/pair?user_code=BCDF-GHJK", "/s/anything"])
async def test_pages_load_nothing_from_elsewhere_and_run_nothing_inline(relay, path):
    page = await relay.http.get(path)
    policy = dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
    assert "<script>" not in page.text
    assert " style=" not in page.text
    assert " onclick=" not in page.text


async def test_behind_tls_browsers_are_told_to_stay_there(relay):
    relay.services.address.url = "https://memories.example.org"
    assert "max-age" in (await relay.http.get("/healthz")).headers["Strict-Transport-Security"]


async def test_companion_files_are_those_and_no_others(relay):
    assert (await relay.http.get("/web/app.js")).headers["Content-Type"].startswith("text/javascript")
    for name in ("..%2F..%2Fhttp.py", "index.html", "nothing.js"):
        assert (await relay.http.get(f"/web/{name}")).status_code == 404


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "found"),
    [
        ([], "203.0.113.9", ["198.51.100.7"], "203.0.113.9"),
        (["10.0.0.0/8"], "10.1.2.3", ["198.51.100.7"], "198.51.100.7"),
        (["10.0.0.0/8"], "10.1.2.3", ["6.6.6.6, 198.51.100.7"], "198.51.100.7"),
        (["10.0.0.0/8"], "10.1.2.3", ["6.6.6.6, 198.51.100.7, 10.9.9.9"], "198.51.100.7"),
        (["10.0.0.0/8"], "10.1.2.3", ["6.6.6.6", "198.51.100.7"], "198.51.100.7"),
        (["10.0.0.0/8"], "10.1.2.3", [], "10.1.2.3"),
        (["10.0.0.0/8"], "10.1.2.3", ["nonsense"], "unknown"),
        ([], "2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::"),
        ([], "::ffff:203.0.113.9", [], "203.0.113.9"),
    ],
)
def test_only_a_trusted_proxy_says_who_asks(trusted, peer, forwarded, found):
    from multidict import CIMultiDict

    class Asked:
        remote = peer
        headers = CIMultiDict([("X-Forwarded-For", one) for one in forwarded])

    assert Origin(trusted).address(Asked()) == found


def test_a_proxy_that_is_no_address_is_a_mistake_in_the_configuration():
    with pytest.raises(SouvenirError, match="trusted_proxies"):
        Origin(["my-proxy"])


async def hello(_request):
    return web.Response(text="hello")


async def test_large_and_many_headers_are_refused(relay, relay_config):
    app = web.Application()
    app.router.add_get("/", hello)
    runner = make_runner(app, relay_config)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{runner.addresses[0][1]}", trust_env=False) as http:
            assert (await http.get("/", headers={"X": "a" * 15_000})).status_code == 200
            assert (await http.get("/", headers={"X": "a" * 17_000})).status_code == 400
            assert (await http.get("/", headers={f"X-{number}": "a" for number in range(150)})).status_code == 400
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"name": ' + b"[" * 50_000, b'{"a":' * 20_000])
async def test_a_body_that_is_deep_is_malformed(relay, body):
    headers = {**await relay.as_companion(), "Content-Type": "application/json"}
    answer = await relay.http.post("/api/v1/people", headers=headers, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "wire.malformed")


async def test_a_photo_is_bounded_in_any_form(relay):
    headers = await relay.as_companion()
    await relay.http.put("/api/v1/consent", headers=headers, json={"faces": True})
    person = (await relay.http.post("/api/v1/people", headers=headers, json={"name": "Anna"})).json()["person_id"]
    large = {"photo": ("a.jpg", bytes(9 << 20), "image/jpeg")}
    answer = await relay.http.post(f"/api/v1/people/{person}/photos", headers=headers, files=large)
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


@pytest.fixture
def certificate(tmp_path):
    """Paths of a certificate for 127.0.0.1 and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (tmp_path / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return tmp_path / "cert.pem", tmp_path / "key.pem"


async def test_tls_is_1_3_and_nothing_older(certificate, relay_config):
    context = tls_context(ServerConfig(tls_certificate=str(certificate[0]), tls_key=str(certificate[1])))
    app = web.Application()
    app.router.add_get("/", hello)
    runner = make_runner(app, relay_config)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        url = f"https://127.0.0.1:{runner.addresses[0][1]}/"
        trusting = ssl.create_default_context(cafile=str(certificate[0]))
        async with httpx.AsyncClient(verify=trusting, trust_env=False) as http:
            assert (await http.get(url)).text == "hello"
        trusting = ssl.create_default_context(cafile=str(certificate[0]))
        trusting.maximum_version = ssl.TLSVersion.TLSv1_2
        async with httpx.AsyncClient(verify=trusting, trust_env=False) as http:
            with pytest.raises(httpx.ConnectError):
                await http.get(url)
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(("name", "key"), [("nowhere.pem", ""), ("", "key.pem"), ("key.pem", "key.pem")])
def test_a_certificate_that_does_not_load_is_said_at_the_start(certificate, tmp_path, name, key):
    config = ServerConfig(tls_certificate=str(tmp_path / name) if name else "", tls_key=str(tmp_path / key) if key else "")
    with pytest.raises(SouvenirError, match="tls_certificate"):
        tls_context(config)


async def test_secrets_are_in_no_log(relay, caplog):
    """A day of all that has secrets in it, every level of every logger, then a search."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(JsonFormatter())
    secrets = {PASSWORD, "a wrong password", "a new long password"}
    account = await relay.account()
    mine, key = await relay.as_companion(), DeviceKey.generate()
    signed = key.signed("g", relay.clock.ms)
    begun = (await relay.http.post("/api/v1/devices/authorize", json=signed)).json()
    secrets |= {begun["device_code"], begun["user_code"], begun["user_code"].replace("-", ""), signed["client_assertion"]}
    await relay.http.get(f"/pair?user_code={begun['user_code']}")
    for code in ("BBBB-BBBB", begun["user_code"]):
        await relay.http.post("/api/v1/devices/pending", headers=mine, json={"user_code": code})
        await relay.http.post("/api/v1/devices/approve", headers=mine, json={"user_code": code})
    proof = key.signed("g", relay.clock.ms, begun["device_code"])
    grant = (await relay.http.post("/api/v1/oauth/token", data={"grant_type": GRANT, "device_code": begun["device_code"], **proof})).json()
    secrets |= {grant["access_token"], grant["refresh_token"], account.companion.access_token, account.companion.refresh_token}
    for password in (PASSWORD, "a wrong password"):
        await relay.http.post("/api/v1/oauth/token", data={"grant_type": "password", "username": "anna", "password": password})
    for token in (grant["refresh_token"], "unknown"):
        await relay.http.post("/api/v1/oauth/token", data={"grant_type": "refresh_token", "refresh_token": token})
    offered = (await relay.http.post("/api/v1/me/second-factor", headers=mine, json={"password": PASSWORD})).json()
    code = pyotp.TOTP(offered["secret"]).at(relay.clock.ms // 1000)
    codes = (await relay.http.post("/api/v1/me/second-factor/confirm", headers=mine, json={"otp": code})).json()["recovery_codes"]
    secrets |= {offered["secret"], *codes}
    changed = {"password": PASSWORD, "otp": codes[0], "new_password": "a new long password"}
    assert (await relay.http.put("/api/v1/me/password", headers=mine, json=changed)).status_code == 204
    segment = await relay.store(b"a clip")
    video = (await relay.http.get(f"/api/v1/videos/{segment.segment_id}", headers=mine)).json()
    signature = video["media_url"].rsplit("=", 1)[1]
    await relay.http.get(video["media_url"])
    share = (await relay.http.post("/api/v1/shares", headers=mine, json={"video_id": segment.segment_id})).json()["url"]
    token = share.rsplit("/", 1)[1]
    for path in (f"/s/{token}", f"/api/v1/shared/{token}", f"/api/v1/shared/{token}/media", f"/api/v1/shared/{token}x"):
        await relay.http.get(path)
    secrets |= {signature, token, token.split(".")[1]}
    await relay.http.get("/api/v1/me", headers={"Authorization": f"Bearer {grant['access_token']}x"})
    relay_lines = [caplog.handler.format(record) for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert len(relay_lines) > 20
    found = [secret for secret in secrets if any(secret in line for line in relay_lines)]
    assert found == []
