"""The conditions under which an object is read or copied, in a request's headers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from jupyter_colonies.core.objects import Stored, names
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import PreconditionFailed


def unchanged(headers: Mapping[str, str], stored: Stored) -> bool:
    """Whether the reader has the object already. Raises PreconditionFailed.

    What is said of the ETag counts more than what is said of the time.
    """
    _check(headers, "", stored)
    if none_match := headers.get("if-none-match"):
        return names(none_match, stored.etag)
    since = _moment(headers.get("if-modified-since", ""))
    return since is not None and stored.modified // SECOND <= since


def check_source(headers: Mapping[str, str], stored: Stored) -> None:
    """Raise PreconditionFailed unless an object may be copied."""
    before = "x-amz-copy-source-"
    _check(headers, before, stored)
    none_match = headers.get(f"{before}if-none-match")
    since = _moment(headers.get(f"{before}if-modified-since", ""))
    known = names(none_match, stored.etag) if none_match else (
        since is not None and stored.modified // SECOND <= since)  # fmt: skip
    if known:
        raise PreconditionFailed("The object to copy from has not changed")


def _check(headers: Mapping[str, str], before: str, stored: Stored) -> None:
    if match := headers.get(f"{before}if-match"):
        fits = names(match, stored.etag)
    else:
        since = _moment(headers.get(f"{before}if-unmodified-since", ""))
        fits = since is None or stored.modified // SECOND <= since
    if not fits:
        raise PreconditionFailed("The object is another one by now")


def _moment(header: str) -> float | None:
    """Seconds since 1970; None for what is no date, which is ignored as HTTP demands."""
    try:
        found = parsedate_to_datetime(header)
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC).timestamp()
