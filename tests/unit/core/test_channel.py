"""The limits of channels (protocol part 03, section 2.3)."""

import pytest

from jupyter_colonies.core import channel
from jupyter_colonies.core.messages.channels import AppendToChannel
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import LimitReached

NOW = 1_700_000_000 * SECOND


def spend(until: int, now: int, many: int) -> int:
    for _ in range(many):
        until = channel.spend(until, now)
    return until


def test_five_hundred_at_once_and_a_hundred_per_second() -> None:
    until = spend(0, NOW, 500)
    with pytest.raises(LimitReached, match="^rate limit exceeded: "):
        channel.spend(until, NOW)
    until = spend(until, NOW + SECOND, 100)
    with pytest.raises(LimitReached):
        channel.spend(until, NOW + SECOND)


def test_the_allowance_does_not_grow_beyond_its_size() -> None:
    until = spend(spend(0, NOW, 500), NOW + 3600 * SECOND, 500)
    with pytest.raises(LimitReached):
        channel.spend(until, NOW + 3600 * SECOND)


def test_the_largest_payload_passes() -> None:
    channel.check_payload(None)
    channel.check_payload(bytes(channel.LARGEST_PAYLOAD))
    with pytest.raises(LimitReached, match="^message payload exceeds maximum size: "):
        channel.check_payload(bytes(channel.LARGEST_PAYLOAD + 1))


def test_a_channel_has_room_for_so_many_entries_and_bytes() -> None:
    channel.check_room(channel.MOST_ENTRIES - 1, channel.MOST_STORED - 5, 5)
    with pytest.raises(LimitReached, match="^channel log is full: it holds 10000 entries"):
        channel.check_room(channel.MOST_ENTRIES, 0, 0)
    with pytest.raises(LimitReached, match="^channel log is full: it holds .* bytes"):
        channel.check_room(1, channel.MOST_STORED - 5, 6)


def test_a_payload_in_numbers_becomes_bytes() -> None:
    assert AppendToChannel(payload=[0, 255]).payload == b"\x00\xff"
