"""A client of the REST API that knows nothing of the package: by a token, or by no proof."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any


class Answer:
    """Status, headers and the decoded body of a reply."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self.headers = answer.headers
        text = answer.read()
        self.body: Any = json.loads(text) if text else None


class Event:
    """One event of a stream."""

    def __init__(self, fields: dict[str, str]) -> None:
        self.id = fields.get("id", "")
        self.name = fields.get("event", "")
        self.data: Any = json.loads(fields["data"])

    def __repr__(self) -> str:
        return f"<{self.name} {self.id} {self.data}>"


OPEN: list[Stream] = []
"""Streams of the running test, to be closed after it."""


class Stream:
    """An open stream of server-sent events."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self._connection = connection
        self.answer = connection.getresponse()
        OPEN.append(self)

    def __iter__(self) -> Iterator[Event]:
        fields: dict[str, str] = {}
        for line in self.answer:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                fields[name] = value
            elif "data" in fields:
                yield Event(fields)
                fields = {}

    def until(self, name: str, **data: Any) -> Event:
        """The next event of a name whose data has these values."""
        for event in self:
            if event.name == name and data.items() <= event.data.items():
                return event
        raise AssertionError(f"the stream ended before '{name}' {data} came")

    def close(self) -> None:
        self.answer.close()
        self._connection.close()


class RestClient:
    """Whoever sends these headers, to `/v1/` below an address."""

    def __init__(self, host: str, port: int, root: str = "", **headers: str) -> None:
        self.host, self.port, self.root = host, port, root
        self.headers = headers

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = self._sent(method, path, body, headers)
        try:
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def stream(self, path: str, **headers: str) -> Stream:
        """Open a stream; names of headers have underscores for dashes."""
        return Stream(self._sent("GET", path, None, headers))

    def _sent(
        self, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        text = None if body is None else json.dumps(body).encode()
        named = {
            name.replace("_", "-"): value for name, value in {**self.headers, **headers}.items()
        }
        connection.request(method, f"{self.root}/v1/{path}", text, named)
        return connection


def bearer(host: str, port: int, secret: str) -> RestClient:
    """A client with a bearer token."""
    return RestClient(host, port, Authorization=f"Bearer {secret}")
