"""Folding: any DAG becomes a picture of bounded size that says the truth about it."""

import graphlib
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_colonies.core.division import Shape
from jupyter_colonies.core.fold import MOST_ELEMENTS, Fold, Folder

Parents = dict[str, list[str]]


def fan(width: int) -> Parents:
    leaves = [f"m{number}" for number in range(width)]
    return {"root": [], **{leaf: ["root"] for leaf in leaves}, "end": leaves}


def chain(length: int) -> Parents:
    return {str(n): [str(n - 1)] if n else [] for n in range(length)}


def bipartite(width: int) -> Parents:
    tops: Parents = {f"t{n}": [] for n in range(width)}
    return {**tops, **{f"b{n}": list(tops) for n in range(width)}}


def layered(rng: random.Random, layers: int, width: int) -> Parents:
    return {
        f"{layer}.{n}": [f"{layer - 1}.{rng.randrange(width)}" for _ in range(2)] if layer else []
        for layer in range(layers)
        for n in range(width)
    }


def scattered(rng: random.Random, size: int, degree: int) -> Parents:
    return {
        str(n): [str(rng.randrange(n)) for _ in range(degree)] if n else [] for n in range(size)
    }


def pipelines(number: int, length: int) -> Parents:
    stages = {
        f"{pipe}.{stage}": [f"{pipe}.{stage - 1}"] if stage else ["root"]
        for pipe in range(number)
        for stage in range(length)
    }
    return {"root": [], **stages, "end": [f"{pipe}.{length - 1}" for pipe in range(number)]}


def shape_of(parents: Parents, functions: int = 1) -> Shape:
    kinds = {node: f"f{number % functions}" for number, node in enumerate(parents)}
    return Shape(parents, kinds)


def check(fold: Fold, shape: Shape) -> None:
    """The fold is a division of all processes, small, without cycles, with the projected edges."""
    assert len(fold.parts) + len(fold.edges) <= MOST_ELEMENTS
    assert Counter(each for part in fold.parts for each in part.members) == Counter(shape.ids)
    place = {each: part.id for part in fold.parts for each in part.members}
    assert len({part.id for part in fold.parts}) == len(fold.parts)
    projected = Counter(
        (place[shape.ids[parent]], place[shape.ids[node]])
        for node, above in enumerate(shape.parents)
        for parent in above
        if place[shape.ids[parent]] != place[shape.ids[node]]
    )
    assert dict(projected) == fold.edges
    above: dict[str, list[str]] = {part.id: [] for part in fold.parts}
    for source, target in fold.edges:
        above[target].append(source)
    graphlib.TopologicalSorter(above).prepare()
    for part in fold.parts:
        assert part.single == (part.id in shape.numbers)


@st.composite
def dags(draw: st.DrawFn) -> Parents:
    rng = draw(st.randoms(use_true_random=False))
    kind = draw(st.sampled_from(["fan", "chain", "bipartite", "layered", "scattered", "pipelines"]))
    size = draw(st.integers(1, 30))
    if kind == "fan":
        return fan(size * 20)
    if kind == "chain":
        return chain(size * 20)
    if kind == "bipartite":
        return bipartite(size * 3)
    if kind == "layered":
        return layered(rng, size, draw(st.integers(1, 30)))
    if kind == "scattered":
        return scattered(rng, size * 20, draw(st.integers(1, 12)))
    return pipelines(size * 4, draw(st.integers(1, 6)))


@given(dags(), st.integers(1, 5), st.data())
@settings(max_examples=60, deadline=None)
def test_any_dag_any_openings_any_failures(parents: Parents, functions: int, data) -> None:
    shape = shape_of(parents, functions)
    folder = Folder(shape)
    fold = folder.fold()
    check(fold, shape)
    opened: list[str] = []
    for _ in range(4):
        folds = [part.id for part in fold.parts if not part.single]
        if not folds:
            break
        opened.append(data.draw(st.sampled_from(folds)))
        fold = folder.fold(opened=opened)
        check(fold, shape)
        opened = [part.id for part in fold.opened]
    failed = data.draw(st.lists(st.sampled_from(shape.ids), max_size=300))
    told = folder.fold(opened=opened, apart=failed)
    check(told, shape)
    assert [part.id for part in told.opened] == opened
    assert folder.fold(opened=opened) == fold


@pytest.mark.parametrize(
    "parents",
    [
        fan(9_998),
        layered(random.Random(1), 60, 60),
        scattered(random.Random(1), 4_000, 3),
    ],
    ids=["fan", "layered", "scattered"],
)
def test_very_large_dags_are_folded_and_opened_step_by_step(parents: Parents) -> None:
    shape = shape_of(parents, 3)
    folder = Folder(shape)
    target = shape.ids[len(shape.ids) * 2 // 3]
    opened: list[str] = []
    for _ in range(20):
        fold = folder.fold(opened=opened, apart=shape.ids[::997])
        check(fold, shape)
        around = next(part for part in folder.fold(opened=opened).parts if target in part.members)
        if around.single:
            return
        opened = [*(part.id for part in fold.opened), around.id]
    pytest.fail(f"{target} is still in a fold of {len(around.members)}")


def test_a_fan_out_is_one_counted_part_and_a_failure_stands_beside_it() -> None:
    folder = Folder(Shape(fan(1_000), {"root": "split", "end": "join"}))
    parts = folder.fold().parts
    assert [len(part.members) for part in parts] == [1, 1_000, 1]
    parts = folder.fold(apart=["m0", "m500"]).parts
    assert [part.id for part in parts if part.single] == ["root", "m0", "m500", "end"]
    (rest,) = [part for part in parts if not part.single]
    assert len(rest.members) == 998
    assert rest.id == folder.fold().parts[1].id


def test_parallel_pipelines_are_folded_stage_by_stage() -> None:
    parents = pipelines(300, 3)
    kinds = {node: node.partition(".")[2] or node for node in parents}
    fold = Folder(Shape(parents, kinds)).fold()
    assert [len(part.members) for part in fold.parts] == [1, 300, 300, 300, 1]
    assert all(part.depth == 1 for part in fold.parts)


def test_a_failure_in_a_band_divides_it_so_that_nothing_goes_round() -> None:
    shape = shape_of(chain(1_000))
    folder = Folder(shape)
    band = next(part for part in folder.fold().parts if "520" in part.members)
    fold = folder.fold(apart=["520"])
    check(fold, shape)
    before, after = (
        next(part for part in fold.parts if each in part.members) for each in ("519", "521")
    )
    assert before.id == band.id
    assert after.id != before.id


def test_a_new_child_leaves_folds_and_their_ids_as_they_are() -> None:
    before = Folder(shape_of(fan(500))).fold()
    grown = Folder(shape_of({**fan(500), "late": ["m3"], "m500": ["root"]})).fold()
    known = {part.id for part in before.parts}
    assert len(known & {part.id for part in grown.parts}) >= 2


def test_small_graphs_are_drawn_as_they_are() -> None:
    shape = shape_of(pipelines(10, 5))
    assert not Folder(shape).fold().folded
    assert not Folder(shape_of({})).fold().parts
    assert not Folder(shape_of(fan(500))).unfolded().folded


def test_what_is_no_fold_and_no_process_is_ignored() -> None:
    folder = Folder(shape_of(fan(500)))
    assert folder.fold(opened=["nothing"], apart=["nobody", ""]) == folder.fold()


def test_a_cycle_is_refused() -> None:
    with pytest.raises(graphlib.CycleError):
        shape_of({"a": ["b"], "b": ["a"]})
