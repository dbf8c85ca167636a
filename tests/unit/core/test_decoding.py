"""Protocol part 01, section 1.7: what requests may look like."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.core import decoding
from jupyter_colonies.core.member import Executor, User
from jupyter_colonies.core.messages.processes import AssignProcess, CloseFailed, SubmitFunctionSpec
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import FunctionSpec
from jupyter_colonies.core.times import NEVER

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(max_size=5)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def read(kind, **fields):
    return decoding.decode(json.dumps(fields).encode(), kind)


def test_missing_keys_are_zero_values():
    request = read(AssignProcess)
    assert (request.colonyname, request.timeout, request.availablecpu) == ("", 0, "")


def test_unknown_keys_are_ignored():
    assert read(AssignProcess, colonyname="dev", latest=True, nested={"a": [1]}).colonyname == "dev"


@pytest.mark.parametrize("field", ["colonyname", "timeout", "availablecpu", "msgtype"])
def test_null_is_the_zero_value(field):
    assert read(AssignProcess, **{field: None}) == AssignProcess()


def test_null_objects_and_lists():
    spec = read(
        FunctionSpec,
        args=None,
        kwargs=None,
        env=None,
        fs=None,
        channels=None,
        conditions=None,
        nodename=None,
        priority=None,
    )
    assert spec.conditions.executortype == ""
    assert (spec.nodename, spec.priority) == ("", 0)


def test_null_deep_inside():
    spec = read(FunctionSpec, conditions={"gpu": {"mem": None, "count": None}, "walltime": None})
    assert spec.conditions.gpu.count == 0
    assert spec.conditions.walltime == 0


@pytest.mark.parametrize("number", ["10.0", "1e1", "10"])
def test_integral_floats_are_integers(number):
    request = decoding.decode(f'{{"timeout": {number}}}'.encode(), AssignProcess)
    assert request.timeout == 10
    assert isinstance(request.timeout, int)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (AssignProcess, {"timeout": "10"}),
        (AssignProcess, {"timeout": 10.5}),
        (AssignProcess, {"timeout": 1e300}),
        (AssignProcess, {"timeout": True}),
        (AssignProcess, {"colonyname": 1}),
        (CloseFailed, {"errors": "disk full"}),
        (CloseFailed, {"errors": [1]}),
        (FunctionSpec, {"conditions": []}),
        (FunctionSpec, {"args": {"a": 1}}),
        (FunctionSpec, {"kwargs": [1]}),
        (FunctionSpec, {"env": {"a": 1}}),
        (SubmitFunctionSpec, {"spec": "text"}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else json.dumps(value),
)
def test_wrong_types_are_refused(kind, fields):
    with pytest.raises(msgspec.MsgspecError):
        read(kind, **fields)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"1",
        b'"text"',
        b"{",
        b"{} {}",
        b'{"timeout": 1} trailing',
        b"{'a': 1}",
        b'{"timeout": NaN}',
        b'{"colonyname": "\\ud800"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"spec": {"args": ' + b"[" * 100_000,
    ],
    ids=lambda data: str(data[:24]),
)
@pytest.mark.parametrize("kind", [AssignProcess, SubmitFunctionSpec])
def test_what_is_no_json_object_is_refused(data, kind):
    with pytest.raises(msgspec.MsgspecError):
        decoding.decode(data, kind)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
@pytest.mark.parametrize(
    ("kind", "field"),
    [(AssignProcess, "timeout"), (FunctionSpec, "maxexectime"), (FunctionSpec, "maxretries")],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_numbers_beyond_64_bits_are_refused(kind, field, number):
    with pytest.raises(msgspec.MsgspecError):
        read(kind, **{field: number})


def test_duplicate_keys_last_wins():
    assert decoding.decode(b'{"timeout": 1, "timeout": 2}', AssignProcess).timeout == 2


def test_broken_utf8_is_replaced():
    user = decoding.decode('{"name": "José"}'.encode("latin-1"), User)
    assert user.name == "Jos�"


def test_keys_in_another_case_are_found_when_reading_exactly_fails():
    request = decoding.decode(b'{"ColonyName": "dev", "timeout": 5.0}', AssignProcess)
    assert (request.colonyname, request.timeout) == ("dev", 5)


def test_an_exact_key_wins_over_one_in_another_case():
    text = b'{"ColonyName": "other", "colonyname": "dev", "COLONYNAME": "third", "timeout": null}'
    assert decoding.decode(text, AssignProcess).colonyname == "dev"


@pytest.mark.parametrize("value", ["", None, "0001-01-01T00:00:00Z"], ids=str)
def test_empty_times_are_never(value):
    executor = read(Executor, lastheardfromtime=value)
    assert executor.lastheardfromtime in (NEVER, None)


def test_old_capabilities_become_lists():
    executor = read(
        Executor,
        capabilities={"hardware": {"model": "x"}, "software": {"name": "y"}},
        location={"long": 1},
    )
    assert executor.capabilities.hardware == [{"model": "x"}]
    assert executor.capabilities.software == [{"name": "y"}]


@given(
    args=st.lists(json_values, max_size=3),
    kwargs=st.dictionaries(st.text(max_size=5), json_values, max_size=3),
)
def test_free_maps_are_never_touched(args, kwargs):
    # The null and the float make sure that the normalising pass runs.
    spec = read(FunctionSpec, args=args, kwargs=kwargs, nodename=None, priority=1.0)
    assert json.dumps(spec.args) == json.dumps(args)
    assert json.dumps(spec.kwargs) == json.dumps(kwargs)


@given(env=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_env_is_never_touched(env):
    assert read(FunctionSpec, env=env, nodename=None).env == env


@given(values=st.lists(json_values, max_size=3))
def test_input_and_output_are_never_touched(values):
    process = read(Process, **{"in": values, "out": values, "retries": 1.0})
    assert json.dumps(process.input) == json.dumps(process.output) == json.dumps(values)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    try:
        decoding.decode(data, SubmitFunctionSpec)
    except msgspec.MsgspecError:
        return
