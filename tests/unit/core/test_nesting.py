"""How deeply JSON may be nested, and that the text says where it is too deep."""

import msgspec
import pytest

from jupyter_colonies.core import nesting
from jupyter_colonies.core.decoding import decode, decode_exactly
from jupyter_colonies.core.messages.processes import SubmitFunctionSpec
from jupyter_colonies.errors import InvalidRequest


def lists(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def spec_with(args: bytes) -> bytes:
    return b'{"spec": {"funcname": "f", "args": ' + args + b', "kwargs": {}}}'


def test_as_deep_as_allowed():
    nesting.check(lists(nesting.DEEPEST))
    nesting.check(b'{"a":' * nesting.DEEPEST + b"1" + b"}" * nesting.DEEPEST)
    assert decode(spec_with(lists(nesting.DEEPEST - 2)), SubmitFunctionSpec).spec


def test_one_deeper():
    with pytest.raises(msgspec.ValidationError, match=r"more than 200 levels - at `\$`"):
        nesting.check(lists(nesting.DEEPEST + 1))
    with pytest.raises(msgspec.ValidationError, match=r"at `\$\.spec\.args`"):
        decode(spec_with(lists(nesting.DEEPEST - 1)), SubmitFunctionSpec)
    with pytest.raises(InvalidRequest, match="nested too deeply"):
        decode_exactly(spec_with(lists(5000)), SubmitFunctionSpec)


@pytest.mark.parametrize(
    "text",
    [b'"' + b"[" * 300 + b'"', b'"' + b'\\"{' * 300 + b'"', b'["' + b"{" * 300 + b'", "]\\\\"]'],
    ids=["brackets", "quotes", "backslash"],
)
def test_brackets_in_texts_do_not_count(text):
    nesting.check(b'{"a": ' + text + b', "b": ' + lists(100) + b"}")
    with pytest.raises(msgspec.ValidationError, match=r"at `\$\.b`"):
        nesting.check(b'{"a": ' + text + b', "b": ' + lists(200) + b"}")


def test_wide_is_not_deep():
    nesting.check(b"[" + b",".join([b'{"a": [1]}'] * 5000) + b"]")


@pytest.mark.parametrize("broken", [b"]" * 500 + b"[" * 150, b"[" * 150 + b'"[[' * 80, b"{" * 190])
def test_what_is_no_json_is_left_to_the_decoder(broken):
    with pytest.raises(msgspec.DecodeError):
        decode(broken, SubmitFunctionSpec)
