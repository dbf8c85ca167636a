"""Logs as lines of JSON, for programs that collect them."""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime

import msgspec

from jupyter_colonies.broker.origin import ITSELF, ORIGIN

FORMATS = ("text", "json")


class Line(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One line. `request` names a request that failed, as its answer does."""

    time: str
    level: str
    logger: str
    message: str
    via: str = ""
    address: str = ""
    request: str = ""
    trace: str = ""


class JsonLines(logging.Formatter):
    """What is logged, and the request it was logged for. A trace holds no values of variables."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        origin = ORIGIN.get()
        line = Line(
            time=datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
            level=record.levelname.lower(),
            logger=record.name,
            message=record.getMessage(),
            via=origin.face if origin is not ITSELF else "",
            address=origin.address,
            request=getattr(record, "request", ""),
            trace="".join(traceback.format_exception(*record.exc_info)) if record.exc_info else "",
        )
        return msgspec.json.encode(line).decode()


def handler() -> logging.Handler:
    """Writes such lines to the standard error."""
    found = logging.StreamHandler()
    found.setFormatter(JsonLines())
    return found
