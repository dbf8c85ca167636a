import textwrap

import pytest

from jupyter_colonies.client.compose.specfile import parse_specs, read_specs, specs_of
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.errors import InvalidSpec, InvalidWorkflow

SUM = """\
[
    {
        "nodename": "gen_node",
        "funcname": "gen",
        "conditions": {
            "executortype": "wf-executor",
            "dependencies": []
        }
    },
    {
        "nodename": "sum_node",
        "funcname": "sum",
        "conditions": {
            "executortype": "wf-executor",
            "dependencies": [
                "gen_node"
            ]
        }
    }
]
"""

SUM_YAML = """\
- nodename: gen_node
  funcname: gen
  conditions:
    executortype: wf-executor
- nodename: sum_node
  funcname: sum
  conditions:
    executortype: wf-executor
    dependencies: [gen_node]
"""


def refusal(text, name="wf.json"):
    with pytest.raises((InvalidSpec, InvalidWorkflow)) as caught:
        parse_specs(text, name)
    return str(caught.value)


def test_json_and_yaml_say_the_same():
    from_json = parse_specs(SUM, "sum_wf.json")
    assert [spec.nodename for spec in from_json] == ["gen_node", "sum_node"]
    assert parse_specs(SUM_YAML, "sum_wf.yaml") == from_json
    assert parse_specs(SUM_YAML, "the cell") == from_json
    assert parse_specs(SUM, "the cell") == from_json


def test_json_may_be_indented_with_tabs():
    assert parse_specs(SUM.replace("    ", "\t"), "echo_wf.json") == parse_specs(SUM, "x.json")


def test_one_object_is_one_process():
    spec = parse_specs('{"funcname": "execute", "kwargs": {"cmd": "ls"}, "desc": "ignored"}', "a")
    assert isinstance(spec, FunctionSpec)
    assert spec.kwargs == {"cmd": "ls"}


def test_an_object_with_a_list_of_specs_is_a_workflow():
    specs = parse_specs('{"colonyname": "dev", "functionspecs": ' + SUM + "}", "a.json")
    assert specs == parse_specs(SUM, "a.json")
    wrong = '{"functionspecs": [\n{"nodename": "a",\n "funcname": 1}]}'
    assert refusal(wrong) == "wf.json, line 3: funcname: expected a string, got the number 1"


def test_what_the_server_tolerates_is_tolerated():
    spec = parse_specs('{"funcname": "f", "args": null, "fs": null, "priority": 2.0}', "a.json")
    assert (spec.args, spec.priority) == (None, 2)


def test_yaml_dates_stay_what_was_written():
    spec = parse_specs("funcname: f\nargs: [2024-01-02, 1.5, true]", "a.yaml")
    assert spec.args == ["2024-01-02", 1.5, True]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ('"dependencies": []', '"dependencies": 3'),
            "line 7: conditions.dependencies: expected a list of strings, got the number 3",
        ),
        (
            ('"gen_node"\n', "17\n"),
            "line 16: conditions.dependencies[0]: expected a string, got the number 17",
        ),
        (('"sum",', '"sum", "priority": "1",'), "line 12: priority: expected a whole number, got "),
        (
            ('"sum",', '"sum", "priority": true,'),
            "line 12: priority: expected a whole number, got ",
        ),
        (('"sum",', '"sum", "args": {},'), "line 12: args: expected a list, got an object"),
        (('"sum",', '"sum", "env": {"A": 1},'), "line 12: env.A: expected a string, got the numb"),
        (('"funcname": "sum",', '"fun": "sum",'), "line 10: funcname: a function name is missing"),
    ],
)
def test_a_wrong_type_is_refused_with_line_and_key(change, said):
    assert refusal(SUM.replace(*change), "sum_wf.json").startswith(f"sum_wf.json, {said}")


def test_a_key_that_stands_twice_is_looked_up_where_it_counts():
    assert refusal('{\n"funcname": "f",\n"args": [],\n"args": 3\n}') == (
        "wf.json, line 4: args: expected a list, got the number 3"
    )
    assert refusal('{"funcname": "f", "conditions": []}') == (
        "wf.json, line 1: conditions: expected an object with the fields of a spec, got a list"
    )


def test_yaml_errors_name_the_line_too():
    text = SUM_YAML.replace("[gen_node]", "4")
    assert refusal(text, "wf.yml") == (
        "wf.yml, line 9: conditions.dependencies: expected a list of strings, got the number 4"
    )
    assert refusal("a: [1\nb: 2", "wf.yaml").startswith("wf.yaml, line 2: this is not valid YAML")
    assert "nothing in it" in refusal("# empty", "wf.yaml")


def test_broken_json_names_the_line():
    assert refusal('[\n {"funcname": "f"},\n {"funcname" "g"}\n]').startswith(
        "wf.json, line 3: this is not valid JSON: Expecting ':' delimiter"
    )
    assert "not valid JSON" in refusal("")
    assert "NaN" in refusal('{"funcname": "f", "args": [NaN]}')
    assert "nested too deeply" in refusal("[" * 100_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SUM.replace('"gen_node"\n', '"gone"\n'), "line 15: "),
        (SUM.replace('"sum_node"', '"gen_node"'), "line 11: Duplicate nodename: gen_node"),
        (SUM.replace('"nodename": "sum_node",', ""), "line 10: Nodename is missing"),
        (SUM.replace('"dependencies": []', '"dependencies": ["sum_node"]'), "cycle"),
        ("[]", "the list of function specs is empty"),
        ("3", "expected an object with the fields of a spec, got the number 3"),
        ("[3]", "line 1: expected an object with the fields of a spec, got the number 3"),
    ],
)
def test_what_is_no_dag_is_refused_with_its_line(text, said):
    assert said in refusal(text)


def test_a_python_value_is_read_like_a_file():
    specs = specs_of([{"nodename": "a", "funcname": "f"}, FunctionSpec(nodename="b", funcname="g")])
    assert [spec.funcname for spec in specs] == ["f", "g"]
    with pytest.raises(InvalidSpec, match=r"^the spec, function spec 2: args: expected a list"):
        specs_of([{"nodename": "a", "funcname": "f"}, {"funcname": "g", "args": "x"}])
    with pytest.raises(InvalidSpec, match="strings as keys, got the number 1"):
        specs_of({"funcname": "f", "kwargs": {1: 2}})


def test_a_missing_file_says_where_was_looked_and_what_is_there(tmp_path, monkeypatch):
    (tmp_path / "sum_wf.json").write_text(SUM)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidSpec) as caught:
        read_specs("sum-wf.jsn")
    assert str(caught.value) == (
        f"There is no file 'sum-wf.jsn' in {tmp_path}; did you mean 'sum_wf.json'?"
    )
    with pytest.raises(InvalidSpec, match="folder .*nowhere does not exist"):
        read_specs("nowhere/sum_wf.json")
    with pytest.raises(InvalidSpec, match="can't be read: Is a directory"):
        read_specs(tmp_path)


def test_files_are_utf8_with_or_without_mark(tmp_path):
    text = textwrap.dedent('{"funcname": "f", "args": ["åäö"]}')
    for codec in ("utf-8", "utf-8-sig"):
        (tmp_path / "a.json").write_text(text, encoding=codec)
        assert read_specs(tmp_path / "a.json").args == ["åäö"]
    (tmp_path / "a.json").write_text(text, encoding="latin-1")
    with pytest.raises(InvalidSpec, match="not text in UTF-8"):
        read_specs(tmp_path / "a.json")
