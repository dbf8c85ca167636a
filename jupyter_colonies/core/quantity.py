"""Amounts of CPU, memory and storage as function specs write them.

The server stores numbers and gives back one canonical spelling, so `10G` comes back as `9536Mi`
and an empty text as `0Mi` (protocol part 02, section 1.6).
"""

from __future__ import annotations

import re

from jupyter_colonies.errors import InvalidRequest

_MEMORY = re.compile("([0-9]{1,20})([kKmMgGtT])([iI]?)[bB]?")

CPU_PATTERN = "^([0-9]+m|.*[^m])?$"
"""Texts of CPU that can be read, for a JSON schema; how large they may be is another matter."""

MEMORY_PATTERN = f"^({_MEMORY.pattern})?$"
"""Texts of memory and storage that can be read, for a JSON schema."""

_POWER = {"k": 1, "m": 2, "g": 3, "t": 4}
_MEBIBYTE = 1 << 20
_LARGEST = (1 << 63) - 1


def cpu_millicores(text: str) -> int:
    """Millicores of a CPU text: `500m` is 500; anything not ending in `m` counts as 0.

    Raises InvalidRequest if what stands before the `m` is not a whole number.
    """
    if not text.endswith("m"):
        return 0
    try:
        amount = int(text[:-1])
    except ValueError:
        raise InvalidRequest(f"Error converting CPU to int: '{text}' is not like 500m") from None
    if not 0 <= amount <= _LARGEST:
        raise InvalidRequest(f"Error converting CPU to int: '{text}' is out of range")
    return amount


def cpu_text(millicores: int) -> str:
    """Canonical spelling of a CPU amount."""
    return f"{millicores}m"


def memory_bytes(text: str) -> int:
    """Bytes of a memory or storage text: `1Ki` is 1024, `1K` is 1000, an empty text is 0.

    Raises InvalidRequest for a bare number, an unknown unit, a fraction or a negative amount.
    """
    if not text:
        return 0
    match = _MEMORY.fullmatch(text)
    if match is None:
        raise InvalidRequest(
            f"error converting memory to int: '{text}' is not a whole number with a unit, "
            "like 512Mi or 10G"
        )
    digits, unit, binary = match.groups()
    amount = int(digits) * int((1024 if binary else 1000) ** _POWER[unit.lower()])
    if amount > _LARGEST:
        raise InvalidRequest(f"error converting memory to int: '{text}' is out of range")
    return amount


def memory_text(amount: int) -> str:
    """Canonical spelling of a memory amount: whole mebibytes."""
    return f"{amount // _MEBIBYTE}Mi"
