"""The OpenAPI document, made from the declarations of the operations and their types."""

from __future__ import annotations

import http
import types
import typing
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import msgspec

from jupyter_colonies.core.once import LONGEST
from jupyter_colonies.server.rest import api, problem, scopes
from jupyter_colonies.server.rest.declaration import Operation
from jupyter_colonies.server.rest.exchange import JSON, KEY, LONGEST_NAME
from jupyter_colonies.server.rest.problem import Problem

VERSION = "1"
BYTES = "application/octet-stream"
PLACE = "#/components/schemas/"

DESCRIPTION = """\
Workflows, processes and executors of colonies.

Errors are problem details (RFC 9457): `detail` says what to do, `errors` where in the request the
fault is. Fields and query parameters that are not declared here are refused by name. Lists come in
pages: `next` of one page is the `cursor` of the following one. Requests that submit take an
`Idempotency-Key`: with the same key the same request is carried out once, for a day.
"""

SERVERS: list[dict[str, Any]] = [
    {
        "url": "http://{host}:{port}/v1",
        "description": "The port of the server itself.",
        "variables": {"host": {"default": "127.0.0.1"}, "port": {"default": "50080"}},
    },
    {
        "url": "{jupyter}colonies/v1",
        "description": "Inside Jupyter, at its base URL.",
        "variables": {"jupyter": {"default": "http://127.0.0.1:8888/"}},
    },
]

PROOFS: dict[str, dict[str, str]] = {
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "Signature",
        "description": "An HTTP message signature (RFC 9421) of a Colonies "
        "identity over `@method`, `@target-uri` and, with a body, `content-digest`, with "
        "`created`, `nonce` and the id as `keyid`; secp256k1 over SHA3-256.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token that an identity has made for itself. What is "
        "listed with it are scopes of which the token needs one.",
    },
    "jupyter": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "Inside Jupyter: `token …` of the Jupyter server, or its cookie. The caller "
        "is the colony's user.",
    },
}

FAULTS = {
    "400": "The request can't be read, or breaks a rule: `errors` names the place.",
    "401": "Nothing proves who sends this.",
    "403": "The identity may not do this, or is in no such colony.",
    "404": "There is no such object.",
    "409": "The name is taken, or the object is in use.",
    "413": "The body has too many bytes.",
    "415": "The body is no JSON.",
    "422": "The idempotency key came with another request before.",
    "default": "Any other problem; `Retry-After` says when to try again.",
}


@cache
def document() -> dict[str, Any]:
    """The document as it is committed: for any server of this version."""
    operations = list(_operations())
    made = _Schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in sorted(operations, key=lambda each: (each.path, each.method)):
        path = paths.setdefault("/" + operation.path, {})
        path[operation.method.lower()] = _described(operation, made)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Colonies",
            "version": VERSION,
            "description": DESCRIPTION,
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "servers": SERVERS,
        "security": [{"signature": []}, {"token": []}, {"jupyter": []}],
        "tags": [{"name": name} for name in sorted({each.noun for each in operations})],
        "paths": paths,
        "components": {
            "schemas": made.components,
            "responses": {name: _fault(name) for name in FAULTS},
            "securitySchemes": PROOFS,
        },
    }


def served() -> dict[str, Any]:
    """The document of the server that tells it: where it is, is where the document is."""
    return {**document(), "servers": [{"url": "."}]}


def text() -> str:
    """The document as it is committed."""
    formatted = msgspec.json.format(msgspec.json.encode(document()), indent=1)
    return formatted.decode() + "\n"


def _operations() -> Iterator[Operation]:
    for offered in api.resources(inside=True).values():
        yield from offered.values()


class _Schemas:
    """The types of all operations as schemas."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        bodies = [each.body for each in operations if each.body not in (None, bytes)]
        replies = [
            kind
            for each in operations
            for kind in each.replies.values()
            if kind is not None and not each.media
        ]
        told = {
            kind
            for each in operations
            for kinds in each.replies.values()
            if isinstance(kinds, dict)
            for kind in kinds.values()
        }
        kinds = [*bodies, *replies, *sorted(told, key=lambda kind: kind.__name__), Problem]
        made = msgspec.json.schema_components(kinds, ref_template=PLACE + "{name}")
        schemas, components = _renamed(made)
        self._schemas = list(zip(kinds, schemas, strict=True))
        self.components: dict[str, Any] = dict(sorted(components.items()))
        for schema in schemas[: len(bodies)]:
            self._close(schema)

    def of(self, kind: Any) -> Any:
        """The schema of a type; bytes are whatever they are."""
        if kind is bytes:
            return {}
        return next(schema for known, schema in self._schemas if known == kind)

    def _close(self, schema: Any) -> None:
        """What is sent here may have no other fields."""
        for name in _references(schema):
            part = self.components[name]
            if part.get("type") == "object" and "additionalProperties" not in part:
                part["additionalProperties"] = False
                self._close(part)


def _renamed(made: tuple[Any, Any]) -> Any:
    """Types of one name are told apart by their modules: `Label` of `graph` is `GraphLabel`."""
    told = msgspec.json.encode(made).decode()
    for name in made[1]:
        module, _, own = name.rpartition(".")
        if module:
            told = told.replace(f'{name}"', f'{module.rpartition(".")[2].capitalize()}{own}"')
    return msgspec.json.decode(told)


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if str(schema.get("$ref", "")).startswith(PLACE):
            yield schema["$ref"].removeprefix(PLACE)
        for each in schema.values():
            yield from _references(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _references(each)


def _described(operation: Operation, made: _Schemas) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.noun],
        "summary": operation.summary,
        "description": _description(operation),
        "parameters": [*_path(operation), *_query(operation), *_headers(operation)],
        "responses": _responses(operation, made),
    }
    if operation.body is not None:
        media, schema = JSON, made.of(operation.body)
        if operation.body is bytes:
            media = BYTES
        told["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
    if operation.open:
        told["security"] = []
    elif operation.inside:
        told["security"] = [{"jupyter": []}]
    else:
        words = sorted(scopes.needed(operation))
        tokens = [{"token": words}] if words else []
        told["security"] = [{"signature": []}, *tokens, {"jupyter": []}]
    return told


def _description(operation: Operation) -> str:
    who = "" if operation.open else f"May be done by {operation.who}."
    return "\n\n".join(each for each in (operation.description, who) if each)


def _path(operation: Operation) -> Iterator[dict[str, Any]]:
    for name in operation.parameters:
        schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.query is None:
        return
    hints = typing.get_type_hints(operation.query, include_extras=True)
    for field in msgspec.structs.fields(operation.query):
        schema = _inline(hints[field.name])
        if field.default not in (msgspec.NODEFAULT, msgspec.UNSET, None, ""):
            schema["default"] = msgspec.to_builtins(field.default)
        said = {"description": schema.pop("description")} if "description" in schema else {}
        yield {
            "name": field.encode_name,
            "in": "query",
            "required": field.required,
            **said,
            "schema": schema,
        }


def _inline(kind: Any) -> dict[str, Any]:
    """The schema of a parameter, which is a plain value or one of some words."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        # None and UNSET stand for a parameter that is not there.
        absent = (type(None), msgspec.UnsetType)
        (kind,) = (each for each in typing.get_args(kind) if each not in absent)
    schema = msgspec.json.schema(kind)
    defined = schema.pop("$defs", {})
    if "$ref" in schema:
        schema = dict(defined[schema["$ref"].removeprefix("#/$defs/")])
        schema.pop("title", None)
    return schema


def _headers(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.once:
        yield {
            "name": KEY,
            "in": "header",
            "description": "The same request with the same key is carried out once.",
            "schema": {
                "type": "string",
                "minLength": 1,
                "maxLength": LONGEST,
                "pattern": "^[ -~]*$",
            },
        }
    if http.HTTPStatus.PARTIAL_CONTENT in operation.replies:
        yield {
            "name": "Range",
            "in": "header",
            "description": "Such as `bytes=0-99`: a part of the bytes.",
            "schema": {"type": "string"},
        }
    if operation.tagged:
        yield {
            "name": "If-None-Match",
            "in": "header",
            "description": "The `ETag` of a former reply: 304 if it would be the same.",
            "schema": {"type": "string"},
        }


def _responses(operation: Operation, made: _Schemas) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for status, kind in operation.replies.items():
        reply: dict[str, Any] = {"description": http.HTTPStatus(status).phrase}
        headers = _told_in_headers(operation, status, kind)
        if headers:
            reply["headers"] = headers
        if operation.media:
            schema = {"type": "string"} if operation.media.startswith("text/") else {}
            reply["content"] = {operation.media: {"schema": schema}}
            if isinstance(kind, dict):
                events = {name: made.of(each) for name, each in kind.items()}
                reply["content"][operation.media]["x-events"] = events
        elif kind is not None:
            reply["content"] = {JSON: {"schema": made.of(kind)}}
        told[str(status)] = reply
    if operation.tagged:
        told["304"] = {"description": http.HTTPStatus(304).phrase}
    for fault in _faults(operation):
        told[fault] = {"$ref": f"#/components/responses/{fault}"}
    return told


def _told_in_headers(operation: Operation, status: int, kind: Any) -> dict[str, Any]:
    words: dict[str, str] = {}
    if status == http.HTTPStatus.CREATED:
        words["Location"] = "Where it is."
    if operation.once:
        words["Idempotency-Replayed"] = "`true` if this is the first reply once more."
    if operation.tagged:
        words["ETag"] = "For `If-None-Match`."
    if "next" in getattr(typing.get_origin(kind) or kind, "__struct_fields__", ()):
        words["Link"] = 'The next page, `rel="next"`.'
    return {
        name: {"description": said, "schema": {"type": "string"}} for name, said in words.items()
    }


def _faults(operation: Operation) -> Iterator[str]:
    if operation.open:
        yield "default"
        return
    yield from ("400", "401", "403")
    if operation.parameters:
        yield "404"
    if operation.method in ("PUT", "POST", "DELETE"):
        yield "409"
    if operation.body is not None:
        yield from ("413", "415")
    if operation.once:
        yield "422"
    yield "default"


def _fault(name: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": FAULTS[name],
        "content": {problem.MEDIA_TYPE: {"schema": {"$ref": PLACE + "Problem"}}},
    }
    if name == "default":
        told["headers"] = {
            "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}
        }
    return told
