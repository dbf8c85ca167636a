"""`jupyter colonies serve` and `env` as programs."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_colonies.core import enrolment, envelope, identity
from tests.integration.test_server_port import ask, rpc, submit


class Served:
    """What a program told of the server it started."""

    def __init__(self, process, runtime):
        self.process = process
        self.host, self.port = runtime["host"], runtime["port"]
        self.runtime = runtime
        for name in ("server", "colony", "user"):
            file = runtime[f"{name}keyfile"]
            setattr(self, f"{name}_key", Path(file).read_text().strip() if file else "")


@pytest.fixture
def environment(tmp_path):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("COLONIES", "JUPYTER"))}
    return {
        **kept,
        "JUPYTER_COLONIES_DATA": str(tmp_path / "data"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "JUPYTER_PLATFORM_DIRS": "1",
    }


@pytest.fixture
def launch(environment):
    """Start servers that are ready; those that still run are ended after the test."""
    started = []

    def start(*options, **variables):
        ready, tell = os.pipe()
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", "--ready-fd", str(tell), *options],
            env={**environment, **variables},
            pass_fds=(tell,),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        os.close(tell)
        started.append(process)
        with os.fdopen(ready) as pipe:
            told = pipe.read()
        assert told == "ready\n", process.communicate()[1]
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def serve(launch, tmp_path):
    """Start servers and read what they tell of themselves."""

    def start(*options, **variables):
        process = launch(*options, **variables)
        text = (tmp_path / "runtime" / "colonies-serve.json").read_text()
        return Served(process, json.loads(text))

    return start


COMMAND = (sys.executable, "-m", "jupyter_colonies.cli")


def run(environment, *arguments):
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
def test_a_signal_stops_it_cleanly(serve, tmp_path, number):
    server = serve()
    assert ask(server, "GET", "/health")[0] == 200
    server.process.send_signal(number)
    out, errors = server.process.communicate(timeout=30)
    assert server.process.returncode == 0
    assert out.count("\n") == 1
    assert f"http://127.0.0.1:{server.port}" in out
    assert "jupyter colonies env" in out
    assert "Traceback" not in errors
    assert not any(key in out + errors for key in (server.user_key, server.runtime["secret"]))
    assert list((tmp_path / "runtime").iterdir()) == []
    assert not (tmp_path / "data" / "host.json").exists()


def test_kill_loses_nothing_that_was_acknowledged(serve):
    server = serve()
    processids = [submit(server) for _ in range(5)]
    server.process.kill()
    again = serve()
    assert again.runtime["serverid"] == server.runtime["serverid"]
    for processid in processids:
        assert rpc(again, "getprocessmsg", again.user_key, processid=processid)["state"] == 0


def test_env_prints_what_any_sdk_needs(serve, environment):
    server = serve()
    printed = run(environment, "env").stdout
    variables = {}
    for line in printed.splitlines():
        export, assignment = shlex.split(line)
        name, _, value = assignment.partition("=")
        assert export == "export"
        variables[name] = value
    keys = rpc(server, "getcredentialsmsg", server.user_key, colonyname="dev")
    assert variables == {
        "COLONIES_SERVER_HOST": "127.0.0.1",
        "COLONIES_SERVER_PORT": str(server.port),
        "COLONIES_SERVER_HTTP_PORT": str(server.port),
        "COLONIES_TLS": "false",
        "COLONIES_SERVER_TLS": "false",
        "COLONIES_SERVER_ID": identity.id_of(server.server_key),
        "COLONIES_SERVER_PRVKEY": server.server_key,
        "COLONIES_COLONY_NAME": "dev",
        "COLONIES_COLONY_ID": identity.id_of(server.colony_key),
        "COLONIES_COLONY_PRVKEY": server.colony_key,
        "COLONIES_ID": identity.id_of(server.user_key),
        "COLONIES_PRVKEY": server.user_key,
        "COLONIES_EXECUTOR_NAME": "my-executor",
        "AWS_S3_ENDPOINT": f"127.0.0.1:{server.port}",
        "AWS_S3_ACCESSKEY": keys["accesskey"],
        "AWS_S3_SECRETKEY": keys["secretkey"],
        "AWS_S3_REGION": keys["region"],
        "AWS_S3_BUCKET": keys["bucket"],
        "AWS_S3_TLS": "false",
        "AWS_S3_SKIPVERIFY": "false",
    }


def test_env_without_a_server_says_how_to_start_one(environment):
    answer = run(environment, "env")
    assert answer.returncode != 0
    assert answer.stdout == ""
    assert "jupyter colonies serve" in answer.stderr


def test_a_second_server_on_the_same_folder_is_refused(serve, environment):
    server = serve()
    answer = run(environment, "serve", "--port", "0")
    assert answer.returncode != 0
    assert f"http://127.0.0.1:{server.port}" in answer.stderr
    assert str(server.process.pid) in answer.stderr


def test_whoever_starts_a_second_one_is_sent_to_the_first(serve):
    server = serve()
    second = serve()
    assert second.process.wait(30) == 0
    assert second.runtime == server.runtime


def test_it_ends_when_there_is_neither_client_nor_work(launch):
    process = launch("--idle-timeout", "0.5")
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Neither client nor work" in out


def test_the_variables_of_the_original_server(serve):
    keys = {name: identity.new_private_key() for name in ("SERVER", "COLONY", "USER")}
    server = serve(
        COLONIES_SERVER_PRVKEY=keys["SERVER"],
        COLONIES_COLONY_PRVKEY=keys["COLONY"],
        COLONIES_PRVKEY=keys["USER"],
        COLONIES_COLONY_NAME="lab",
    )
    assert server.runtime["serverid"] == identity.id_of(keys["SERVER"])
    assert server.runtime["colonyname"] == "lab"
    colony = rpc(server, "getcolonymsg", keys["USER"], colonyname="lab")
    assert colony == {"colonyid": identity.id_of(keys["COLONY"]), "name": "lab"}


def test_a_setting_that_cannot_be_used_is_named(environment):
    answer = run({**environment, "COLONIES_TLS": "true"}, "serve")
    assert answer.returncode != 0
    assert "COLONIES_TLSCERT" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_runtime_secret_proves_who_answers(serve):
    server = serve()
    message = json.dumps({"msgtype": "getserverinfomsg", "nonce": "n"}).encode()
    _, _, body = ask(server, "POST", "/api", envelope.sealed("getserverinfomsg", message, ""))
    info = json.loads(envelope.result(body)[1])
    expected = enrolment.server_proof(server.runtime["secret"], "n", server.runtime["serverid"])
    assert info["proof"] == expected
    assert info["backends"][0]["port"] == server.port


def test_a_database_that_is_none_is_named(environment, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "colonies.db").write_text("this is no database " * 100)
    answer = run(environment, "serve", "--port", "0")
    assert answer.returncode != 0
    assert "colonies.db: file is not a database" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_server_that_was_killed_is_not_printed(serve, environment):
    server = serve()
    server.process.kill()
    server.process.wait()
    answer = run(environment, "env")
    assert answer.returncode != 0
    assert answer.stdout == ""
