"""What the server counts, on its own port; inside Jupyter see the tests of its routes."""

import http.client

import pytest
from prometheus_client.parser import text_string_to_metric_families

from jupyter_colonies.testing import server_in_thread
from tests.unit.commands.conftest import Desk

TOKEN = "a token for the collector"


def ask(server, authorization=""):
    connection = http.client.HTTPConnection(server.host, server.port)
    headers = {"Authorization": authorization} if authorization else {}
    connection.request("GET", "/metrics", headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def numbers(server):
    status, body = ask(server, f"Bearer {TOKEN}")
    assert status == 200
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
        if sample.labels in ({}, {"colony": "dev"})
    }


def test_files_are_counted(tmp_path):
    with server_in_thread(tmp_path, metrics_token=TOKEN, quota=10_000_000) as server:
        desk = Desk(server)
        file = desk.colony.files.put(b"x" * 1000, "/a", "one")
        assert b"".join(desk.colony.files.read(file)) == b"x" * 1000
        found = numbers(server)
        desk.colony.close()
        assert found["colonies_file_bytes"] == 1000
        assert found["colonies_file_objects"] == found["colonies_file_revisions"] == 1
        assert found["colonies_file_quota_bytes"] == 10_000_000
        assert found["colonies_file_sent_bytes_total"] == 1000
        assert found["colonies_file_received_bytes_total"] >= 1000
        assert found["colonies_file_freed_bytes_total"] == 0
        for wrong in ("", "Bearer", "Bearer another token", "Basic YTpi"):
            assert ask(server, wrong)[0] == 401


@pytest.mark.parametrize("authorization", ["", "Bearer "])
def test_without_a_token_there_are_no_metrics(colony_server, authorization):
    assert ask(colony_server, authorization)[0] == 404
