"""The relay's configuration: TOML to typed structs. Every key has a default that just works; an unknown key is an error."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from relay.errors import SouvenirError

MIB = 1 << 20
GIB = 1 << 30


class ConfigInvalidError(SouvenirError):
    code = "config.invalid"


class ServerConfig(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    host: str = "127.0.0.1"
    port: int = 8787
    """0 lets the system choose; see --port-file."""
    public_url: str = ""
    """How phones and glasses reach this relay; empty: http://HOST:PORT."""
    log_level: str = "INFO"
    tls_certificate: str = ""
    """PEM file with the chain; with it the relay speaks TLS 1.3, and nothing else. Empty: plain HTTP (a proxy may speak TLS for it)."""
    tls_key: str = ""
    """PEM file with the certificate's key."""
    trusted_proxies: list[str] = []
    """Addresses or networks whose X-Forwarded-For is believed, as ["10.0.0.0/8"]; nobody's else is."""


class S3Config(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is empty is taken from the AWS_... variables of the environment."""

    bucket: str = ""
    """With a bucket, media are kept in it; empty: in the data folder."""
    prefix: str = ""
    endpoint: str = ""
    """Of a server other than Amazon's: https://minio.example:9000."""
    region: str = ""
    access_key_id: str = ""
    secret_access_key: str = ""
    virtual_hosted: bool = False
    """The bucket's name is part of the host's."""
    hot_class: str = "STANDARD"
    warm_class: str = "STANDARD_IA"
    cold_class: str = "GLACIER_IR"
    """Classes that must be restored before they can be read (GLACIER, DEEP_ARCHIVE) are refused."""

    def __post_init__(self) -> None:
        for name in (self.hot_class, self.warm_class, self.cold_class):
            if name in ("GLACIER", "DEEP_ARCHIVE"):
                raise ValueError(f"storage.s3: {name} cannot be read at once; GLACIER_IR can")


class StorageConfig(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    data_dir: str = ""
    """Empty: souvenir/relay under XDG_DATA_HOME (~/.local/share)."""
    keep_free_bytes: int = 256 * MIB
    """No upload is taken that would leave less than this on the disk."""
    link_s: int = 3600
    """How long a signed link to a picture or film works."""
    s3: S3Config = msgspec.field(default_factory=S3Config)
    warm_after_days: int = 0
    """Originals that nobody has used for so long move to the warm tier; 0: never."""
    cold_after_days: int = 0
    warm_dir: str = ""
    """A folder for the warm tier, as on a larger disk; empty: it stays where it is. A bucket uses storage classes."""
    cold_dir: str = ""
    """What is opened in the cold tier comes back to the hot one."""


class AuthConfig(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    access_token_s: int = 900
    refresh_token_s: int = 90 * 86_400
    pairing_s: int = 600
    pairing_interval_s: int = 5
    require_device_key: bool = True
    """Glasses are paired only with a key of their own, and a login without one is not renewed."""
    rotate_keys_s: int = 90 * 86_400
    """How old the key that signs tokens gets; 0: it is changed by hand only (relay keys rotate)."""
    tries_per_minute: int = 20
    """Of requests that need no token, on each address and route; wrong passwords and codes are slowed more than that."""


class LimitsConfig(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    requests_per_minute: int = 600
    """Of one account on one route; dear routes get a part of it, uploads much more."""
    header_bytes: int = 16 << 10
    """Of one header of a request; there may be a hundred."""


class UploadConfig(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    max_bytes: int = 8 * GIB
    expire_s: int = 7 * 86_400
    """An unfinished upload is dropped this long after its last byte."""
    idle_s: float = 60.0
    """A PATCH that brings nothing for this long lets go of its upload."""
    graceful_s: float = 10.0
    """How long a PATCH that was cut or taken over may save what it has got."""
    lock_s: float = 20.0
    """How long a reconnecting client waits for a dead PATCH to let go."""
    multipart_max_bytes: int = GIB
    sweep_s: float = 600.0
    """How often expired uploads are dropped and old clips change their tier."""
    direct_s: int = 3600
    """How long a sender may use the link that takes a clip straight to the bucket."""
    quota_bytes: dict[str, int] = msgspec.field(default_factory=lambda: {"standard": 0})
    """Of clips, for accounts of each tier; 0: no limit. An account is of the tier "standard" unless told otherwise."""


class SyncConfig(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    feed_s: int = 90 * 86_400
    """How far back the feed of changes reaches; a device that was away for longer is told all there is instead."""
    trash_s: int = 7 * 86_400
    """What a device deletes while it is out of reach can come back this long, by an edit that was made later elsewhere."""
    ping_s: float = 2.0
    dead_s: float = 5.0
    """A live connection that answers nothing for this long is closed."""


class JobsConfig(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    workers: int = 2
    processes: int = 2
    """Processes for extraction and rendering."""
    lease_s: float = 60.0
    max_attempts: int = 5
    late_s: float = 900.0
    """The relay says that it is not ready when a job has been due for longer."""
    longest_s: float = 1800.0
    """A process that works on one part of a job for longer hangs: it is ended. A film is tried again, a clip is parked."""
    memory_bytes: int = 6 << 30
    """What each of the processes may have; 0: no limit. A clip that takes more is kept, and not looked into."""
    poll_s: float = 1.0


class FilmsConfig(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    enhance: list[Literal["stabilise", "denoise", "exposure"]] = []
    """Done to clips that are brought into the films' form anyway (from phones): takes several times as long."""
    variants: list[Literal["hevc", "720p"]] = msgspec.field(default_factory=lambda: ["hevc", "720p"])
    """Forms besides H.264 in which a film may be asked for: each is encoded whole."""
    music_max_bytes: int = 128 * MIB
    """Of one piece of music that an account brings."""
    music_longest_s: float = 1800.0
    prepare: bool = True
    """Films of trips and of years that have ended are made before anybody asks, while there is nothing else to do."""
    prepare_every_s: float = 900.0
    """At most one for each account so often."""


class PushConfig(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    services: list[str] = msgspec.field(
        default_factory=lambda: ["*.googleapis.com", "*.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com"]
    )
    """Hosts of push services that messages are sent to; none other."""
    contact: str = ""
    """Where a push service's people find you, mailto: or https:; empty: the public address."""
    keep_s: int = 86_400
    """How long the service keeps a message for a browser that is off."""
    timeout_s: float = 20.0


class RelayConfig(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    server: ServerConfig = msgspec.field(default_factory=ServerConfig)
    storage: StorageConfig = msgspec.field(default_factory=StorageConfig)
    auth: AuthConfig = msgspec.field(default_factory=AuthConfig)
    uploads: UploadConfig = msgspec.field(default_factory=UploadConfig)
    limits: LimitsConfig = msgspec.field(default_factory=LimitsConfig)
    jobs: JobsConfig = msgspec.field(default_factory=JobsConfig)
    films: FilmsConfig = msgspec.field(default_factory=FilmsConfig)
    sync: SyncConfig = msgspec.field(default_factory=SyncConfig)
    push: PushConfig = msgspec.field(default_factory=PushConfig)

    def quota_bytes(self, tier: str) -> int:
        """What an account of ``tier`` may store; 0: without limit."""
        return self.uploads.quota_bytes.get(tier, 0)

    @property
    def data_dir(self) -> Path:
        return Path(self.storage.data_dir).expanduser() if self.storage.data_dir else default_data_dir()


def load(path: Path | None) -> RelayConfig:
    """The configuration of ``path``; all defaults without one. Raises ConfigInvalidError naming the key or the line."""
    if path is None:
        return RelayConfig()
    try:
        return parse(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ConfigInvalidError(f"{path}: {problem.strerror}") from problem
    except ConfigInvalidError as problem:
        raise ConfigInvalidError(f"{path}: {problem.detail}") from problem


def parse(text: str) -> RelayConfig:
    """Raises ConfigInvalidError for anything but TOML with known keys of the right types."""
    try:
        return msgspec.convert(tomllib.loads(text), RelayConfig)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise ConfigInvalidError(str(problem)) from problem


def default_data_dir() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "souvenir" / "relay"
