"""The relay's parts, made once and handed to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from glasses.wire.ids import uuid7
from relay.auth import keys
from relay.auth.accounts import Accounts
from relay.auth.factors import SecondFactors
from relay.auth.keys import KeyRing
from relay.auth.limits import Rates
from relay.auth.links import Links
from relay.auth.origin import Origin
from relay.auth.pairing import Pairings
from relay.auth.passwords import Passwords
from relay.auth.sessions import Sessions
from relay.auth.throttle import Throttle
from relay.auth.tokens import Tokens
from relay.catalog import settings
from relay.catalog.db import Database
from relay.catalog.profiles import Profiles
from relay.config import RelayConfig
from relay.ingest.blobs import BlobStore
from relay.ingest.intake import Intake
from relay.ingest.stores import open_blobs
from relay.ingest.sweep import Sweeper, Tiers
from relay.ingest.uploads import Uploads
from relay.jobs.bus import Bus
from relay.jobs.pool import CpuPool
from relay.library.videos import Library
from relay.push.vapid import Vapid, new_pem

DATABASE = "catalog.sqlite"
UPLOADS = "uploads"
KEYS = "keys"
INDEX = "index"
SCRATCH = "scratch"
"""Films while they are made."""
OVERLAP_S = 300
"""A key that no longer signs is accepted this much longer than the last token that it signed."""


@dataclass
class Address:
    """How others reach this relay; known once it listens."""

    url: str

    def __call__(self) -> str:
        return self.url


@dataclass(frozen=True, kw_only=True)
class Services:
    config: RelayConfig
    folder: Path
    now_ms: Callable[[], int]
    address: Address
    database: Database
    blobs: BlobStore
    tiers: Tiers
    sweeper: Sweeper
    bus: Bus
    pool: CpuPool
    tokens: Tokens
    sessions: Sessions
    accounts: Accounts
    pairings: Pairings
    links: Links
    origin: Origin
    rates: Rates
    throttle: Throttle
    factors: SecondFactors
    intake: Intake
    uploads: Uploads
    library: Library
    profiles: Profiles
    vapid: Vapid

    def close(self) -> None:
        self.uploads.close()
        self.pool.close()
        self.database.close()


async def open_services(config: RelayConfig, now_ms: Callable[[], int], *, passwords: Passwords | None = None) -> Services:
    """Makes the data folder and what is in it where it is missing. Raises DatabaseDamagedError, DiskFullError."""
    folder = config.data_dir
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    address = Address(config.server.public_url.rstrip("/") or f"http://{config.server.host}:{config.server.port}")
    database = Database(folder / DATABASE)
    relay_id = await database.write(lambda connection: settings.once(connection, "relay_id", uuid7(now_ms())))
    ring = KeyRing(folder / KEYS, now_ms, rotate_s=config.auth.rotate_keys_s, overlap_s=config.auth.access_token_s + OVERLAP_S)
    tokens = Tokens(ring, now_ms, config.auth.access_token_s)
    sessions = Sessions(database, tokens, config.auth, now_ms)
    links = Links(keys.link_key(folder / KEYS), now_ms, config.storage.link_s, address, sessions)
    throttle = Throttle(database, now_ms)
    factors = SecondFactors(database, keys.seal_key(folder / KEYS), now_ms)
    blobs = open_blobs(config)
    tiers = Tiers(database, blobs, config.storage, now_ms)
    bus, profiles = Bus(database, config.jobs, now_ms), Profiles(now_ms)
    intake = Intake(database, bus, now_ms, relay_id)
    uploads = Uploads(database, blobs, intake, folder / UPLOADS, config.uploads, config.storage.keep_free_bytes, now_ms)
    return Services(
        config=config, folder=folder, now_ms=now_ms, address=address, database=database, blobs=blobs, bus=bus,
        pool=CpuPool(config.jobs.processes, config.jobs.longest_s, config.jobs.memory_bytes), tokens=tokens, sessions=sessions,
        accounts=Accounts(database, passwords or Passwords(), sessions, factors, throttle, now_ms),
        pairings=Pairings(database, sessions, throttle, config.auth, now_ms, address), links=links,
        origin=Origin(config.server.trusted_proxies), throttle=throttle, factors=factors,
        rates=Rates(config.limits.requests_per_minute, config.auth.tries_per_minute, now_ms), intake=intake,
        uploads=uploads, tiers=tiers, sweeper=Sweeper(uploads, tiers, folder / UPLOADS, config.uploads.sweep_s),
        library=Library(bus, links, now_ms, config.sync.trash_s, profiles), profiles=profiles,
        vapid=Vapid(keys.push_key(folder / KEYS, new_pem), lambda: config.push.contact or _contact(address.url), now_ms),
    )  # fmt: skip


def _contact(url: str) -> str:
    """A push service wants one; an address without TLS is none to them."""
    return url if url.startswith("https:") else "mailto:souvenir@localhost.localdomain"
