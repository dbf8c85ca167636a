"""What the labextension draws with, and what its rules are held to, is what Python says."""

import json
import unicodedata

from tests.drawn import golden, look


def test_look_and_style_are_those_of_the_palette() -> None:
    assert json.loads(look.LOOK.read_text(encoding="utf-8")) == look.look(), (
        "run python -m tests.drawn.look"
    )


def test_characters_have_the_columns_that_python_knows() -> None:
    kept = json.loads(look.COLUMNS.read_text(encoding="utf-8"))
    known = look.columns()
    if kept["unicode"] == known["unicode"]:
        assert kept == known, "run python -m tests.drawn.look"
    for name in ("none", "two"):
        differ = set(_points(kept[name])) ^ set(_points(known[name]))
        # A later version of Unicode may say something of characters that an earlier one has not.
        assert not [each for each in differ if _is_old(each)]


def test_the_rules_make_what_the_labextension_is_held_to() -> None:
    assert golden.FILE.read_text(encoding="utf-8") == golden.text(), (
        "run python -m tests.drawn.golden, and let the labextension follow"
    )


def _points(ranges: list[int]) -> list[int]:
    pairs = zip(ranges[::2], ranges[1::2], strict=True)
    return [point for first, last in pairs for point in range(first, last + 1)]


def _is_old(point: int) -> bool:
    return unicodedata.ucd_3_2_0.category(chr(point)) != "Cn"
