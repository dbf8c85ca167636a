"""`blueprint …`: definitions, desired states, and who brings them about."""

import json

import click
import pytest

from jupyter_colonies.commands.block import Line, Text
from jupyter_colonies.core.identity import id_of, new_private_key
from jupyter_colonies.errors import ColoniesError, InvalidRequest, InvalidSpec, NotFound
from tests.unit.commands.conftest import Hands

DEFINITION = """
metadata: {name: deployments.example.io}
spec:
  group: example.io
  version: v1
  names: {kind: ExecutorDeployment, shortNames: [dep]}
  schema:
    required: [image]
    properties:
      image: {type: string, description: What to run}
      replicas: {type: number}
  handler: {executorType: docker-reconciler, functionName: reconcile}
"""
BLUEPRINT = {
    "kind": "ExecutorDeployment",
    "metadata": {"name": "web", "locationname": "edge"},
    "spec": {"image": "nginx", "replicas": 2, "executorType": "worker", "ports": {"http": 80}},
}


@pytest.fixture
def defined(desk, write):
    write("definition.yaml", DEFINITION)
    write("blueprint.json", json.dumps(BLUEPRINT))
    desk.run("blueprint definition add --spec definition.yaml")
    return desk


def test_definitions(defined) -> None:
    desk = defined
    table = desk.one("blueprint definition ls")
    assert table.columns == ["Name", "Kind", "FunctionName"]
    assert table.rows == [["deployments.example.io", "ExecutorDeployment", "reconcile"]]
    general, names, handler, schema = desk.run(
        "blueprint definition get --name deployments.example.io"
    )
    assert dict(general.rows)["Group"] == "example.io"
    assert dict(names.rows)["ShortNames"] == "dep"
    assert dict(handler.rows)["ReconcileInterval"] == "60 s"
    assert schema.rows[0] == ["image", "string", "true", "What to run"]
    with pytest.raises(ColoniesError, match="duplicate key"):
        desk.run("blueprint definition add --spec definition.yaml")
    desk.run("blueprint definition remove --name deployments.example.io")
    assert desk.one("blueprint definition ls") == Line(text="No blueprint definitions found")


def test_a_blueprint_from_add_to_remove(defined, write) -> None:
    desk = defined
    assert desk.one("blueprint ls") == Line(text="No blueprints found")
    assert desk.field("blueprint add --spec blueprint.json", "Generation") == "0"
    row = ["web", "ExecutorDeployment", "edge", "worker", "0", "0", "0"]
    table = desk.one("blueprint ls --kind ExecutorDeployment")
    assert table.columns == [
        "Name", "Kind", "Location", "Executor Type", "Replicas", "OldGen", "Gen",
    ]  # fmt: skip
    assert table.rows == [row]
    write("blueprint.json", json.dumps(BLUEPRINT | {"spec": {"image": "caddy"}}))
    assert desk.field("blueprint update --spec blueprint.json", "Generation") == "1"
    general, spec = desk.run("blueprint get --name web")
    assert dict(general.rows)["Location"] == "edge"
    assert dict(spec.rows) == {"image": "caddy"}
    history = desk.one("blueprint history --name web")
    assert history.columns == ["Generation", "Timestamp", "Change Type", "Changed By"]
    assert [row[2] for row in history.rows] == ["update", "create"]
    shown = desk.one("blueprint history --name web -g 0")
    assert isinstance(shown, Text)
    assert json.loads(shown.text) == BLUEPRINT["spec"]
    with pytest.raises(NotFound, match="generation 7"):
        desk.run("blueprint history --name web -g 7")
    desk.run("blueprint remove --name web")
    with pytest.raises(NotFound):
        desk.run("blueprint get --name web")


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("replicas", "3", {"replicas": 3}),
        ("spec.image", "caddy:2", {"image": "caddy:2"}),
        ("ports.http", "8080", {"ports": {"http": 8080}}),
    ],
)
def test_set_changes_one_field_and_reconciles(defined, key, value, found) -> None:
    desk = defined
    desk.run("blueprint add --spec blueprint.json")
    assert desk.field(f"blueprint set --name web --key {key} --value {value}", "Generation") == "1"
    stored = desk.one("blueprint get --name web --json").value
    assert stored.spec == BLUEPRINT["spec"] | found
    waiting = desk.one("process psw")
    assert [row[0] for row in waiting.rows] == ["reconcile"] * 3


@pytest.mark.parametrize("key", ["nothing", "image.tag", "ports.https", "a.b.c"])
def test_set_wants_a_field_that_is_there(defined, key) -> None:
    defined.run("blueprint add --spec blueprint.json")
    with pytest.raises(click.UsageError, match="no such field"):
        defined.run(f"blueprint set --name web --key {key} --value 1")


def test_reconcile(defined) -> None:
    defined.run("blueprint add --spec blueprint.json")
    processid = defined.field("blueprint reconcile --name web --force", "ProcessId")
    spec = defined.one(f"process get -p {processid} --json").value.spec
    assert spec.kwargs["force"] is True


def add_reconciler(desk, write):
    key = new_private_key()
    spec = '{"executorname": "rec", "executortype": "docker-reconciler", "locationname": "edge"}'
    file = write("executor.json", spec)
    desk.run(f"executor add --spec {file} --executorid {id_of(key)} --approve")
    return key


def test_the_doctor(defined, write) -> None:
    desk = defined
    desk.run("blueprint add --spec blueprint.json")

    def results():
        return {row[0]: row[1] for row in desk.run("blueprint doctor --name web")[0].rows}

    assert results()["Definition"] == "ok"
    assert results()["Reconciler"] == "missing"
    key = add_reconciler(desk, write)
    assert results()["Reconciler"] == "ok"
    assert results()["Last heard from"] == "missing"
    Hands(desk, key).take()
    assert results()["Last heard from"] == "ok"


def test_logs_of_reconcilers(defined, write) -> None:
    desk = defined
    desk.run("blueprint add --spec blueprint.json")
    assert desk.one("blueprint log --name web") == Line(text="No reconcilers found")
    key = add_reconciler(desk, write)
    assert desk.one("blueprint log --name web") == Line(text="No logs found")
    Hands(desk, key).work(log="pulling nginx\n")
    assert desk.one("blueprint log --name web") == Text(text="pulling nginx\n")


def test_what_is_refused(defined, write) -> None:
    with pytest.raises(InvalidSpec, match=r"bad\.json: not a blueprint"):
        defined.run(f"blueprint add --spec {write('bad.json', '[1]')}")
    with pytest.raises(InvalidSpec, match="No such file"):
        defined.run("blueprint add --spec nowhere.json")
    write("blueprint.json", json.dumps(BLUEPRINT | {"spec": {}}))
    with pytest.raises(InvalidRequest, match=r"spec\.image"):
        defined.run("blueprint add --spec blueprint.json")
