"""What identities cost: coincurve beside ecdsa, in one run.

python benchmarks/identity.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

from jupyter_colonies.core import identity
from jupyter_colonies.core.identity import CoincurveCurve, Curve, EcdsaCurve

PAYLOAD = "eyJtc2d0eXBlIjogImdldGV4ZWN1dG9yc21zZyIsICJjb2xvbnluYW1lIjogImRldiJ9" * 8
SECONDS = 1.0


def microseconds(operation: Callable[[], object]) -> float:
    """CPU time of one call."""
    calls, started = 0, time.process_time()
    while time.process_time() - started < SECONDS:
        operation()
        calls += 1
    return (time.process_time() - started) / calls * 1e6


def measure(curve: Curve) -> dict[str, float]:
    """CPU time of each operation with one implementation."""
    key = identity.new_private_key()
    signature = identity.sign(PAYLOAD, key, curve)
    return {
        "id of a key": microseconds(lambda: identity.id_of(key, curve)),
        "sign": microseconds(lambda: identity.sign(PAYLOAD, key, curve)),
        "recover": microseconds(lambda: identity.recover(PAYLOAD, signature, curve)),
    }


def main() -> None:
    """Print both implementations and their ratio."""
    fast, portable = measure(CoincurveCurve()), measure(EcdsaCurve())
    print(f"{'CPU µs per call':<18}{'coincurve':>12}{'ecdsa':>12}{'ratio':>8}")
    for name, cost in fast.items():
        print(f"{name:<18}{cost:>12.0f}{portable[name]:>12.0f}{portable[name] / cost:>8.0f}")


if __name__ == "__main__":
    main()
