"""Names, ranges and pieces of objects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_colonies.core.objects import Piece, byte_range, check_bucket, check_key, spans
from jupyter_colonies.errors import InvalidRequest


@given(sizes=st.lists(st.integers(1, 9), min_size=1), data=st.data())
def test_spans_are_the_bytes_that_were_asked_for(sizes, data):
    whole = bytes(index % 251 for index in range(sum(sizes)))
    first = data.draw(st.integers(0, len(whole) - 1))
    last = data.draw(st.integers(first, len(whole) - 1))
    pieces, begins, begin = [], {}, 0
    for number, size in enumerate(sizes):
        pieces.append(Piece(str(number), size))
        begins[str(number)] = begin
        begin += size
    found = b"".join(
        whole[begins[piece.digest] + offset :][:length]
        for piece, offset, length in spans(pieces, first, last)
    )
    assert found == whole[first : last + 1]


@pytest.mark.parametrize(
    ("header", "expected"),
    [("bytes=0-0", (0, 0)), ("bytes=2-", (2, 9)), ("bytes=-3", (7, 9)), ("bytes=-99", (0, 9)),
     ("bytes=-", None), ("lines=1-2", None), ("bytes=1-2,4-5", None)],
)  # fmt: skip
def test_ranges(header, expected):
    assert byte_range(header, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=5-4", "bytes=-0"])
def test_ranges_without_bytes(header):
    with pytest.raises(InvalidRequest, match="10 bytes"):
        byte_range(header, 10)


@pytest.mark.parametrize("name", ["ab", "A-bucket", "-abc", "abc.", "a..b", "a" * 64, "a/b", ""])
def test_names_that_no_bucket_has(name):
    with pytest.raises(InvalidRequest):
        check_bucket(name)


@pytest.mark.parametrize("key", ["", "ä" * 513, "a\0b"])
def test_names_that_no_object_has(key):
    with pytest.raises(InvalidRequest):
        check_key(key)
