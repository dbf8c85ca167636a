"""Protocol part 02, section 1.6: CPU and memory texts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.core import quantity
from jupyter_colonies.errors import InvalidRequest


@pytest.mark.parametrize(
    ("text", "millicores"),
    [("1000m", 1000), ("0m", 0), ("", 0), ("4", 0), ("2.5", 0), ("10", 0), ("4 cores", 0)],
    ids=str,
)
def test_cpu(text, millicores):
    assert quantity.cpu_millicores(text) == millicores


@pytest.mark.parametrize("text", ["m", "xm", "1.5m", "-1m", "9" * 20 + "m", "9" * 5000 + "m"])
def test_cpu_that_is_no_number_is_refused(text):
    with pytest.raises(InvalidRequest, match="^Error converting CPU to int"):
        quantity.cpu_millicores(text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", "0Mi"),
        ("1K", "0Mi"),
        ("10G", "9536Mi"),
        ("2000G", "1907348Mi"),
        ("10Gi", "10240Mi"),
        ("2G", "1907Mi"),
        ("512Mi", "512Mi"),
        ("1TiB", "1048576Mi"),
        ("1T", "953674Mi"),
    ],
    ids=str,
)
def test_memory_comes_back_in_one_spelling(text, canonical):
    assert quantity.memory_text(quantity.memory_bytes(text)) == canonical


@pytest.mark.parametrize("tail", ["", "B", "b"])
@pytest.mark.parametrize("letter", "kKmMgGtT")
def test_every_spelling_of_a_unit_is_read(letter, tail):
    power = "kmgt".index(letter.lower()) + 1
    assert quantity.memory_bytes(f"3{letter}{tail}") == 3 * 1000**power
    assert quantity.memory_bytes(f"3{letter}i{tail}") == 3 * 1024**power


@pytest.mark.parametrize(
    "text",
    ["1", "1XYZ", "1.5G", "-1G", "G", "1 G", "1Gib2", "1B", "9" * 25 + "T", "9" * 5000 + "G"],
)
def test_memory_without_a_known_unit_is_refused(text):
    with pytest.raises(InvalidRequest, match="^error converting memory to int:"):
        quantity.memory_bytes(text)


@given(st.integers(0, 10**9))
def test_canonical_texts_are_stable(amount):
    assert quantity.cpu_millicores(quantity.cpu_text(amount)) == amount
    text = f"{amount}Mi"
    assert quantity.memory_text(quantity.memory_bytes(text)) == text


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text):
    for read in (quantity.cpu_millicores, quantity.memory_bytes):
        try:
            assert 0 <= read(text) < 2**63
        except InvalidRequest:
            continue


@given(st.from_regex(r"([0-9a-z+.]{0,3}m?|[0-9]{1,3}[kmgtx]?i?b?)", fullmatch=True))
def test_the_patterns_for_schemas_say_what_can_be_read(text):
    for pattern, read in [
        (quantity.CPU_PATTERN, quantity.cpu_millicores),
        (quantity.MEMORY_PATTERN, quantity.memory_bytes),
    ]:
        if re.search(pattern, text):
            read(text)
