"""The server extension in a real Jupyter server under a prefix."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import websocket

from jupyter_colonies.core import enrolment, envelope, identity
from jupyter_colonies.server import routes
from tests.integration.test_server_doors import OPEN, SHUT
from tests.integration.test_server_routes import METHODS, Nobody, example
from tests.notebookfiles import write_notebook
from tests.programs.jupyter import TOKEN, Jupyter

PROGRAMS = Path(__file__).parent.parent / "programs"
CHOOSY = "tests.programs.authorizer.Choosy"


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    options = ["--ColoniesExtension.port=0", "--ServerApp.authorizer_class=" + CHOOSY]
    with Jupyter(tmp_path_factory.mktemp("jupyter"), *options) as jupyter:
        yield jupyter.hosts()


@pytest.fixture
def runtime(jupyter):
    return json.loads(jupyter.runtime_file.read_text())


def workflow(executortype):
    conditions = {"executortype": executortype}
    return [
        {"nodename": "a", "funcname": "sum", "args": [1, 2], "conditions": conditions},
        {
            "nodename": "b",
            "funcname": "sum",
            "args": [4],
            "conditions": {**conditions, "dependencies": ["a"]},
        },
        {
            "nodename": "c",
            "funcname": "sum",
            "args": ["text"],
            "conditions": {**conditions, "dependencies": ["a"]},
        },
    ]


def test_a_plain_http_executor_does_a_workflow(jupyter):
    status, graph = jupyter.ask("POST", "colonies/v1/colonies/dev/workflows", workflow("plain"))
    assert status == 201
    program = subprocess.run(
        [sys.executable, PROGRAMS / "http_executor.py", jupyter.url, TOKEN, "dev", "plain", "3"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert program.stdout == "3 processes done\n"
    _, whole = jupyter.ask("GET", f"colonies/v1/workflows/{graph['processgraphid']}")
    processes = {each["spec"]["nodename"]: each for each in whole["processes"]}
    assert processes["a"]["out"] == [3]
    assert processes["b"]["out"] == [7]
    assert processes["c"]["state"] == 3
    assert "unsupported operand" in processes["c"]["errors"][0]


def test_an_executor_of_others_can_be_judged_and_not_used(jupyter, runtime):
    """Whoever has the server owns its colony, and is none of its executors."""
    key = identity.new_private_key()
    executor = {
        "executorid": identity.id_of(key),
        "executorname": "own",
        "executortype": "own",
        "colonyname": "dev",
    }
    proof = enrolment.proof(runtime["secret"], "dev", "own", executor["executorid"])
    message = {"msgtype": "enrolexecutormsg", "executor": executor, "proof": proof}
    body = envelope.sealed("enrolexecutormsg", json.dumps(message).encode(), key)
    status, reply = jupyter.ask("POST", "colonies/api", json.loads(body), token="")
    assert (status, reply["error"]) == (200, False)
    path = "colonies/v1/colonies/dev/executors/own"
    status, problem = jupyter.ask("POST", f"{path}/assignments", {})
    assert (status, "this Jupyter server" in problem["detail"]) == (403, True)
    assert jupyter.ask("GET", "colonies/v1/here")[1]["owns"] is True
    assert jupyter.ask("PUT", f"{path}/approval", {"approved": False})[0] == 204
    assert jupyter.ask("GET", path)[1]["state"] == 2
    assert jupyter.ask("DELETE", path)[0] == 204


@pytest.mark.parametrize("token", ["", "wrong"])
def test_the_rest_api_asks_for_a_token(jupyter, token):
    path = "colonies/v1/colonies/dev/executors/x"
    for method, name in (
        ("PUT", path),
        ("DELETE", path),
        ("POST", f"{path}/assignments"),
        ("POST", "colonies/v1/colonies/dev/workflows"),
        ("GET", "colonies/v1/workflows/1"),
        ("GET", "colonies/v1/processes/1"),
        ("POST", "colonies/v1/processes/1/log"),
        ("PUT", "colonies/v1/processes/1/success"),
        ("PUT", "colonies/v1/processes/1/failure"),
    ):
        assert jupyter.ask(method, name, {} if method != "GET" else None, token=token)[0] == 403


def test_a_page_hears_which_colony_is_here_and_who_asks(jupyter, runtime):
    status, here = jupyter.ask("GET", "colonies/v1/here")
    assert (status, here["colonyname"]) == (200, runtime["colonyname"])
    assert here["address"] == f"http://{runtime['host']}:{runtime['port']}"
    key = Path(runtime["userkeyfile"]).read_text().strip()
    assert here["userid"] == identity.id_of(key)
    assert here["jupyteruser"]
    assert runtime["secret"] not in json.dumps(here)


def test_problems_inside_jupyter(jupyter):
    status, problem = jupyter.ask(
        "PUT", "colonies/v1/colonies/dev/executors/x", {"executortype": "x", "executorid": "1"}
    )
    assert (status, problem["title"]) == (400, "Bad Request")
    assert "server makes the executor's id" in problem["detail"]
    assert jupyter.ask("POST", "colonies/v1/processes/1", {})[0] == 405


def test_subscriptions_through_jupyters_address(jupyter, runtime):
    key = Path(runtime["userkeyfile"]).read_text().strip()
    _, graph = jupyter.ask("POST", "colonies/v1/colonies/dev/workflows", workflow("nobody"))
    message = {
        "msgtype": "subscribeworkflowmsg",
        "processgraphid": graph["processgraphid"],
        "timeout": 20,
    }
    connection = websocket.create_connection(
        jupyter.url.replace("http", "ws") + "colonies/pubsub", timeout=20
    )
    connection.send(envelope.sealed("subscribeworkflowmsg", json.dumps(message).encode(), key))
    payloadtype, change = envelope.result(bytes_of(connection.recv()))
    connection.close()
    assert payloadtype == "subscribeworkflowmsg"
    assert len(json.loads(change)["nodes"]) == 3


def bytes_of(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


def test_kernels_are_told_where_the_server_is(jupyter, runtime):
    kernel = jupyter.ask("POST", "api/kernels", {"name": "python3"})[1]
    address = f"{jupyter.url.replace('http', 'ws')}api/kernels/{kernel['id']}/channels"
    connection = websocket.create_connection(
        address, timeout=60, header={"Authorization": f"token {TOKEN}"}
    )
    code = "import os; print(os.environ['JUPYTER_COLONIES_RUNTIME'])"
    header = {
        "msg_id": "1",
        "msg_type": "execute_request",
        "username": "",
        "session": "s",
        "date": "",
        "version": "5.3",
    }
    content = {
        "code": code,
        "silent": False,
        "store_history": False,
        "user_expressions": {},
        "allow_stdin": False,
    }
    connection.send(
        json.dumps(
            {
                "header": header,
                "parent_header": {},
                "metadata": {},
                "content": content,
                "channel": "shell",
                "buffers": [],
            }
        )
    )
    while (message := json.loads(connection.recv()))["msg_type"] != "stream":
        pass
    connection.close()
    jupyter.ask("DELETE", f"api/kernels/{kernel['id']}")
    assert message["content"]["text"].strip() == str(jupyter.runtime_file)
    assert jupyter.runtime_file.stat().st_mode & 0o777 == 0o600
    assert runtime["jupyter_url"].startswith("http")
    assert runtime["username"]


def test_metrics_are_for_users_of_jupyter(jupyter):
    request = urllib.request.Request(f"{jupyter.url}colonies/v1/metrics")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    with refused.value as error:
        assert error.code == 403
    request.add_header("Authorization", f"token {TOKEN}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert b"# TYPE colonies_file_bytes gauge\n" in answer.read()


def test_a_notebook_is_deployed_among_jupyters_kernels(jupyter):
    (jupyter.folder / "work").mkdir()
    write_notebook(jupyter.folder / "work" / "notes.ipynb", "import os; print(os.getcwd())")
    body = {"path": "work/notes.ipynb"}
    status, deployed = jupyter.ask("POST", "colonies/v1/deployments?wait=60", body)
    assert (status, deployed["name"], deployed["state"]) == (201, "notes", "running")
    kernels = jupyter.ask("GET", "api/kernels")[1]
    # Whoever is connected keeps it from being culled as idle.
    assert [(k["id"], k["connections"]) for k in kernels] == [(deployed["kernelid"], 1)]
    jupyter.ask("DELETE", f"api/kernels/{deployed['kernelid']}")
    jupyter.until(lambda: jupyter.ask("GET", "colonies/v1/deployments/notes")[1]["restarts"] == 1)
    assert jupyter.ask("GET", "colonies/v1/deployments/notes?wait=60")[1]["state"] == "running"
    jupyter.until(lambda: len(jupyter.ask("GET", "api/kernels")[1]) == 1)
    log = jupyter.ask("GET", "colonies/v1/deployments/notes/log")[1]["text"]
    assert f"\n{jupyter.folder / 'work'}\n" in log
    assert jupyter.ask("DELETE", "colonies/v1/deployments/notes")[0] == 204
    assert jupyter.ask("GET", "api/kernels")[1] == []


def test_who_may_not_run_code_deploys_nothing(jupyter):
    write_notebook(jupyter.folder / "refused.ipynb", "1")
    request = urllib.request.Request(
        f"{jupyter.url}colonies/v1/deployments", b'{"path": "refused.ipynb"}'
    )
    request.add_header("Authorization", f"token {TOKEN}")
    request.add_header("X-Without", "execute kernels")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    with refused.value as error:
        assert error.code == 403
        assert "who may run code in kernels" in json.loads(error.read())["detail"]


def test_what_lies_outside_of_jupyters_root_is_not_deployed(jupyter, tmp_path):
    outside = write_notebook(tmp_path / "outside.ipynb", "1")
    (jupyter.folder / "link.ipynb").symlink_to(outside)
    for path in ("../" * 20 + outside.lstrip("/"), "link.ipynb"):
        status, problem = jupyter.ask("POST", "colonies/v1/deployments", {"path": path})
        assert (status, "outside of this server's root" in problem["detail"]) == (403, True)
    status, problem = jupyter.ask("POST", "colonies/v1/deployments", {"path": outside})
    assert (status, "can't be read" in problem["detail"]) == (404, True)
    for method in ("GET", "POST"):
        assert jupyter.ask(method, "colonies/v1/deployments", {}, token="")[0] == 403


def test_the_next_server_takes_over_when_the_host_ends(tmp_path):
    port = "--ColoniesExtension.port=0"
    with Jupyter(tmp_path, port) as first, Jupyter(tmp_path, port) as second:
        first.hosts()
        second.until(second.runtime_file.exists)
        told = json.loads(second.runtime_file.read_text())
        assert told["pid"] == first.process.pid
        first.stop(signal.SIGKILL)
        second.hosts()
        runtime = json.loads(second.runtime_file.read_text())
        assert runtime["pid"] == second.process.pid
        assert runtime["serverid"] == told["serverid"]
        assert runtime["secret"] != told["secret"]
        file = second.runtime_file
        assert second.stop() == 0
        assert not file.is_symlink()
        assert "Traceback" not in second.log


def test_on_jupyterhub_the_port_is_any(tmp_path):
    with Jupyter(tmp_path, JUPYTERHUB_USER="ada") as jupyter:
        jupyter.hosts()
        assert not 50080 <= json.loads(jupyter.runtime_file.read_text())["port"] < 50180


def test_a_server_that_cannot_start_leaves_jupyter_alone(tmp_path):
    with Jupyter(tmp_path, "--ColoniesExtension.certificate=/none.pem") as jupyter:
        jupyter.until(lambda: "could not start" in jupyter.log)
        assert "certificate_key" in jupyter.log
        assert jupyter.ask("GET", "api")[0] == 200
        status, problem = jupyter.ask("GET", "colonies/v1/processes/1")
        assert (status, "certificate_key" in problem["detail"]) == (503, True)


def test_what_happens_is_told_to_who_listens_to_the_jupyter_server(jupyter):
    address = f"{jupyter.url.replace('http', 'ws', 1)}api/events/subscribe?token={TOKEN}"
    listening = websocket.create_connection(address, timeout=30)
    _, graph = jupyter.ask("POST", "colonies/v1/colonies/dev/workflows", workflow("nobody"))
    whole = f"colonies/v1/workflows/{graph['processgraphid']}"
    assert jupyter.ask("PUT", f"{whole}/cancellation")[0] == 204
    told = {}
    while len(told) < 4:
        event = json.loads(listening.recv())
        about = event.get("processid") or event.get("workflowid")
        if about and event["state"] == "cancelled":
            told[about] = event["schema_id"].split("/")[-2]
    listening.close()
    assert told.pop(graph["processgraphid"]) == "workflow"
    assert set(told) == set(graph["processids"])
    assert set(told.values()) == {"process"}


def test_without_a_token_nothing_answers_but_what_is_open(jupyter):
    found = {
        f"{method} {path.removeprefix('/colonies')}"
        for path, _, _ in routes.routes(Nobody())
        for method in METHODS
        if jupyter.ask(method, example(path)[1:], token="")[0] not in SHUT
    }
    # What the API is stands behind Jupyter's token here; on the own port anybody may know.
    assert found == {each for each in OPEN if "/v1/" not in each}
