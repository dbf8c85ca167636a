"""Protocol part 02, sections 1.5 to 1.7 and scenarios 3 to 7."""

import msgspec
import pytest

from jupyter_colonies.core import decoding
from jupyter_colonies.core.spec import (
    Conditions,
    Filesystem,
    FunctionSpec,
    Gpu,
    canonical,
    check_priority,
)
from jupyter_colonies.errors import InvalidRequest

KEYS = {
    "nodename",
    "funcname",
    "args",
    "kwargs",
    "priority",
    "maxwaittime",
    "maxexectime",
    "maxretries",
    "conditions",
    "label",
    "fs",
    "env",
}
CONDITION_KEYS = {
    "colonyname",
    "executornames",
    "executortype",
    "dependencies",
    "nodes",
    "cpu",
    "processes",
    "processespernode",
    "mem",
    "storage",
    "gpu",
    "walltime",
}


def stored(**fields):
    return canonical(FunctionSpec(**fields))


def conditions(**fields):
    return stored(conditions=Conditions(**fields)).conditions


def test_resources_come_back_in_one_spelling():
    found = conditions(mem="10G", storage="2000G", cpu="1000m")
    assert (found.mem, found.storage, found.cpu) == ("9536Mi", "1907348Mi", "1000m")


def test_empty_resources():
    found = conditions()
    assert (found.mem, found.storage, found.cpu) == ("0Mi", "0Mi", "0m")
    assert msgspec.to_builtins(found.gpu) == {"name": "", "mem": "0Mi", "count": 0, "nodecount": 0}


def test_a_gpu_keeps_what_was_asked():
    gpu = conditions(gpu=Gpu(name="a100", mem="40G", count=2, nodecount=3)).gpu
    assert (gpu.name, gpu.mem, gpu.count, gpu.nodecount) == ("a100", "38146Mi", 2, 3)


@pytest.mark.parametrize(
    "fields",
    [{"mem": "1"}, {"mem": "1XYZ"}, {"cpu": "m"}, {"storage": "-1G"}, {"gpu": Gpu(mem="x")}],
    ids=str,
)
def test_unreadable_resources_are_refused(fields):
    with pytest.raises(InvalidRequest):
        conditions(**fields)


def test_cpu_without_a_unit_is_zero():
    assert conditions(cpu="10").cpu == "0m"


@pytest.mark.parametrize(
    "text",
    [b"{}", b'{"args":null,"kwargs":null,"env":null,"fs":null,"channels":null,"conditions":null}'],
    ids=["missing", "null"],
)
def test_null_and_missing_come_back_empty(text):
    spec = msgspec.to_builtins(canonical(decoding.decode(text, FunctionSpec)))
    assert set(spec) == KEYS
    assert set(spec["conditions"]) == CONDITION_KEYS
    assert (spec["args"], spec["kwargs"], spec["env"]) == ([], {}, {})
    assert spec["fs"] == {"mount": "", "snapshots": None, "dirs": None}
    assert spec["conditions"]["dependencies"] == []
    assert spec["conditions"]["executornames"] is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [(None, None), ([], []), (["*"], []), (["a", "*"], []), (["a", "b"], ["a", "b"])],
    ids=str,
)
def test_executor_names(given, expected):
    found = stored(conditions=Conditions(executornames=given))
    assert found.conditions.executornames == expected
    assert found.executornames == (expected or [])


def test_what_is_empty_and_optional_is_omitted():
    assert "channels" not in msgspec.to_builtins(stored(channels=[]))
    assert "locationname" not in msgspec.to_builtins(conditions(locationname=""))


def test_what_is_set_and_optional_is_sent():
    assert msgspec.to_builtins(stored(channels=["c"]))["channels"] == ["c"]
    assert msgspec.to_builtins(conditions(locationname="loc"))["locationname"] == "loc"
    assert stored(conditions=Conditions(locationname="loc")).locationname == "loc"
    assert stored().locationname == ""


def test_files_pass_through_as_they_are():
    fs = Filesystem(mount="/m", snapshots=[{"own": 1}], dirs=[{"label": "/a", "extra": [None]}])
    assert stored(fs=fs).fs == fs


def test_free_values_pass_through():
    spec = stored(args=[None, 1.0, {"a": []}], kwargs={"a": None}, env={"": ""})
    assert (spec.args, spec.kwargs, spec.env) == ([None, 1.0, {"a": []}], {"a": None}, {"": ""})


def test_the_canonical_form_is_stable():
    spec = stored(
        args=[1],
        env={"a": "b"},
        channels=["c"],
        conditions=Conditions(cpu="5m", mem="1K", executornames=["*"], locationname="l"),
    )
    assert canonical(spec) == spec


def test_dependencies_are_named_once_in_order():
    spec = FunctionSpec(conditions=Conditions(dependencies=["b", "a", "b"]))
    assert spec.dependencies == ["b", "a"]
    assert FunctionSpec(conditions=Conditions(dependencies=None)).dependencies == []


@pytest.mark.parametrize("priority", [-50_000, 0, 50_000])
def test_priority_in_range(priority):
    check_priority(FunctionSpec(priority=priority))


@pytest.mark.parametrize("priority", [-50_001, 50_001, 2**62])
def test_priority_out_of_range(priority):
    text = r"^Failed to submit function spec, priority outside range \[-50000, 50000\]"
    with pytest.raises(InvalidRequest, match=text):
        check_priority(FunctionSpec(priority=priority))
