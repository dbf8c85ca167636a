"""What is answered to an S3 client."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jupyter_colonies.server.s3.xml import MEDIA_TYPE


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Status, headers and either a whole body or one that is read while it is sent.

    `length` is the number of bytes of the body, where a body is not sent (HEAD) or not whole yet.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    stream: Iterator[bytes] | None = None
    length: int | None = None


def document(body: bytes, status: int = 200) -> Answer:
    """An answer that is a document."""
    return Answer(status=status, headers={"Content-Type": MEDIA_TYPE}, body=body)
