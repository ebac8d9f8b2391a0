"""Structs to bytes and back: JSON over HTTP, MessagePack over BLE."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from glasses.wire.errors import WireMalformedError


class Wire(msgspec.Struct, kw_only=True):
    """Base of all wire structs. ``unknown`` keeps fields a newer peer has sent."""

    unknown: dict[str, Any] = {}


W = TypeVar("W", bound=Wire)


def to_builtins(value: Wire) -> dict[str, Any]:
    """The struct as plain dicts and lists, its unknown fields back in their place."""
    plain: dict[str, Any] = _unfold(msgspec.to_builtins(value))
    return plain


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
    except (msgspec.DecodeError, RecursionError) as problem:
        raise WireMalformedError(f"{kind.__name__}: not JSON: {problem}") from problem
    return from_builtins(plain, kind)


def encode_msgpack(value: Wire) -> bytes:
    return msgspec.msgpack.encode(to_builtins(value))


def decode_msgpack(data: bytes, kind: type[W]) -> W:
    """Raises WireMalformedError for anything but a well-formed ``kind``."""
    try:
        plain = msgspec.msgpack.decode(data)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise WireMalformedError(f"{kind.__name__}: not MessagePack: {problem}") from problem
    return from_builtins(plain, kind)


def _fold(plain: object, kind: Any) -> object:
    """Move the fields that ``kind`` does not know into its ``unknown``, at every level."""
    if isinstance(plain, list):
        return [_fold(item, kind) for item in plain]
    struct = _struct_in(kind)
    if not isinstance(plain, dict) or struct is None:
        return plain
    fields = _fields(struct)
    folded: dict[str, Any] = {key: _fold(value, fields[key]) for key, value in plain.items() if key in fields}
    folded["unknown"] = {key: value for key, value in plain.items() if key not in fields}
    return folded


@cache
def _fields(struct: type[Wire]) -> dict[str, Any]:
    return {name: kind for name, kind in get_type_hints(struct).items() if name != "unknown"}


def _struct_in(kind: Any) -> type[Wire] | None:
    """The struct of an annotation: itself, or that of ``list[X]`` or ``X | None``; None for plain values."""
    if isinstance(kind, type) and issubclass(kind, Wire):
        return kind
    inside = (_struct_in(argument) for argument in get_args(kind) if get_origin(kind) is not dict)
    return next((found for found in inside if found), None)


def _unfold(value: Any) -> Any:
    """Put unknown fields back where they came from; a known field wins over one of the same name."""
    if isinstance(value, dict):
        unknown = value.pop("unknown", None) or {}
        return {**unknown, **{key: _unfold(item) for key, item in value.items()}}
    if isinstance(value, list | tuple):
        return [_unfold(item) for item in value]
    return value
