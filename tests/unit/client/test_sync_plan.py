"""What makes a folder and a label equal: pure rules."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_colonies.client.sync.names import Target
from jupyter_colonies.client.sync.plan import (
    Cleaning,
    LocalFile,
    LocalTree,
    Move,
    Refused,
    RemoteFile,
    cleaning,
    label_of,
    placed,
    plan,
)

HERE = Target(windows=False)
FOLDS = Target(windows=False, insensitive=True)
# How long an example takes says nothing on a busy machine.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def local(files, folders=(), **more) -> LocalTree:
    above = {path[:at] for path in files for at, sign in enumerate(path) if sign == "/"}
    known = {path: LocalFile(1, checksum) for path, checksum in files.items()}
    return LocalTree(files=known, folders=frozenset({*folders, *above}), **more)


def remote(files, target=HERE, root="/r"):
    listing = {root: {}}
    for path, checksum in files.items():
        above, _, name = path.rpartition("/")
        listing.setdefault(label_of(root, above), {})[name] = RemoteFile(1, checksum)
    return placed(root, listing, target)


def paths(moves) -> list[str]:
    return [move.path for move in moves]


def reasons(planned) -> dict[str, str]:
    return {each.path: each.why for each in planned.refused}


def applied(planned, here, there, *, keeplocal):
    """Both sides after the plan was carried out."""
    here, there = dict(here), dict(there)
    for move in planned.sent(keeplocal=keeplocal):
        there[move.path] = here[move.path]
    for move in planned.fetched(keeplocal=keeplocal):
        here[move.path] = there[move.path]
    return here, there


NAMES = st.sampled_from(["a", "b", "A", "é", "e\u0301", "x.txt", "..", "a\nb", ".cfs"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
SIDES = st.dictionaries(PATHS, st.sampled_from(["1", "2"]), max_size=12)


@UNHURRIED
@given(SIDES, SIDES, st.booleans(), st.sampled_from([HERE, FOLDS]))
def test_a_plan_makes_both_sides_equal_and_the_next_one_is_empty(
    here, there, keeplocal, target
) -> None:
    planned = plan("/r", local(here), remote(there, target), target)
    here_then, there_then = applied(planned, here, there, keeplocal=keeplocal)
    moved = {*paths(planned.uploads), *paths(planned.downloads), *paths(planned.conflicts)}
    for path in moved:
        assert here_then[path] == there_then[path]
    assert set(here) <= set(here_then)
    assert set(there) <= set(there_then)
    again = plan("/r", local(here_then), remote(there_then, target), target)
    assert not again
    assert again.same == planned.same + len(moved)
    left = [target.key(each.path).removeprefix("/r/") + "/" for each in planned.refused]
    for path in {*here, *there} - moved:
        same = here.get(path) == there.get(path)
        assert same or any(f"{target.key(path)}/".startswith(each) for each in left)


@UNHURRIED
@given(SIDES, SIDES)
def test_a_plan_is_the_same_each_time_and_moves_no_path_twice(here, there) -> None:
    planned = plan("/r", local(here), remote(there), HERE)
    reordered = local(dict(reversed(here.items()))), remote(dict(reversed(there.items())))
    assert plan("/r", *reordered, HERE) == planned
    moved = [*planned.uploads, *planned.downloads, *planned.conflicts]
    assert len(set(paths(moved))) == len(moved)
    for each in moved:
        assert ".." not in each.path.split("/")


@UNHURRIED
@given(SIDES, SIDES, st.booleans())
def test_keeplocal_decides_conflicts_and_nothing_else(here, there, keeplocal) -> None:
    planned = plan("/r", local(here), remote(there), HERE)
    here_then, there_then = applied(planned, here, there, keeplocal=keeplocal)
    for move in planned.conflicts:
        kept = here if keeplocal else there
        assert here_then[move.path] == there_then[move.path] == kept[move.path]
    for path in set(here) - set(there):
        assert here_then[path] == here[path]


def test_what_differs() -> None:
    planned = plan(
        "r", local({"same": "1", "mine": "1", "d/both": "1"}),
        remote({"same": "1", "yours": "1", "d/both": "2"}), HERE,
    )  # fmt: skip
    assert planned.label == "/r"
    assert paths(planned.uploads) == ["mine"]
    assert paths(planned.downloads) == ["yours"]
    assert paths(planned.conflicts) == ["d/both"]
    assert planned.same == 1
    assert paths(planned.sent(keeplocal=True)) == ["mine", "d/both"]
    assert paths(planned.fetched(keeplocal=False)) == ["yours", "d/both"]
    assert paths(planned.fetching().downloads) == ["yours", "d/both"]
    assert not planned.fetching().uploads


@pytest.mark.parametrize(
    ("label", "name", "why"),
    [
        ("/r", "..", "'..' in its path"),
        ("/r", "/etc/passwd", "absolute"),
        ("/r", "a/../../b", "slash"),
        ("/r/../../etc", "passwd", "'..' in its path"),
        ("/r//etc", "passwd", "empty part"),
        ("/r", "C:x", "drive letter"),
        ("/r", "x\0", "control character"),
        ("/r", "n" * 256, "256 bytes long"),
    ],
)
def test_what_a_server_can_not_make_us_write(label, name, why) -> None:
    there = placed("/r", {label: {name: RemoteFile(1, "1")}}, HERE)
    assert not there.files
    (refused,) = plan("/r", local({}), there, HERE).refused
    assert why in refused.why
    assert refused.path.startswith(label)


def test_a_file_and_a_folder_of_one_name() -> None:
    there = remote({"a": "1", "a/b": "1", "c": "1", "d/e": "1"})
    planned = plan("/r", local({"c/x": "1", "d": "1"}, folders=["empty"]), there, HERE)
    assert not planned
    assert reasons(planned) == dict.fromkeys(["a", "c", "d"], "is a file and a folder")
    assert plan("/r", local({}, folders=["f"]), remote({"f": "1"}), HERE).refused


def test_spellings_that_are_one_file_here() -> None:
    there = remote({"Read": "1", "read": "2", "D/x": "1", "d/y": "1", "e\u0301": "1"}, FOLDS)
    here = local({"é": "1", "fine": "1"})
    assert len(plan("/r", here, there, HERE).downloads) == 5
    planned = plan("/r", here, there, FOLDS)
    assert paths(planned.uploads) == ["fine"]
    assert not planned.downloads
    assert set(reasons(planned)) == {"D", "Read", "e\u0301"}
    assert "the same as 'read'" in reasons(planned)["Read"]


def test_what_the_folder_refuses_is_not_overwritten_either() -> None:
    pipe = Refused("folder", "p", "is a pipe", by_rule=True)
    here = local({}, refused=(pipe,), links=frozenset({"l", "unused"}))
    planned = plan("/r", here, remote({"p": "1", "p/q": "1", "l/x": "1", "ok": "1"}), HERE)
    assert paths(planned.downloads) == ["ok"]
    assert set(reasons(planned)) == {"p", "l"}
    assert "link to a folder" in plan("/r", here, remote({"l": "1"}), HERE).refused[1].why


def test_the_root_label_has_no_doubled_slash() -> None:
    assert label_of("/", "a/b") == "/a/b"
    assert label_of("x/", "") == "/x"
    there = placed("/", {"/": {"f": RemoteFile(1, "1")}, "/a/b": {"g": RemoteFile(1, "1")}}, HERE)
    assert set(there.files) == {"f", "a/b/g"}
    assert there.folders == {"a", "a/b"}


def test_cleaning_removes_what_the_label_does_not_have() -> None:
    here = local({"keep": "1", "gone": "1", "old/x": "1", "old/deep/y": "1", "up/mine": "1"})
    here = replace(here, folders=here.folders | {"empty"})
    found = cleaning(here, remote({"keep": "2", "up/down/theirs": "1"}), HERE)
    assert found == Cleaning(files=("gone", "up/mine"), folders=("empty", "old"))
    assert found


def test_cleaning_leaves_what_a_sync_refuses() -> None:
    here = local({"d/x": "1"}, refused=(Refused("folder", "d/pipe", "is a pipe"),))
    found = cleaning(here, remote({"a": "1"}), HERE)
    assert (found.files, found.folders) == (("d/x",), ())
    assert not cleaning(local({"Read": "1"}), remote({"read": "1"}, FOLDS), FOLDS)


def test_the_bytes_of_a_move() -> None:
    move = Move("x", LocalFile(3), RemoteFile(5, ""))
    assert (move.uploads, move.downloads) == (3, 5)
    assert (Move("x", None, None).uploads, Move("x", None, None).downloads) == (0, 0)


def test_ten_thousand_files_are_planned_at_once_whatever_is_refused() -> None:
    names = {f"d{number % 100}/f{number}\n": "1" for number in range(10_000)}
    planned = plan("/r", local(names), remote({}), HERE)
    assert len(planned.refused) == 10_000
