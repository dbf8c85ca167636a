"""How values are written."""

from datetime import UTC, datetime, timedelta

import pytest

from jupyter_colonies.client.discovery import Found
from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.commands import wording
from jupyter_colonies.commands.environment import variables
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import ClientError


def test_values() -> None:
    assert wording.values([153]) == "153"
    assert wording.values(["a b", 1.0, None, True, {"k": "ü"}]) == 'a b 1.0 null true {"k":"ü"}'
    assert wording.values([]) == wording.values(None) == "None"
    assert wording.pairs({"cmd": "echo", "n": 2}) == "cmd:echo n:2"
    assert wording.pairs({}) == "None"


def test_long_texts_are_cut_to_one_line() -> None:
    assert wording.cut("a\nb  c") == "a b c"
    assert wording.cut("x" * 50) == "x" * 37 + "..."


def test_moments() -> None:
    moment = datetime(2024, 7, 2, 18, 2, 22, 999999, tzinfo=UTC)
    assert wording.moment(moment) == moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    assert wording.moment(NEVER) == wording.moment(None) == "n/a"
    assert wording.duration(NEVER, NEVER) == "n/a"
    assert wording.duration(moment, moment + timedelta(seconds=1.5)) == "1.500 s"


def found_at(endpoint: Endpoint) -> Found:
    return Found(
        endpoint=endpoint,
        colonyname="dev",
        private_key="1" * 64,
        serverid="2" * 64,
        reason="a test",
    )


def test_variables_of_both_kinds_of_programs() -> None:
    found = found_at(Endpoint(host="example.org", port=443, tls=True))
    assert variables(found) == {
        "COLONIES_SERVER_HOST": "example.org",
        "COLONIES_SERVER_PORT": "443",
        "COLONIES_SERVER_HTTP_PORT": "443",
        "COLONIES_SERVER_TLS": "true",
        "COLONIES_TLS": "true",
        "COLONIES_COLONY_NAME": "dev",
        "COLONIES_PRVKEY": "1" * 64,
        "COLONIES_SERVER_ID": "2" * 64,
    }


def test_a_server_behind_a_path_is_no_address_for_them() -> None:
    found = found_at(Endpoint(host="hub", port=80, path="/user/x/colonies"))
    with pytest.raises(ClientError, match="jupyter colonies env"):
        variables(found)
