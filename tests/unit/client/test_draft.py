"""Drafts: whatever is done to one, it is a DAG, comes back undone, and survives every form."""

import contextlib
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from jupyter_colonies.client.compose.draft import Draft, references
from jupyter_colonies.client.compose.draftfile import DraftFile
from jupyter_colonies.client.compose.filling import filled
from jupyter_colonies.client.compose.filling import given as given_to
from jupyter_colonies.client.compose.history import History
from jupyter_colonies.client.compose.offers import offers
from jupyter_colonies.client.compose.problems import problems
from jupyter_colonies.client.compose.pythoncode import python_code
from jupyter_colonies.client.compose.specfile import parse_specs, read_specs
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.core.graph import check_workflow
from jupyter_colonies.core.member import Executor, ExecutorState, Function, FunctionArgument
from jupyter_colonies.core.spec import FunctionSpec, canonical
from jupyter_colonies.errors import ClientError, InvalidWorkflow

ECHO = Path(__file__).parents[3] / "notebooks/echo_wf.json"

names = st.sampled_from(["a", "b", "c", "train", "train_2", "Größe"])
texts = st.text(st.characters(codec="utf-8"), max_size=6)
scalars = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts
    | st.floats(allow_nan=False, allow_infinity=False)
)  # fmt: skip
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)
fields = st.sampled_from(
    [
        (("priority",), 5),
        (("maxexectime",), 60),
        (("conditions", "mem"), "1Gi"),
        (("conditions", "gpu", "count"), 2),
        (("fs", "mount"), "/cfs"),
        (("env",), {"A": "é\u2028"}),
        (("conditions", "executornames"), ["one", "two"]),
    ]
)


@contextlib.contextmanager
def refused(words):
    """What is done inside may be refused, if it is with these words."""
    try:
        yield
    except InvalidWorkflow as error:
        if words not in str(error):
            raise


class Composing(RuleBasedStateMachine):
    """Everything that somebody can do; the drafts seen on the way are what undoing gives."""

    def __init__(self):
        super().__init__()
        self.history = History()
        self.seen = [Draft()]

    def do(self, what, draft):
        if draft == self.history.draft:
            return
        self.seen = [*self.seen[: self.history.at + 1], draft]
        self.history = self.history.do(what, draft)

    def key(self, data):
        return data.draw(st.sampled_from([node.key for node in self.history.draft.nodes]))

    @rule(name=names)
    def add(self, name):
        self.do("add", self.history.draft.add(name, "cli"))

    @precondition(lambda self: self.history.draft.nodes)
    @rule(data=st.data(), what=st.sampled_from(["remove", "duplicate"]))
    def change(self, data, what):
        self.do(what, getattr(self.history.draft, what)(self.key(data)))

    @precondition(lambda self: self.history.draft.nodes)
    @rule(data=st.data(), name=names)
    def rename(self, data, name):
        key = self.key(data)
        with refused(f"Duplicate nodename: {name}"):
            self.do("rename", self.history.draft.rename(key, name))

    @precondition(lambda self: self.history.draft.nodes)
    @rule(data=st.data(), joined=st.booleans())
    def connect(self, data, joined):
        draft = self.history.draft
        change = draft.connect if joined else draft.disconnect
        parent, child = self.key(data), self.key(data)
        with refused("dependencies contain a cycle"):
            self.do("connect", change(parent, child))

    @precondition(lambda self: self.history.draft.nodes)
    @rule(
        data=st.data(),
        field=fields,
        args=st.lists(values, max_size=2),
        kwargs=st.dictionaries(texts, values, max_size=2),
    )
    def fill(self, data, field, args, kwargs):
        key = self.key(data)
        self.do(
            "set",
            self.history.draft.put(key, *field)
            .put(key, ("args",), args)
            .put(key, ("kwargs",), kwargs),
        )

    @rule(other=st.integers(0, 2))
    def insert(self, other):
        draft = Draft()
        for _ in range(other):
            draft = draft.add("a")
            if len(draft.nodes) > 1:
                draft = draft.connect(draft.nodes[-2].key, draft.nodes[-1].key)
        if other:
            self.do("insert", self.history.draft.with_specs(specs_of(draft)))

    @rule()
    def undo(self):
        self.history = self.history.undo()

    @rule()
    def redo(self):
        self.history = self.history.redo()

    @invariant()
    def is_where_it_was(self):
        assert self.history.draft == self.seen[self.history.at]
        assert bool(self.history.undoes) == (self.history.at > 0)
        assert bool(self.history.redoes) == (self.history.at + 1 < len(self.seen))

    @invariant()
    def is_a_dag_with_distinct_names(self):
        nodes = self.history.draft.nodes
        assert len({node.name for node in nodes} - {""}) == len(nodes)
        assert len({node.key for node in nodes}) == len(nodes)
        if nodes:
            check_workflow(specs_of(self.history.draft))

    def teardown(self):
        draft = self.history.draft
        if not draft.nodes:
            return
        wanted = [canonical(spec) for spec in specs_of(draft)]
        workflow = Workflow.from_specs(specs_of(draft))
        for text, name in ((workflow.to_json(), "x.json"), (workflow.to_yaml(), "x.yaml")):
            assert [canonical(spec) for spec in parse_specs(text, name)] == wanted
            assert Draft.of(parse_specs(text, name)).plain == draft.plain
        space = {}
        exec(python_code(draft.plain, 'it\'s "so"'), space)
        assert [canonical(spec) for spec in space["workflow"].to_spec("").functionspecs] == wanted


def specs_of(draft):
    return [msgspec.convert(spec, FunctionSpec) for spec in draft.plain]


TestComposing = Composing.TestCase
TestComposing.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)


def test_the_tutorial_s_diamond_composed_is_the_file():
    draft = Draft()
    for letter in "abcd":
        draft = draft.add("execute", "container-executor")
        key = draft.nodes[-1].key
        draft = draft.rename(key, f"task_{letter}")
        draft = draft.put(
            key, ("kwargs",), {"cmd": f"echo TASK {letter.upper()}", "docker-image": "ubuntu:20.04"}
        )
        for name, value in {
            "executornames": ["dev-docker"],
            "nodes": 1,
            "processespernode": 1,
            "mem": "10Gi",
            "cpu": "1000m",
            "walltime": 60,
        }.items():
            draft = draft.put(key, ("conditions", name), value)
        draft = draft.put(key, ("maxexectime",), 55).put(key, ("maxretries",), 3)
    draft = draft.connect("n1", "n2").connect("n1", "n3").connect("n2", "n4").connect("n3", "n4")
    wanted = [canonical(spec) for spec in read_specs(ECHO)]
    assert [canonical(spec) for spec in specs_of(draft)] == wanted
    assert problems(draft) == []


def test_renaming_is_followed_by_dependents_and_users_of_the_result():
    draft = Draft().add("gen").add("use", parents=["gen"])
    draft = draft.put(
        "n2", ("args",), [{"$result": "gen"}, {"deep": [{"$outputs": "gen", "at": [0]}]}]
    )
    renamed = draft.rename("n1", "made")["n2"]
    assert renamed.parents == ("made",)
    assert references(renamed.spec["args"]) == {"made"}
    assert draft["n2"].parents == ("gen",)


def test_a_cycle_and_names_are_refused_in_the_server_s_words():
    draft = Draft().add("a").add("b", parents=["a"])
    with pytest.raises(InvalidWorkflow, match="dependencies contain a cycle: a → b → a"):
        draft.connect("n2", "n1")
    with pytest.raises(InvalidWorkflow, match="Nodename is missing"):
        draft.rename("n1", "")
    with pytest.raises(InvalidWorkflow, match="which is not in the workflow"):
        draft.wait_for("n1", ["c"])


def test_what_is_typed_into_one_field_is_one_step():
    history = History().do("Add a", Draft().add("a"))
    for text in ("h", "he", "hey"):
        history = history.do(
            "Set label", history.draft.put("n1", ("label",), text), ("n1", "label")
        )
    assert len(history.steps) == 3
    emptied = history.do("Set label", history.draft.put("n1", ("label",), ""), ("n1", "label"))
    assert (len(emptied.steps), emptied.undoes) == (2, "Add a")
    later = history.settled().do(
        "Set label", history.draft.put("n1", ("label",), "x"), ("n1", "label")
    )
    assert later.undo().draft == history.draft
    assert history.undo().redo().draft == history.draft


@pytest.mark.parametrize(
    ("steps", "value", "field", "text"),
    [
        (("conditions", "mem"), "10 Gigs", ("conditions", "mem"), "error converting memory"),
        (("conditions", "cpu"), "xm", ("conditions", "cpu"), "Error converting CPU to int"),
        (("conditions", "gpu", "mem"), "7", ("conditions", "gpu", "mem"), "error converting"),
        (("priority",), 60_000, ("priority",), "priority outside range"),
        (("priority",), "high", ("priority",), "expected a whole number, got the string 'high'"),
        (("maxretries",), 2**64, ("maxretries",), "can't be sent as JSON"),
        (("funcname",), "", ("funcname",), "a function name is missing"),
        (("conditions", "executortype"), "x" * 300, ("conditions", "executortype"), "<= 255"),
        (("fs",), {"mount": "/cfs", "dirs": [{"dir": "/x"}]}, ("fs", "dirs"), "has no label"),
        (("fs", "dirs"), "[", ("fs", "dirs"), "expected a list, got the string '['"),
        (("args",), [{"$result": "b"}], ("kwargs",), "is the result of node 'b'"),
    ],
)  # fmt: skip
def test_problems_stand_at_their_field_in_the_words_of_who_refuses(steps, value, field, text):
    (found,) = problems(Draft().add("a").put("n1", steps, value))
    assert (found.key, found.field) == ("n1", field)
    assert text in found.message


REGISTERED = (
    FunctionArgument(name="count", type="int", description="how many", required=True),
    FunctionArgument(name="kind", type="str", enum=["odd", "even"]),
    FunctionArgument(name="more", type="list[float] | None"),
)


def offered(*arguments, state=ExecutorState.APPROVED):
    function = {"executortype": "t", "funcname": "f", "args": list(arguments)}
    executors = [
        Executor(executorname="one", state=state),
        Executor(executorname="two", state=ExecutorState.UNREGISTERED),
    ]
    return offers(
        [Function(executorname=each.executorname, **function) for each in executors], executors
    )


def test_offers_are_those_of_executors_that_live():
    (offer,) = offered(*REGISTERED)
    assert offer.executors == ["one"]
    assert offer.signature == "f(count: int, kind: str = …, more: list[float] | None = …)"
    assert offered(state=ExecutorState.PENDING) == []


@pytest.mark.parametrize(
    ("args", "kwargs", "field", "text"),
    [
        ([], {}, ("argument", "count"), "missing a required argument: 'count'"),
        ([], {"count": "x"}, ("argument", "count"), "count has to be int, not 'x' of type str"),
        ([1, "none"], {}, ("argument", "kind"), "kind has to be"),
        ([1], {"more": "y"}, ("argument", "more"), "more has to be list[float] | None"),
        ([1], {"what": 2}, ("kwargs",), "unexpected keyword argument 'what'"),
    ],
)
def test_arguments_are_checked_as_their_executor_will(args, kwargs, field, text):
    draft = Draft().add("f", "t").put("n1", ("args",), args).put("n1", ("kwargs",), kwargs)
    (found,) = problems(draft, offered(*REGISTERED))
    assert found.field == field
    assert text in found.message
    assert not found.refused
    assert problems(draft, offered()) == []


def test_results_of_others_fit_everywhere():
    draft = (
        Draft().add("g").add("f", "t", ["g"]).put("n2", ("kwargs",), {"count": {"$result": "g"}})
    )
    assert problems(draft, offered(*REGISTERED)) == []


many = [FunctionArgument(name=name, type="any") for name in ("a", "b", "*rest", "c", "**options")]


@given(
    st.lists(scalars, max_size=4),
    st.dictionaries(st.sampled_from(["a", "b", "c", "x"]), scalars, max_size=4),
    st.sampled_from(["a", "b", "c", "*rest", "**options"]),
    scalars,
)
def test_an_argument_that_was_filled_in_is_given(args, kwargs, name, value):
    wrapped = {"*rest": [value], "**options": {"x": value}}.get(name, value)
    spec = {"args": args, "kwargs": kwargs}
    again_args, again_kwargs = filled(spec, many, name, wrapped)
    found = given_to({"args": again_args, "kwargs": again_kwargs}, many)
    before = given_to(spec, many)
    if wrapped is not None:
        assert found.pop(name) == wrapped
    assert {key: each for key, each in found.items() if each is not None} == {
        key: each for key, each in before.items() if key != name and each is not None
    }


def test_a_draft_is_kept_with_all_that_can_be_undone(tmp_path):
    history = History()
    for name in ("a", "b"):
        history = history.do(f"Add {name}", history.draft.add(name))
    history = history.do("Wrong", history.draft.put("n1", ("priority",), "high")).undo()
    place = DraftFile.hold(tmp_path / "new", "my/draft")
    assert place.read() == (History(), "")
    place.write(history, "origin")
    again = DraftFile.hold(tmp_path / "new", "my/draft")
    assert (again.name, again.taken) == ("my/draft (2)", True)
    assert again.read() == (history, "origin")
    again.close()
    place.close()
    once_more = DraftFile.hold(tmp_path / "new", "my/draft")
    assert once_more.read() == (history, "origin")
    assert once_more.path.stat().st_mode & 0o777 == 0o600
    once_more.close()


def test_a_draft_that_can_not_be_read_is_put_aside(tmp_path):
    place = DraftFile.hold(tmp_path, "d")
    place.path.write_text('{"version": 1, "name": "d", "at": 3, "nodes": [], "steps": []}')
    with pytest.raises(ClientError, match="could not be read"):
        place.read()
    assert [each.suffix for each in tmp_path.iterdir() if each.suffix != ".lock"] == [".unreadable"]
    assert place.read() == (History(), "")
    place.close()


def test_two_kernels_never_write_over_each_other(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from jupyter_colonies.client.compose.draftfile import DraftFile\n"
        f"print(DraftFile.hold(Path({str(tmp_path)!r}), 'd').name, flush=True)\n"
        "sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout.readline().strip() == "d"
        second = DraftFile.hold(tmp_path, "d")
        assert (second.name, second.taken) == ("d (2)", True)
        second.close()
        other.stdin.close()
        other.wait(30)
    first = DraftFile.hold(tmp_path, "d")
    assert (first.name, first.taken) == ("d", False)
    first.close()
