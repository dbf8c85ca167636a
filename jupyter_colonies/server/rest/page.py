"""The OpenAPI document as a page: plain HTML, made here, that runs nothing and loads nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
DIGEST = "sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""By which the page's policy knows its style."""

PLACE = "#/components/schemas/"


def html(document: Mapping[str, Any]) -> str:
    """The page."""
    title = escape(document["info"]["title"])
    return "\n".join(
        [
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
            '<meta name="viewport" content="width=device-width">',
            f"<style>{STYLE}</style></head><body><main>",
            f"<h1>{title} REST API</h1>",
            *_paragraphs(document["info"]["description"]),
            '<p>For programs: <a href="openapi.json">openapi.json</a></p>',
            "<h2>How to prove who you are</h2><dl>",
            *_proofs(document["components"]["securitySchemes"]),
            "</dl>",
            *_operations(document),
            "<h2>Types</h2>",
            *_types(document["components"]["schemas"]),
            "</main></body></html>",
        ]
    )


def _proofs(schemes: Mapping[str, Any]) -> Iterator[str]:
    for name, scheme in schemes.items():
        yield f"<dt><strong>{escape(name)}</strong></dt><dd>{_marked(scheme['description'])}</dd>"


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    by_tag: dict[str, list[tuple[str, str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append((path, method, operation))
    yield '<h2>Resources</h2><nav aria-label="Resources"><ul>'
    for tag in sorted(by_tag):
        yield f'<li><a href="#{escape(tag)}">{escape(tag)}</a></li>'
    yield "</ul></nav>"
    for tag in sorted(by_tag):
        yield f'<h2 id="{escape(tag)}">{escape(tag.capitalize())}</h2>'
        for path, method, operation in by_tag[tag]:
            yield from _operation(path, method, operation, document)


def _operation(
    path: str, method: str, operation: Mapping[str, Any], document: Mapping[str, Any]
) -> Iterator[str]:
    yield f'<details id="{escape(operation["operationId"])}"><summary>'
    yield f'<b class="method">{method.upper()}</b> <code>{escape(path)}</code>'
    yield f"<span>{_marked(operation['summary'])}</span></summary><div>"
    yield from _paragraphs(operation["description"])
    words = ", ".join(_proof(each) for each in operation["security"])
    if words:
        yield f'<p class="quiet">Proof: {words}</p>'
    if operation["parameters"]:
        yield "<h4>Parameters</h4><table><tr><th>Name</th><th>In</th><th>Type</th><th></th></tr>"
        for each in operation["parameters"]:
            name = escape(each["name"]) + (" *" if each.get("required") else "")
            yield f"<tr><td><code>{name}</code></td><td>{each['in']}</td>"
            yield f"<td>{_kind(each['schema'])}</td>"
            yield f"<td>{_marked(each.get('description', ''))}</td></tr>"
        yield "</table>"
    if "requestBody" in operation:
        yield f"<h4>Body</h4><p>{_content(operation['requestBody'])}</p>"
    yield "<h4>Replies</h4><table>"
    shared = document["components"]["responses"]
    for status, told in operation["responses"].items():
        reply = shared[status] if "$ref" in told else told
        yield f"<tr><th>{status}</th><td>{_marked(reply['description'])}</td>"
        yield f"<td>{_content(reply)}</td></tr>"
    yield "</table></div></details>"


def _proof(requirement: Mapping[str, Any]) -> str:
    ((name, words),) = requirement.items()
    scopes = f" ({escape(' or '.join(words))})" if words else ""
    return escape(name) + scopes


def _content(part: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{_kind(each['schema'])} <span class='quiet'>{escape(media)}</span>"
        for media, each in part.get("content", {}).items()
    )


def _types(schemas: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in schemas.items():
        yield f'<h3 id="type-{escape(name)}">{escape(schema.get("title", name))}</h3>'
        yield from _paragraphs(schema.get("description", ""))
        if "enum" in schema:
            yield f"<p>{_kind(schema)}</p>"
        if schema.get("properties"):
            required = schema.get("required", ())
            yield "<table>"
            for field, kind in schema["properties"].items():
                star = " *" if field in required else ""
                yield f"<tr><td><code>{escape(field)}</code>{star}</td><td>{_kind(kind)}</td></tr>"
            yield "</table>"


def _kind(schema: Mapping[str, Any]) -> str:
    """A type in words, with a link to what is told of it."""
    if "$ref" in schema:
        name = escape(schema["$ref"].removeprefix(PLACE))
        return f'<a href="#type-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(each))}</code>" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}" if schema.get("items") else "list"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"map to {_kind(schema['additionalProperties'])}"
    kind = escape(str(schema.get("format") or schema.get("type", "anything")))
    bounds = [
        f"{word} {schema[key]}"
        for key, word in (("minimum", "from"), ("maximum", "to"), ("maxLength", "at most"))
        if abs(schema.get(key, 1 << 62)) < 1 << 62
    ]
    default = [f"default {schema['default']}"] if "default" in schema else []
    more = ", ".join([*bounds, *default])
    return f'{kind} <span class="quiet">{escape(more)}</span>' if more else kind


def _paragraphs(text: str) -> Iterator[str]:
    for part in text.split("\n\n"):
        if part.strip():
            yield f"<p>{_marked(part)}</p>"


def _marked(text: str) -> str:
    """A text in which backticks enclose code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))
