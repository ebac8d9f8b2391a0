"""Structs to bytes and back: JSON over HTTP, MessagePack over BLE."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from glasses.wire.errors import WireMalformedError


class Wire(msgspec.Struct, kw_only=True):
    """Base of all wire structs. ``unknown`` keeps fields a newer peer has sent."""

    unknown: dict[str, Any] = {}


W = TypeVar("W", bound=Wire)


def to_builtins(value: Wire) -> dict[str, Any]:
    """The struct as plain dicts and lists, its unknown fields back in their place."""
    plain: dict[str, Any] = msgspec.to_builtins(value, enc_hook=None)
    return _unfold(plain)


def from_builtins(plain: object, kind: type[W]) -> W:
    """A struct from plain data. Raises WireMalformedError naming the offending field."""
    try:
        return msgspec.convert(_fold(plain, kind), kind, strict=True)
    except msgspec.ValidationError as problem:
        raise WireMalformedError(f"{kind.__name__}: {problem}") from problem


def encode_json(value: Wire) -> bytes:
    return msgspec.json.encode(to_builtins(value))


def decode_json(data: bytes | str, kind: type[W]) -> W:
    """Raises WireMalformedError for anything but a well-formed ``kind``."""
    try:
        plain = msgspec.json.decode(data)
    except msgspec.DecodeError as problem:
        raise WireMalformedError(f"{kind.__name__}: not JSON: {problem}") from problem
    return from_builtins(plain, kind)


def encode_msgpack(value: Wire) -> bytes:
    return msgspec.msgpack.encode(to_builtins(value))


def decode_msgpack(data: bytes, kind: type[W]) -> W:
    """Raises WireMalformedError for anything but a well-formed ``kind``."""
    try:
        plain = msgspec.msgpack.decode(data)
    except msgspec.DecodeError as problem:
        raise WireMalformedError(f"{kind.__name__}: not MessagePack: {problem}") from problem
    return from_builtins(plain, kind)


def _fold(plain: object, kind: type[Wire]) -> object:
    """Move the fields ``kind`` does not know into its ``unknown`` (one level: the top)."""
    if not isinstance(plain, dict):
        return plain
    known = set(kind.__struct_fields__) - {"unknown"}
    folded = {key: value for key, value in plain.items() if key in known}
    folded["unknown"] = {key: value for key, value in plain.items() if key not in known}
    return folded


def _unfold(value: Any) -> Any:
    if isinstance(value, dict):
        unknown = value.pop("unknown", {}) if isinstance(value.get("unknown", {}), dict) else {}
        return {**unknown, **{key: _unfold(item) for key, item in value.items()}}
    if isinstance(value, list | tuple):
        return [_unfold(item) for item in value]
    return value
