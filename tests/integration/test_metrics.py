"""What the server counts, on its own port; inside Jupyter see the tests of its routes."""

import http.client

import pytest
from prometheus_client.parser import text_string_to_metric_families

from jupyter_colonies.testing import server_in_thread
from tests.integration.test_server_port import ask as ask_rpc
from tests.integration.test_server_port import executor, rpc, sealed, submit
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


def test_work_is_counted_as_prometheus_reads_it(tmp_path, database):
    with server_in_thread(tmp_path, metrics_token=TOKEN, database=database) as server:
        key = executor(server)
        first, _ = submit(server), submit(server)
        submit(server)
        for end in ("closesuccessfulmsg", "closefailedmsg"):
            taken = rpc(server, "assignprocessmsg", key, colonyname="dev", timeout=10)
            rpc(server, end, key, processid=taken["processid"])
        poll = sealed("assignprocessmsg", key, colonyname="dev", timeout=-1)
        rpc(server, "assignprocessmsg", key, colonyname="dev", timeout=10)
        assert ask_rpc(server, "POST", "/api", poll)[0] == 404
        submit(server)
        status, body = ask(server, f"Bearer {TOKEN}")
        assert status == 200
        families = {each.name: each for each in text_string_to_metric_families(body)}
        check_format(body, families.values())
        of_type = {"colony": "dev", "type": "cli"}
        assert value(families, "colonies_processes_ready", of_type) == 1
        assert value(families, "colonies_processes_running", of_type) == 1
        assert value(families, "colonies_processes_waiting", {"colony": "dev"}) == 1
        assert value(families, "colonies_executors", {**of_type, "state": "approved"}) == 1
        assert 0 <= value(families, "colonies_processes_ready_age_seconds", of_type) < 600
        for state in ("success", "failed"):
            labels = {"type": "cli", "state": state}
            assert value(families, "colonies_processes_ended", labels, "_total") == 1
            assert value(families, "colonies_process_run_seconds", labels, "_count") == 1
        assert value(families, "colonies_process_wait_seconds", {"type": "cli"}, "_count") == 3
        nothing = {"kind": "assignprocessmsg", "outcome": "nothing"}
        assert value(families, "colonies_requests", nothing, "_total") == 1
        submitted = {"kind": "submitfuncspecmsg"}
        assert value(families, "colonies_request_seconds", submitted, "_count") == 4
        assert value(families, "colonies_store_batch_jobs", {}, "_count") > 0
        assert value(families, "colonies_audit_lines", {}, "_total") >= 0
        assert first not in body


def value(families, name, labels, part=""):
    (found,) = [
        sample.value
        for sample in families[name].samples
        if sample.name == name + part and sample.labels == labels
    ]
    return found


def check_format(body, families):
    """What promtool would complain of."""
    assert body.endswith("\n")
    for family in families:
        assert family.documentation, family.name
        assert family.type in ("gauge", "counter", "histogram")
        seen = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in family.samples]
        assert len(seen) == len(set(seen)), family.name
        if family.type == "gauge":
            assert not family.name.endswith(("_total", "_count", "_sum", "_bucket"))
        if family.type == "histogram":
            check_histogram(family)


def check_histogram(family):
    """Buckets rise, the last is infinite and says how many there are."""
    series = {}
    for sample in family.samples:
        labels = {name: text for name, text in sample.labels.items() if name != "le"}
        of = series.setdefault(tuple(labels.items()), {"buckets": []})
        if sample.name.endswith("_bucket"):
            of["buckets"].append((float(sample.labels["le"]), sample.value))
        else:
            of[sample.name.rpartition("_")[2]] = sample.value
    for of in series.values():
        assert of["buckets"] == sorted(of["buckets"])
        assert [count for _, count in of["buckets"]] == sorted(count for _, count in of["buckets"])
        assert of["buckets"][-1] == (float("inf"), of["count"])
        assert of["sum"] >= 0


@pytest.mark.parametrize("authorization", ["", "Bearer "])
def test_without_a_token_there_are_no_metrics(colony_server, authorization):
    assert ask(colony_server, authorization)[0] == 404
