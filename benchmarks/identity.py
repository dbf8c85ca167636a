"""What identities cost: coincurve beside ecdsa, in one run.

python benchmarks/identity.py [--seconds 1]
"""

from __future__ import annotations

import time
from collections.abc import Callable

import table

from jupyter_colonies.core import identity
from jupyter_colonies.core.identity import CoincurveCurve, Curve, EcdsaCurve

PAYLOAD = "eyJtc2d0eXBlIjogImdldGV4ZWN1dG9yc21zZyIsICJjb2xvbnluYW1lIjogImRldiJ9" * 8


def microseconds(operation: Callable[[], object], seconds: float) -> float:
    """CPU time of one call."""
    calls, started = 0, time.process_time()
    while time.process_time() - started < seconds:
        operation()
        calls += 1
    return (time.process_time() - started) / calls * 1e6


def measure(curve: Curve, seconds: float) -> dict[str, float]:
    """CPU time of each operation with one implementation."""
    key = identity.new_private_key()
    signature = identity.sign(PAYLOAD, key, curve)
    return {
        "id of a key": microseconds(lambda: identity.id_of(key, curve), seconds),
        "sign": microseconds(lambda: identity.sign(PAYLOAD, key, curve), seconds),
        "recover": microseconds(lambda: identity.recover(PAYLOAD, signature, curve), seconds),
    }


def main() -> None:
    """Print both implementations and their ratio."""
    options = table.options(table.parser(__doc__, seconds=1.0).parse_args())
    lines = table.Table("CPU µs per call", "coincurve", "ecdsa", "ratio")
    fast = measure(CoincurveCurve(), options.seconds)
    portable = measure(EcdsaCurve(), options.seconds)
    for name, cost in fast.items():
        lines.row(name, cost, portable[name], portable[name] / cost)


if __name__ == "__main__":
    main()
