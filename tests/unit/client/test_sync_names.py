"""Names that may stand in a folder and in a label."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_colonies.client.sync.names import Target, fault, shown

HERE = Target(windows=False)
WINDOWS = Target(windows=True)
# How long an example takes says nothing on a busy machine.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "empty part"),
        (".", "'.' in its path"),
        ("..", "'..' in its path"),
        ("/etc/passwd", "absolute"),
        ("a/../b", "slash"),
        ("a\0b", "control character"),
        ("a\nb", "control character"),
        ("\x1b[31m", "control character"),
        ("\x85", "control character"),
        ("\udcff", "no UTF-8"),
        ("C:", "drive letter"),
        ("c:evil.txt", "drive letter"),
        (".cfs", "keeps for itself"),
        (".cfs-part-1", "keeps for itself"),
        ("ä" * 128, "256 bytes long, the file system allows 255"),
    ],
)
def test_a_name_that_is_no_part_of_a_path(name, why) -> None:
    assert why in fault(name, HERE)
    assert why in fault(name, WINDOWS)


@pytest.mark.parametrize(
    "name",
    ["CON", "nul.txt", "Com1.tar.gz", "lpt9 .x", "aux", "COM¹", "a.", "a ", "a?", "a|b", "a\\b"],
)
def test_a_name_that_only_windows_refuses(name) -> None:
    assert fault(name, HERE) == ""
    assert "Windows" in fault(name, WINDOWS)


@pytest.mark.parametrize("name", ["a", ".hidden", "...", "a b", "COM0", "console", "日本", "ab:c"])
def test_a_name_that_is_as_good_as_any(name) -> None:
    assert fault(name, HERE) == ""


@UNHURRIED
@given(st.text())
def test_what_is_accepted_is_one_part_of_a_path(name) -> None:
    if not fault(name, HERE):
        assert "/" not in name
        assert "\0" not in name
        assert name not in ("", ".", "..")
        assert len(name.encode()) <= 255


@UNHURRIED
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_an_insensitive_file_system_takes_spellings_for_one(name) -> None:
    folds = Target(insensitive=True)
    for form in ("NFC", "NFD"):
        assert folds.key(unicodedata.normalize(form, name)) == folds.key(name)
    assert folds.key(name.casefold()) == folds.key(name)
    assert HERE.key(name) == name


def test_what_is_not_visible_is_shown_as_an_escape() -> None:
    assert shown("a\n\x1b[0m\udcffé b") == "a\\n\\x1b[0m\\udcffé b"
