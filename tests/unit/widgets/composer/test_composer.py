"""The composer on a real server: what is offered, kept, submitted, opened again and refused."""

import json

import pytest

from jupyter_colonies.client.compose.specfile import parse_specs
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.core.identity import new_private_key
from jupyter_colonies.errors import AccessDenied, InvalidSpec, NotFound
from jupyter_colonies.executor import registry
from jupyter_colonies.widgets.composer.composer import DRAFT_MIME_TYPE, Composer

PATIENCE = 30


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def compose(colony):
    made = []

    def begin(name="draft", spec=None, factory=Composer):
        made.append(factory(colony, spec, name=name))
        return made[-1]

    yield begin
    for each in made:
        each.close()


def wish(composer, what, **more):
    """As the page does it."""
    composer._desk._handle_custom_msg({"wish": what, **more}, [])


def tutorial():
    workflow = Workflow("sum", executortype="wf-executor")
    workflow.node("sum_node", "total", after=workflow.node("gen_node", "gen"))
    return workflow


def test_the_sum_is_composed_submitted_and_opened_again(colony, compose, until):
    composer = compose()
    assert until(composer._desk, "palette", lambda palette: palette)["offers"] == []

    @colony.function(executor="wf-executor")
    def gen():
        """Generates."""
        return [1, 2, 3]

    @colony.function(executor="wf-executor")
    def total(inputs, start: int = 0):
        """Adds up."""
        return sum(inputs) + start

    offers = until(composer._desk, "palette", lambda palette: len(palette["offers"]) == 2)["offers"]
    assert offers[1] == {
        "funcname": "total",
        "executortype": "wf-executor",
        "signature": "total(start: int = …)",
        "description": "Adds up.",
        "executors": ["wf-executor"],
    }
    for name in ("gen", "total"):
        wish(composer, "add", funcname=name, executortype="wf-executor")
    assert composer.selected == "total"
    wish(composer, "put", node="n2", field="argument.start", value="ten")
    assert "start has to be int" in composer.problems[0]["text"]
    wish(composer, "put", node="n2", field="argument.start", value="10")
    wish(composer, "join", parent="n1", child="n2")
    assert composer.problems == []
    assert composer.submittable
    runs = []
    composer.on_submit(runs.append)
    run = composer.submit().wait(PATIENCE, progress=False)
    assert run.result() == 16
    assert runs == [run]
    assert composer._below.children == (composer._view,)
    assert [spec["nodename"] for spec in composer.draft] == ["gen", "total"]

    again = compose("again", run)
    assert again.draft == composer.draft
    assert compose("by id", run.id).draft == composer.draft
    registry.stop_all(timeout=0)
    until(composer._desk, "palette", lambda palette: palette["offers"] == [])


def test_a_draft_is_kept_with_what_can_be_undone_and_is_nobody_else_s(compose):
    first = compose()
    first.take(tutorial())
    wish(first, "put", node="n1", field="priority", value="high")
    second = compose()
    assert second.name == "draft (2)"
    assert "Somebody composes under that name" in second._desk.page["told"]
    wish(second, "remove", node="n1")
    first.close()
    second.close()
    third = compose()
    assert third.name == "draft"
    assert third.draft[0]["priority"] == "high"
    assert not third.submittable
    third.undo()
    assert third.problems == []
    third.undo()
    assert third.draft == []
    third.redo()
    assert len(third.draft) == 2


def test_what_is_opened_once_more_does_not_take_the_place_of_what_became_of_it(compose):
    first = compose(spec=tutorial())
    wish(first, "add", funcname="more", executortype="")
    first.close()
    same = compose(spec=tutorial())
    assert len(same.draft) == 3
    same.close()
    other = tutorial()
    other.node("another")
    changed = compose(spec=other)
    assert changed.draft[2]["nodename"] == "another"
    changed.undo()
    assert changed.draft[2]["nodename"] == "more"


def test_one_kernel_has_one_composer_of_a_name(colony, compose):
    first = compose("one", factory=Composer.of)
    assert colony.compose("one") is first
    assert colony.compose("one", tutorial()).draft[0]["nodename"] == "gen_node"
    first.close()
    assert compose("one", factory=Composer.of) is not first


def test_traits_can_be_set_and_observed(compose):
    composer = compose(spec=tutorial())
    heard = []
    composer.observe(lambda change: heard.append(change["new"]), "selected")
    composer.selected = "sum_node"
    assert composer._desk.page["form"]["values"]["nodename"] == "sum_node"
    composer.draft = [{"nodename": "x", "funcname": "f"}]
    assert heard == ["sum_node", "x"]
    with pytest.raises(InvalidSpec, match="function name is missing"):
        composer.draft = [{"nodename": "x"}]
    with pytest.raises(NotFound):
        composer.selected = "y"
    composer.draft = []
    assert composer._desk.page["nodes"] == []


def test_what_is_exported_is_the_draft(compose):
    composer = compose(spec=tutorial())
    texts = composer.export()
    wanted = tutorial().to_spec("").functionspecs
    assert parse_specs(texts["json"], "x.json") == wanted
    assert parse_specs(texts["yaml"], "x.yaml") == wanted
    space = {}
    exec(texts["python"], space)
    assert space["workflow"].to_spec("").functionspecs == wanted
    shown = composer._repr_mimebundle_()
    assert shown[DRAFT_MIME_TYPE]["specs"] == composer.draft == json.loads(texts["json"])
    assert "gen_node" in shown["application/vnd.colonies.dag+json"]["svg"]
    assert shown["text/plain"].startswith("draft: Draft · 2 nodes\n[")


def test_what_is_imported_is_refused_with_line_and_key(compose, until):
    composer = compose(spec=tutorial())
    told = []
    composer._desk.send = lambda message, *_: told.append(message)
    for text in ("", "[\n{]", '[{"funcname": 5}]', "0" * 64):
        wish(composer, "import", text=text, name="", whole=True)
        until(composer._desk, "busy", lambda busy: not busy)
    assert [each["imported"].partition(":")[0] for each in told] == [
        "There is nothing to import",
        "the text, line 2",
        "the text, line 1",
        f"There is no workflow and no process with the id '{'0' * 64}'",
    ]
    wish(composer, "import", text=tutorial().to_yaml(), name="sum.yaml", whole=False)
    until(composer._desk, "busy", lambda busy: not busy)
    assert told[-1] == {"imported": ""}
    assert [each["nodename"] for each in composer.draft] == [
        "gen_node", "sum_node", "gen_node_2", "sum_node_2"
    ]  # fmt: skip
    assert composer.draft[3]["conditions"]["dependencies"] == ["gen_node_2"]


def test_what_the_server_refuses_is_said_until_the_draft_changes(colony, until):
    composer = Composer(colony.signed_by(new_private_key()), tutorial(), name="stranger")
    try:
        told = until(composer._desk, "palette", lambda palette: palette.get("told"))["told"]
        assert "Access denied" in told
        with pytest.raises(AccessDenied) as refused:
            composer.submit()
        assert composer.problems == [
            {"node": "", "field": "", "text": refused.value.message, "refused": True}
        ]
        assert composer.submittable
        assert len(composer.draft) == 2
        wish(composer, "put", node="n2", field="label", value="fine")
        assert composer.problems == []
    finally:
        composer.close()


def test_what_can_not_be_composed_is_refused(compose):
    with pytest.raises(InvalidSpec, match="not int"):
        compose(spec=5)
    with pytest.raises(InvalidSpec, match="There is no file"):
        compose(spec="nothing.json")
