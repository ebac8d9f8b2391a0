"""The OpenAPI 3.1 document, made from the table of routes: it cannot say anything else than what is served."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from glasses.wire.codec import Wire
from relay.auth.gate import Public
from relay.auth.tokens import Scope
from relay.errors import ERRORS, Problem
from relay.exchange import FORM_TYPE, JSON_TYPE, PROBLEM_TYPE
from relay.routes import Route

LINKS: dict[str, dict[str, dict[str, Any]]] = {
    "authorize_device": {
        "pending_device": {"requestBody": {"user_code": "$response.body#/user_code"}},
        "approve_device": {"requestBody": {"user_code": "$response.body#/user_code"}},
    },
    "save_person": {"add_photo": {"parameters": {"person_id": "$response.body#/person_id"}}},
    "create_memory": {
        "memory": {"parameters": {"memory_id": "$response.body#/memory_id"}},
        "create_share": {"requestBody": {"memory_id": "$response.body#/memory_id"}},
    },
    "upload_video": {
        name: {"parameters": {"video_id": "$response.body#/video_id"}}
        for name in ("video", "edit_video", "receipt", "media", "delete_video")
    },
    "videos": {
        **{name: {"parameters": {"video_id": "$response.body#/videos/0/video_id"}} for name in ("video", "edit_video", "receipt", "media")},
        "create_share": {"requestBody": {"video_id": "$response.body#/videos/0/video_id"}},
    },
    "memories": {"memory": {"parameters": {"memory_id": "$response.body#/memories/0/memory_id"}}},
    "create_share": {"revoke_share": {"parameters": {"share_id": "$response.body#/share_id"}}},
    "shares": {"revoke_share": {"parameters": {"share_id": "$response.body#/shares/0/share_id"}}},
    "admin_accounts": {"admin_edit_account": {"parameters": {"user_id": "$response.body#/accounts/0/user_id"}}},
}
"""What one answer leads to: operation -> next operation -> where its parameters or body come from."""

FORMS: dict[str, dict[str, Any]] = {
    "upload_video": {
        "type": "object", "required": ["video", "device_type"],
        "properties": {
            "video": {"type": "string", "format": "binary"}, "device_type": {"enum": ["smart_glass", "phone_app"]},
            "device_id": {"type": "string"}, "sync_token": {"type": "string"},
            "metadata": {"type": "string", "contentMediaType": "application/json", "examples": ['{"duration": 2.0}']},
        },
    },
    "add_photo": {"type": "object", "required": ["photo"], "properties": {"photo": {"type": "string", "format": "binary"}}},
}  # fmt: skip
"""What is in the multipart bodies."""

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
        "responses": {str(route.status): _good(route), **_refusals(route)},
    }
    if isinstance(route.access, Public):
        operation["description"] = f"Open to everyone: {route.access.reason}"
    if route.access == (Scope.SHARE,):
        operation["security"] = []
        operation["description"] = "The token of the link is in the address: signed, expiring, and gone when its owner takes it back."
    if route.request is not None:
        operation["requestBody"] = {"required": True, **_body(route)}
    if parameters := _parameters(route):
        operation["parameters"] = parameters
    return operation


def _good(route: Route) -> dict[str, Any]:
    good = {"description": "Done.", **_content(route.response)}
    if links := LINKS.get(route.name):
        good["links"] = {operation: {"operationId": operation, **how} for operation, how in links.items()}
    return good


def _refusals(route: Route) -> dict[str, Any]:
    """One answer for each status, with the codes that come with it."""
    codes: dict[int, list[str]] = {}
    for code in codes_of(route):
        codes.setdefault(ERRORS[code].status, []).append(code)
    described: dict[str, Any] = {
        str(status): {"description": f"Refused: {', '.join(sorted(set(which)))}.", "content": {PROBLEM_TYPE: {"schema": _ref(Problem)}}}
        for status, which in sorted(codes.items())
    }
    if route.method == "GET" and isinstance(route.response, str) and route.response.startswith(("video/", "image/")):
        described |= {"206": {"description": "The range.", **_content(route.response)}, "304": {"description": "As it was."}}
        described |= {"416": {"description": "No byte of the range exists."}}
    return described


def codes_of(route: Route) -> list[str]:
    """Every code that the route may refuse with: what follows from its row, and what the row adds."""
    codes = ["wire.malformed", "wire.version", "request.slow_down", "relay.failed", *route.errors]
    if not isinstance(route.access, Public):
        codes += ["auth.required", "auth.invalid", "auth.expired", "auth.revoked", "auth.forbidden"]
    if "{" in route.path:
        codes.append("request.not_found")
    if route.request is not None:
        codes += ["request.too_large", "request.media_type"]
    return codes


def _parameters(route: Route) -> list[dict[str, Any]]:
    in_path = re.findall(r"{(\w+)(?::[^}]*)?}", route.path)
    named = [{"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}} for name in in_path]
    for where, params in (("query", route.query), ("header", route.headers)):
        named += [{"name": param.name, "in": where, "required": param.required, "schema": param.schema} for param in params]
    return named


def _body(route: Route) -> dict[str, Any]:
    described = _content(route.request)
    if route.name in FORMS:
        described["content"] = {str(route.request): {"schema": FORMS[route.name]}}
    if route.form and not isinstance(route.request, str) and route.request is not None:
        described["content"][FORM_TYPE] = {"schema": _ref(route.request)}
    return described


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
