"""Who did what with which identity, as the audit log tells it."""

import asyncio
import json
import stat

import pytest
from click.testing import CliRunner

from jupyter_colonies.broker.origin import Origin
from jupyter_colonies.broker.trail import Deed
from jupyter_colonies.cli.audit import audit
from jupyter_colonies.core import identity
from jupyter_colonies.core.messages import processes
from jupyter_colonies.server.audit.log import AuditLog, older
from jupyter_colonies.testing import server_in_thread
from tests.integration.boto import client_of
from tests.integration.test_server_port import ask, executor, in_thread, rpc, sealed, submit

SECRET = "a value that is nobody's business"


def lines(server):
    """All lines that were written until now."""
    log = server.hosting.audit
    in_thread(server, flushed(log))
    return [json.loads(line) for line in log.file.read_text().splitlines()]


async def flushed(log):
    """Wait until the thread has written what there is."""
    log.flush()
    expected = log.handed
    while log.written + log.lost < expected:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A server, and what is written down of a short story."""
    with server_in_thread(tmp_path_factory.mktemp("audit")) as server:
        key = executor(server)
        conditions = {"colonyname": "dev", "executortype": "cli"}
        spec = {"funcname": "f", "args": [SECRET], "conditions": conditions}
        made = rpc(server, "submitfuncspecmsg", server.user_key, spec=spec)
        rpc(server, "assignprocessmsg", key, colonyname="dev", timeout=10)
        rpc(server, "closesuccessfulmsg", key, processid=made["processid"], out=[SECRET])
        nothing = sealed("assignprocessmsg", key, colonyname="dev", timeout=-1)
        assert ask(server, "POST", "/api", nothing)[0] == 404
        stranger = identity.new_private_key()
        read = sealed("getprocessmsg", stranger, processid=made["processid"])
        assert ask(server, "POST", "/api", read)[0] == 403
        remove = sealed("removecolonymsg", stranger, colonyname="dev")
        assert ask(server, "POST", "/api", remove)[0] == 403
        storage = client_of(
            server, rpc(server, "getcredentialsmsg", server.user_key, colonyname="dev")
        )
        storage.put_object(Bucket="colonies", Key="a/b", Body=SECRET.encode())
        storage.get_object(Bucket="colonies", Key="a/b")["Body"].read()
        storage.close()
        yield server, key, stranger, made["processid"], lines(server)


def test_every_change_is_there_once_and_in_order(told):
    server, key, stranger, processid, found = told
    own = [each["operation"] for each in found if each["via"] == "server"]
    assert own == ["add_colony", "add_user"]
    of_others = [each for each in found if each["via"] == "rpc"]
    assert [(each["operation"], each["who"]["name"], each["outcome"]) for each in of_others] == [
        ("add_executor", "colony owner", "done"),
        ("approve_executor", "colony owner", "done"),
        ("submit_function_spec", "tester", "done"),
        ("assign_process", "e", "done"),
        ("close_successful", "e", "done"),
        ("get_process", "", "refused"),
        ("remove_colony", "", "refused"),
        ("get_credentials", "tester", "done"),
    ]
    submitted, assigned, closed, looked, removing = of_others[2:7]
    assert submitted["who"]["id"] == identity.id_of(server.user_key)
    assert closed["who"]["id"] == identity.id_of(key)
    for each in (submitted, assigned, closed):
        assert each["objects"]["processid"] == [processid]
        assert (each["proof"], each["address"]) == ("signature", "127.0.0.1")
    assert (looked["status"], looked["error"]) == (403, "AccessDenied")
    assert removing["who"]["id"] == identity.id_of(stranger)
    assert assigned["colony"] == submitted["colony"] == removing["colony"] == "dev"
    assert found == sorted(found, key=lambda each: each["time"])


def test_who_submits_a_workflow_is_named(tmp_path):
    with server_in_thread(tmp_path) as server:
        spec = {"nodename": "a", "funcname": "f", "conditions": {"executortype": "cli"}}
        graph = {"colonyname": "dev", "functionspecs": [spec]}
        made = rpc(server, "submitworkflowspecmsg", server.user_key, spec=graph)
        (line,) = [each for each in lines(server) if each["operation"] == "submit_workflow_spec"]
        assert (line["who"]["name"], line["colony"]) == ("tester", "dev")
        assert line["objects"]["processgraphid"] == [made["processgraphid"]]


def test_files_of_s3_clients_are_there_too(told):
    *_, found = told
    (put,) = [each for each in found if each["via"] == "s3"]
    assert (put["operation"], put["proof"], put["colony"]) == ("s3 put key", "s3 keys", "dev")
    assert put["objects"] == {"bucket": ["colonies"], "key": ["a/b"]}


def test_nothing_that_was_sent_is_there(told):
    server, key, stranger, _, _ = told
    text = server.hosting.audit.file.read_text()
    for secret in (SECRET, key, stranger, server.user_key, server.hosting.runtime.secret):
        assert secret not in text
    assert stat.S_IMODE(server.hosting.audit.file.stat().st_mode) == 0o600


def test_the_command_shows_and_filters(told):
    server, _, _, processid, found = told

    def shown(*options):
        result = CliRunner().invoke(audit, ["--data", str(server.data), *options])
        assert result.exit_code == 0, result.output
        return result.output.splitlines()

    assert len(shown()) == len(found)
    assert [json.loads(line) for line in shown("--json")] == found
    assert len(shown("--refused")) == 2
    assert len(shown("--who", "tester")) == 2
    assert len(shown("--about", processid[:20])) == 4
    assert len(shown("--operation", "executor")) == 2
    assert shown("--since", "2999-01-01") == []
    assert len(shown("--since", "1h", "--count", "3")) == 3
    assert "refused (403 AccessDenied) remove_colony in dev" in shown("--refused")[1]
    wrong = CliRunner().invoke(audit, ["--data", str(server.data), "--since", "soon"])
    assert "30m, 12h" in wrong.output


def test_it_can_be_turned_off(tmp_path):
    with server_in_thread(tmp_path, audit=False) as server:
        executor(server)
        submit(server)
        assert not (server.data / "audit.jsonl").exists()


async def test_files_are_turned_and_the_oldest_goes(tmp_path):
    log = AuditLog(tmp_path / "audit.jsonl", largest=1000, kept=2)
    log.start()
    request = processes.OneProcess(msgtype="x", processid="p" * 64)
    for number in range(40):
        deed = Deed(
            number, Origin("rpc", "", ""), processes.CANCEL_PROCESS, request, None, "a" * 64, "n"
        )
        log.follow(deed)
        await flushed(log)
    await log.stop()
    files = sorted(tmp_path.iterdir())
    assert files == [log.file, older(log.file, 1), older(log.file, 2)]
    assert all(file.stat().st_size <= 1000 for file in files)
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert log.written == 40


async def test_a_disk_that_takes_nothing_stops_nobody(tmp_path, caplog):
    log = AuditLog(tmp_path / "missing" / "audit.jsonl")
    log.start()
    request = processes.OneProcess(msgtype="x", processid="p" * 64)
    for _ in range(3):
        log.follow(Deed(1, Origin(), processes.CANCEL_PROCESS, request, None, "a" * 64, "n"))
        await flushed(log)
    await log.stop()
    assert (log.written, log.lost) == (0, 3)
    assert caplog.text.count("can't be written") == 1
    assert not log._thread.is_alive()
