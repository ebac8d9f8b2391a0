"""The OpenAPI 3.1 document, made from the table of routes: it cannot say anything else than what is served."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from glasses.wire.codec import Wire
from relay.auth.gate import Public
from relay.errors import Problem
from relay.exchange import JSON_TYPE, PROBLEM_TYPE
from relay.routes import Route

_REF = "#/components/schemas/{name}"


def document(routes: Sequence[Route], version: str) -> dict[str, Any]:
    kinds = {kind for route in routes for kind in (route.request, route.response) if isinstance(kind, type)}
    _, schemas = msgspec.json.schema_components([*sorted(kinds, key=lambda kind: kind.__name__), Problem], ref_template=_REF)
    for schema in schemas.values():
        schema.get("properties", {}).pop("unknown", None)  # not a member: it carries those of newer peers
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(_template(route.path), {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Souvenir relay", "version": version, "summary": "Takes clips, finds moments, makes films."},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "security": [] if isinstance(route.access, Public) else [{"token": [scope.value for scope in route.access]}],
        "responses": {
            str(route.status): {"description": "Done.", **_content(route.response)},
            "default": {"description": "Refused; `code` says why.", "content": {PROBLEM_TYPE: {"schema": _ref(Problem)}}},
        },
    }
    if isinstance(route.access, Public):
        operation["description"] = f"Open to everyone: {route.access.reason}"
    if route.request is not None:
        operation["requestBody"] = {"required": True, **_content(route.request)}
    if parameters := _parameters(route):
        operation["parameters"] = parameters
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    in_path = re.findall(r"{(\w+)(?::[^}]*)?}", route.path)
    schema = {"schema": {"type": "string"}}
    return [{"name": name, "in": "path", "required": True, **schema} for name in in_path] + [
        {"name": name, "in": "query", "required": False, **schema} for name in route.query
    ]


def _content(kind: type[Wire] | str | None) -> dict[str, Any]:
    if kind is None:
        return {}
    if isinstance(kind, str):
        return {"content": {kind: {}}}
    return {"content": {JSON_TYPE: {"schema": _ref(kind)}}}


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": _REF.format(name=kind.__name__)}


def _template(path: str) -> str:
    return re.sub(r"{(\w+):[^}]*}", r"{\1}", path)
