from __future__ import annotations

import importlib.metadata
import linecache
import sys
import threading
from types import ModuleType

import numpy as np
import pytest

from jupyter_colonies.client.compose.task import Task
from jupyter_colonies.executor.functions.fingerprint import digest_of, fingerprint

NOTEBOOK = """
import functools
import math
import numpy as np

RATE = 2
TABLE = np.arange(3)
LOCK = threading.Lock()

def deep(x):
    return x * RATE

@Task
def helper(x):
    return deep(x) + TABLE[0]

class Base:
    def scale(self):
        return math.pi

class Model(Base):
    size: int = 3

    @property
    def area(self):
        return self.scale() * RATE

    @staticmethod
    def make():
        return Model()

halved = functools.partial(deep, 0.5)

def task(x):
    with LOCK:
        return [helper(y) for y in range(x)], Model().area, halved()

def other():
    return TABLE
"""


def parts(text=NOTEBOOK, name="task", packages=()):
    space = {"__name__": "__main__", "Task": Task, "threading": threading}
    filename = f"<cell {hash(text)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    exec(compile(text, filename, "exec"), space)
    return fingerprint(space[name], packages)


def changed(before, after):
    assert before in NOTEBOOK
    one, two = parts(), parts(NOTEBOOK.replace(before, after))
    return {name for name in {*one, *two} if one.get(name) != two.get(name)}


def test_everything_that_is_used_is_a_part():
    assert set(parts()) == {
        "source of the task", "source of helper `helper`", "source of helper `deep`",
        "source of class `Model`", "source of class `Base`", "arguments of `halved`",
        "value of `RATE`", "value of `TABLE`", "value of `LOCK`",
    }  # fmt: skip
    assert set(parts(name="other")) == {"source of the task", "value of `TABLE`"}


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("x * RATE", "RATE * x", {"source of helper `deep`"}),
        ("RATE = 2", "RATE = 3", {"value of `RATE`"}),
        ("arange(3)", "arange(4)", {"value of `TABLE`"}),
        ("math.pi", "math.e", {"source of class `Base`"}),
        ("self.scale() * RATE", "self.scale()", {"source of class `Model`"}),
        ("size: int = 3", "size: int = 4", {"source of class `Model`"}),
        ("deep, 0.5", "deep, 0.6", {"arguments of `halved`"}),
        ("range(x)", "range(x + 1)", {"source of the task"}),
        ("@Task\n", "", set()),
        ("    return deep(x)", "    # more\n    return deep(x)", set()),
        ("return TABLE\n", "return 1\n", set()),
    ],
)
def test_what_changed_is_named(before, after, named):
    assert changed(before, after) == named


def test_closures_are_followed():
    def make(rate):
        def scaled(x):
            return x * rate

        def task(x):
            return scaled(x)

        return task

    one, two = fingerprint(make(1)), fingerprint(make(2))
    (name,) = [each for each in one if one[each] != two[each]]
    assert name.endswith("rate`")


def test_own_modules_count_and_packages_by_version(tmp_path, monkeypatch):
    file = tmp_path / "mine.py"
    file.write_text("def f():\n    return 1\n")
    module = ModuleType("mine")
    module.__file__ = str(file)
    monkeypatch.setitem(sys.modules, "mine", module)
    space = {"__name__": "__main__", "mine": module, "np": np}
    exec("def task():\n    return mine.f() + np.pi\n", space)
    task = space["task"]
    one = fingerprint(task, ["numpy"])
    assert set(one) == {"source of the task", "module `mine`", "version of numpy"}
    assert one["version of numpy"] == np.__version__
    file.write_text("def f():\n    return 2\n")
    assert fingerprint(task, ["numpy"])["module `mine`"] != one["module `mine`"]
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        fingerprint(task, ["no-such-package"])


def test_digests_say_what_a_value_holds():
    assert digest_of({"b": 1, "a": {"x", "y"}}) == digest_of({"b": 1, "a": {"y", "x"}})
    assert digest_of(np.arange(3)) != digest_of(np.arange(3.0))
    assert digest_of(1) != digest_of(True)
    assert digest_of(threading.Lock()) == "a _thread.lock"
