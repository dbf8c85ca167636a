"""What a process asks of an executor of containers."""

from __future__ import annotations

import pytest

from jupyter_colonies.core.spec import Conditions, Filesystem, FunctionSpec, Gpu
from jupyter_colonies.executor.outcome import RunFailed
from jupyter_colonies.executor.programs.call import call_of

ID = "ab" * 32


def spec(cmd="echo", /, **kwargs):
    fields = {k: kwargs.pop(k) for k in ("env", "fs", "conditions") if k in kwargs}
    return FunctionSpec(funcname="execute", kwargs={"cmd": cmd, **kwargs}, **fields)


def test_the_line_is_the_command_with_what_comes_before_and_after():
    call = call_of(spec("python3 {processid}", args=["a b", 3], **{"init-cmd": "cd /x"}), ID)
    assert call.line == f"cd /x; python3 {ID} a b 3"
    assert call.environment == {"COLONIES_PROCESS_ID": ID}
    assert call.mount == "/cfs"
    assert (call.walltime, call.cpus, call.memory, call.gpus) == (0, 0, 0, 0)


def test_conditions_are_limits():
    conditions = Conditions(cpu="1500m", mem="10Gi", walltime=60, gpu=Gpu(count=2))
    call = call_of(spec(conditions=conditions, fs=Filesystem(mount="/data")), ID)
    assert (call.cpus, call.memory, call.gpus, call.walltime) == (1.5, 10 << 30, 2, 60)
    assert call.mount == "/data"


@pytest.mark.parametrize("value", [True, "true", "True"], ids=repr)
def test_flags_may_be_texts(value):
    call = call_of(spec(**{"rebuild-image": value, "debug": value}), ID)
    assert call.pull
    assert call.debug


@pytest.mark.parametrize("value", [False, None, "false", "", 1], ids=repr)
def test_other_values_are_no(value):
    assert not call_of(spec(**{"rebuild-image": value}), ID).pull


@pytest.mark.parametrize(
    ("kwargs", "text"),
    [
        ({"args": "x"}, "'args' must be"),
        ({"init-cmd": 3}, "'init-cmd' must be"),
        ({"docker-image": "--privileged"}, "'docker-image' must be"),
        ({"docker-image": "a b"}, "'docker-image' must be"),
        ({"docker-image": 3}, "'docker-image' must be"),
        ({"args": ["\0"]}, "NUL"),
        ({"env": {"A=B": ""}}, "can't be set"),
        ({"env": {"-x": ""}}, "can't be set"),
        ({"env": {"A": "\0"}}, "can't be set"),
        ({"fs": Filesystem(mount="/a,source=/")}, "can't be mounted"),
        ({"fs": Filesystem(mount="/a:/b")}, "can't be mounted"),
        ({"fs": Filesystem(mount="relative")}, "can't be mounted"),
        ({"fs": Filesystem(mount="/")}, "can't be mounted"),
        ({"fs": Filesystem(mount="/x/../..")}, "can't be mounted"),
        ({"conditions": Conditions(mem="much")}, "can't be read"),
    ],
    ids=str,
)
def test_what_cannot_be_run_is_refused_in_words(kwargs, text):
    with pytest.raises(RunFailed, match=text):
        call_of(spec(**kwargs), ID)


@pytest.mark.parametrize("cmd", ["", "  ", 5, None], ids=repr)
def test_there_must_be_a_command(cmd):
    with pytest.raises(RunFailed, match="'cmd' is missing"):
        call_of(spec(cmd), ID)
