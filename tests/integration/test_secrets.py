"""A story with known keys, secrets and tokens, of which none may be found in anything it leaves."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from jupyter_colonies.core import enrolment, envelope, identity
from jupyter_colonies.testing import RunningServer
from tests.integration.test_server_port import ask, connect, sealed
from tests.notebookfiles import write_notebook
from tests.programs.jupyter import Jupyter

CELLS = (
    "import logging\n"
    "logging.basicConfig(level=logging.DEBUG, force=True)\n"
    "%load_ext jupyter_colonies\n"
    "%colonies status",
    "from jupyter_colonies import connect\n"
    "colony = connect()\n"
    "print(colony, colony.client, colony.found, vars(colony.client.endpoint))\n"
    "colony",
    "@colony.function(executor='maths')\ndef double(x):\n    return 2 * x",
    "spec = {'funcname': 'double', 'args': [21], 'conditions': {'executortype': 'maths'}}\n"
    "print(colony.submit(spec).wait(progress=False).nodes[0].output)",
    "colony.submit({'funcname': 'double', 'prvkey': 'x'})",
    "colony.call(colony.client.get_process(processid='x'))",
    "%colonies user ls",
    "%colonies executor ls --json",
    "%colonies env",
)


class Story:
    """What was said, by whom it may be read, and what must not be in it."""

    def __init__(self, jupyter, runtime):
        self.jupyter, self.runtime = jupyter, runtime
        self.host, self.port = runtime["host"], runtime["port"]
        self.secrets = {"registration": runtime["secret"]}
        for name in ("user", "colony", "server"):
            self.secrets[f"{name} key"] = Path(runtime[f"{name}keyfile"]).read_text().strip()
        self.said = {}

    def hear(self, where, text):
        self.said[where] = self.said.get(where, "") + str(text)

    def ask(self, where, *request, **more):
        status, headers, body = ask(self, *request, **more)
        self.hear(f"reply to {where}", f"{status} {headers} {body.decode(errors='replace')}")
        return status, body

    def rpc(self, payloadtype, key, **fields):
        return self.ask(payloadtype, "POST", "/api", sealed(payloadtype, key, **fields))


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secrets")
    options = ("--debug", "--ColoniesExtension.port=0", "--ColoniesExtension.json_log=True")
    with Jupyter(folder, *options) as jupyter:
        jupyter.hosts()
        story = Story(jupyter, json.loads(jupyter.runtime_file.read_text()))
        use_the_protocol(story)
        use_what_is_wrong(story)
        use_a_terminal(story)
        use_a_notebook(story, folder)
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                story.hear("the arguments of programs", file.read_bytes())
            except OSError:
                continue  # it has ended
    story.hear("the log of Jupyter", jupyter.log)
    story.hear("the audit log", (folder / "data/colonies/audit.jsonl").read_text())
    return story


def use_the_protocol(story):
    key = story.secrets["executor key"] = identity.new_private_key()
    user, secret = story.secrets["user key"], story.secrets["registration"]
    executor = {
        "executorid": identity.id_of(key), "executorname": "e", "executortype": "cli",
        "colonyname": "dev",
    }  # fmt: skip
    proof = enrolment.proof(secret, "dev", "e", executor["executorid"])
    assert story.rpc("enrolexecutormsg", key, executor=executor, proof=proof)[0] == 200
    conditions = {"colonyname": "dev", "executortype": "cli"}
    spec = {"funcname": "f", "conditions": conditions}
    assert story.rpc("submitfuncspecmsg", user, spec=spec)[0] == 200
    assert story.rpc("assignprocessmsg", key, colonyname="dev", timeout=5)[0] == 200
    for message, name in (("getcredentialsmsg", "secretkey"), ("addtokenmsg", "secret")):
        body = sealed(message, user, colonyname="dev", name="t", scopes=["read"])
        _, _, answer = ask(story, "POST", "/api", body)  # the one place where it is shown
        found = json.loads(envelope.result(answer)[1])
        story.secrets[message] = next(found[each] for each in (name, "token") if each in found)


def use_what_is_wrong(story):
    user, token = story.secrets["user key"], story.secrets["addtokenmsg"]
    bearer = {"Authorization": f"Bearer {token}"}
    wrong = {"Authorization": f"Bearer {token}x"}
    for headers in (bearer, wrong):
        story.ask("a token", "GET", "/v1/colonies/dev/executors", headers=headers)
    story.ask("a token in the address", "GET", f"/v1/colonies/dev/processes?token={token}")
    story.ask("a key in the address", "GET", f"/v1/processes/{user[:60]}", headers=bearer)
    story.rpc("assignprocessmsg", user, colonyname="dev", timeout=-1)
    story.rpc("removecolonymsg", user, colonyname="dev")
    story.rpc("submitfuncspecmsg", user, spec={"funcname": 5, "prvkey": "x"})
    proof = enrolment.proof(story.secrets["registration"], "dev", "e", "x")
    story.rpc("enrolexecutormsg", user, executor={"executorname": "e"}, proof=proof)
    story.ask("no envelope", "POST", "/api", b"{}")
    story.ask("half of one", "POST", "/api", sealed("versionmsg", user)[:50])
    connection = connect(story)
    connection.request("GET", "/metrics", headers=bearer)
    story.hear("reply to metrics", connection.getresponse().read())
    connection.close()


def use_a_terminal(story):
    environment = {
        **os.environ,
        "JUPYTER_COLONIES_RUNTIME": str(story.jupyter.runtime_file),
        "JUPYTER_DATA_DIR": str(story.jupyter.folder / "data"),
    }
    for command in ("status", "process get --processid x"):
        done = subprocess.run(
            [sys.executable, "-m", "jupyter_colonies.cli", *command.split()],
            capture_output=True, text=True, env=environment, timeout=60, check=False,
        )  # fmt: skip
        story.hear(f"jupyter colonies {command}", done.stdout + done.stderr)


def use_a_notebook(story, folder):
    path = write_notebook(folder / "story.ipynb", *CELLS)
    notebook = nbformat.read(path, 4)
    environment = {**os.environ, "JUPYTER_COLONIES_RUNTIME": str(story.jupyter.runtime_file)}
    NotebookClient(notebook, timeout=60, allow_errors=True).execute(env=environment)
    for number, cell in enumerate(notebook.cells, 1):
        story.hear(f"the outputs of cell {number}", json.dumps(cell.outputs))


def test_no_secret_is_found_anywhere(story):
    assert len(story.secrets) == 7
    assert all(len(secret) > 16 for secret in story.secrets.values())
    found = [
        (name, where)
        for name, secret in story.secrets.items()
        for where, text in story.said.items()
        if secret in text
    ]
    assert found == []


def test_the_story_took_place(story):
    assert "42" in story.said["the outputs of cell 4"]
    assert "Traceback" in story.said["the outputs of cell 6"]
    assert "submit_function_spec" in story.said["the audit log"]
    assert "jupyter_server" in story.said["the arguments of programs"]
    assert "[D 20" in story.said["the log of Jupyter"]
    assert '"message":"Serving colony' in story.said["the log of Jupyter"]
    assert "tester" not in story.said["jupyter colonies status"]


def test_what_is_printed_by_accident_holds_no_key(story):
    key = story.secrets["user key"]
    described = RunningServer(
        host="", port=0, tls=False, serverid="", server_key=key, colony_key=key, user_key=key,
        colonyname="", username="", runtime_file=Path(), data=Path(), hosting=None, loop=None,
    )  # fmt: skip
    assert key not in repr(described)
