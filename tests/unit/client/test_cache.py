from __future__ import annotations

import os
from typing import Any

import pytest

from jupyter_colonies.client.values.cache import Hit, Miss, ResultCache
from jupyter_colonies.client.values.packing import pack


class Model:
    pass


@pytest.fixture
def cache(tmp_path):
    return ResultCache(tmp_path / "cache")


def keep(cache, parts, value: Any = b"bytes", processid="p", task="t"):
    packed = pack(value, "", "/results/p", lambda _: {"text/html": "<b>x</b>"})
    assert cache.keep(task, parts, processid, [packed.reference], [packed])
    return packed


def test_a_result_is_found_by_all_it_depends_on(cache):
    packed = keep(cache, {"a": "1", "b": "2"})
    assert cache.find("t", {"b": "2", "a": "1"}) == Hit("p", [packed.reference], [packed])
    assert cache.find("t", {"a": "1"}) == Miss("b is gone")
    assert cache.find("t", {"a": "1", "b": "3", "c": ""}) == Miss("b changed; c is new")
    assert cache.find("other", {"a": "1"}) == Miss("no result of this task is kept")
    assert ResultCache(cache.folder).find("t", {"a": "1", "b": "2"}) == cache.find(
        "t", {"a": "1", "b": "2"}
    )


def test_the_nearest_result_explains(cache):
    keep(cache, {"source": "1", "x": "1"})
    keep(cache, {"source": "2", "x": "2"})
    keep(cache, {"source": "2", "x": "3"})
    assert cache.find("t", {"source": "2", "x": "4"}) == Miss("x changed")


def test_a_result_that_is_kept_again_replaces_the_first(cache):
    keep(cache, {"a": "1"}, processid="one")
    keep(cache, {"a": "1"}, processid="two")
    found = cache.find("t", {"a": "1"})
    assert isinstance(found, Hit)
    assert found.processid == "two"
    assert [each.name for each in cache.folder.iterdir()] == ["t"]


def test_what_can_not_be_read_any_more_is_forgotten(cache, monkeypatch):
    parts = {"a": "1"}
    packed = keep(cache, parts, Model())
    monkeypatch.delattr(__name__ + ".Model")
    found = cache.find("t", parts)
    assert isinstance(found, Miss)
    assert "can't be read any more" in found.reason
    assert "Model" in found.reason
    assert cache.find("t", parts) == Miss("no result of this task is kept")
    for damage in (packed.name, "result.json"):
        keep(cache, parts)
        (entry,) = (cache.folder / "t").iterdir()
        file = entry / damage if damage == "result.json" else next(entry.glob("*.bytes"))
        file.write_bytes(b"x")
        found = cache.find("t", parts)
        assert isinstance(found, Miss)
        assert "can't be read any more" in found.reason


def test_what_was_not_used_for_longest_goes_first(cache):
    for name in "abc":
        keep(cache, {"n": name}, name.encode() * 1000)
    for at, name in enumerate("abc"):
        (entry,) = (e for e in (cache.folder / "t").iterdir() if (e / "result.json").exists()
                    and f'"n":"{name}"' in (e / "result.json").read_text())  # fmt: skip
        os.utime(entry, (at, at))
    assert isinstance(cache.find("t", {"n": "a"}), Hit)
    cache.limit = cache.size + 100
    keep(cache, {"n": "d"}, b"d" * 1000)
    assert isinstance(cache.find("t", {"n": "b"}), Miss)
    for name in "acd":
        assert isinstance(cache.find("t", {"n": name}), Hit)
    assert cache.size <= cache.limit


def test_what_is_larger_than_all_may_be_is_not_kept(cache):
    cache.limit = 10
    packed = pack(b"x" * 20, "", "/results/p")
    assert not cache.keep("t", {}, "p", [packed.reference], [packed])
    assert cache.size == 0


def test_results_are_forgotten_by_task_or_all_together(cache):
    keep(cache, {}, task="t/../..")
    keep(cache, {}, task="u")
    cache.clear("u")
    assert isinstance(cache.find("u", {}), Miss)
    assert isinstance(cache.find("t/../..", {}), Hit)
    cache.clear()
    assert cache.size == 0
    assert f"0 of {cache.limit:,} bytes" in repr(cache)


def test_the_limit_is_a_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("COLONIES_CACHE_LIMIT", "5")
    assert ResultCache(tmp_path).limit == 5
