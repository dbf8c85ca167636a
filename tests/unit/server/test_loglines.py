"""Logs as lines of JSON."""

import json
import logging

import pytest

from jupyter_colonies.broker.origin import ORIGIN, signed
from jupyter_colonies.server import rpc
from jupyter_colonies.server.loglines import JsonLines


@pytest.fixture
def lines(caplog):
    def read():
        return [json.loads(JsonLines().format(record)) for record in caplog.records]

    return read


def test_a_line_says_when_who_and_what(lines):
    logging.getLogger("jupyter_colonies.test").warning("It is %d\nlate", 5)
    (line,) = lines()
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "jupyter_colonies.test",
        "message": "It is 5\nlate",
    }


def test_a_failed_request_is_found_by_what_its_answer_names(lines):
    token = ORIGIN.set(signed("rpc", "192.0.2.7"))
    try:
        told = rpc.unexpected(ZeroDivisionError("x"))
        (line,) = lines()
    finally:
        ORIGIN.reset(token)
    assert (line["via"], line["address"], line["level"]) == ("rpc", "192.0.2.7", "error")
    assert told.message.endswith(f"about request {line['request']}")
    assert "ZeroDivisionError" in line["trace"]
