"""The task of huey; `others.py` starts huey's consumer on it."""

from __future__ import annotations

import os

from huey import SqliteHuey

app = SqliteHuey(filename=os.environ["BENCHMARK_HUEY"])


@app.task()
def nothing(number: int) -> int:
    """The task."""
    return number
