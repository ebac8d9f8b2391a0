"""How a device proves who it is: a JWT signed with its own key (RFC 7523), whose public half lies in the header (as in RFC 9449).

The key is bound to the session when it begins, by its thumbprint (RFC 7638). A proof names the secret that it goes with by that secret's
hash (``ath``), so it is of no use with another one, or at another relay; and it is taken once.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

import jwt
import msgspec

from relay.catalog import devices
from relay.catalog.rows import Connection
from relay.errors import SouvenirError

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
AUDIENCE = "souvenir-relay"
WINDOW_MS = 300_000
"""How far a device's clock may be from the relay's. One that is farther is told the relay's time, and signs again."""
_MEMBERS = {("OKP", "Ed25519"): ("crv", "kty", "x"), ("EC", "P-256"): ("crv", "kty", "x", "y")}
_ALGORITHMS = {"OKP": "EdDSA", "EC": "ES256"}


class ProofRefusedError(SouvenirError):
    code = "auth.proof"


class ProofStaleError(SouvenirError):
    code = "auth.proof_stale"


class Proof(NamedTuple):
    thumbprint: str
    proof_id: str
    expires_at: int


class Proofs:
    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms

    def read(self, kind: str, assertion: str, secret: str = "") -> Proof | None:
        """None when nothing was sent. ``secret``: what the proof must go with. Raises ProofRefusedError, ProofStaleError."""
        if not kind and not assertion:
            return None
        if kind != ASSERTION:
            raise ProofRefusedError(f"client_assertion_type is not {ASSERTION}")
        key, thumbprint = _key(assertion)
        claims = _claims(assertion, key)
        if secret and claims.get("ath") != hash_of(secret):
            raise ProofRefusedError("it goes with another token (ath)")
        issued_ms = claims["iat"] * 1000
        if abs(self._now_ms() - issued_ms) > WINDOW_MS:
            raise ProofStaleError(f"signed at {claims['iat']}, here it is {self._now_ms() // 1000}")
        proof_id = hashlib.sha256(f"{thumbprint} {claims['jti']}".encode()).hexdigest()
        return Proof(thumbprint, proof_id, int(issued_ms) + 2 * WINDOW_MS)

    def use_in(self, connection: Connection, proof: Proof) -> None:
        """Raises ProofRefusedError for one that was shown before. Call it inside a write."""
        if not devices.first_use(connection, proof.proof_id, self._now_ms(), proof.expires_at):
            raise ProofRefusedError("it was shown before")


def hash_of(secret: str) -> str:
    """RFC 9449's ``ath``: base64url of the SHA-256, without padding."""
    return _base64(hashlib.sha256(secret.encode()).digest())


def _key(assertion: str) -> tuple[jwt.PyJWK, str]:
    try:
        jwk = jwt.get_unverified_header(assertion).get("jwk")
    except jwt.InvalidTokenError as problem:
        raise ProofRefusedError(str(problem)) from problem
    members = _MEMBERS.get((str(jwk.get("kty")), str(jwk.get("crv")))) if isinstance(jwk, dict) else None
    if not isinstance(jwk, dict) or members is None:
        raise ProofRefusedError("its header holds no jwk of Ed25519 or P-256")
    if "d" in jwk:
        raise ProofRefusedError("a private key was sent: make a new one")
    try:
        known = {name: str(jwk[name]) for name in members}
        key = jwt.PyJWK.from_dict(known, algorithm=_ALGORITHMS[known["kty"]])
    except (jwt.PyJWKError, jwt.InvalidKeyError, KeyError, ValueError) as problem:
        raise ProofRefusedError(f"its jwk is malformed: {problem}") from problem
    return key, _base64(hashlib.sha256(msgspec.json.encode(dict(sorted(known.items())))).digest())


def _claims(assertion: str, key: jwt.PyJWK) -> dict[str, Any]:
    options: Any = {"require": ["iss", "sub", "aud", "iat", "jti"], "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    try:
        claims: dict[str, Any] = jwt.decode(assertion, key, algorithms=[key.algorithm_name], audience=AUDIENCE, options=options)
    except (jwt.InvalidTokenError, jwt.InvalidKeyError) as problem:
        raise ProofRefusedError(str(problem)) from problem
    if not isinstance(claims["iat"], int) or not isinstance(claims["jti"], str) or not 8 <= len(claims["jti"]) <= 100:
        raise ProofRefusedError("iat must be whole seconds, jti 8 to 100 letters")
    return claims


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
