"""Numbers about a server, in the text format that Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Literal, NamedTuple

from jupyter_colonies.core.histogram import Histogram

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"'})


class Sample(NamedTuple):
    """One number, and what it is about; `part` is which number of a histogram."""

    value: int | float
    labels: Mapping[str, str] = {}
    part: str = ""


class Metric(NamedTuple):
    """Numbers of one kind; a counter, whose name ends in `_total`, only rises."""

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    help: str
    samples: Sequence[Sample]


def gauge(name: str, said: str, value: float) -> Metric:
    """One number that rises and falls."""
    return Metric(name, "gauge", said, [Sample(value)])


def counter(name: str, said: str, value: float) -> Metric:
    """One number that only rises."""
    return Metric(name, "counter", said, [Sample(value)])


def samples_of(histogram: Histogram, labels: Mapping[str, str]) -> Iterable[Sample]:
    """The numbers of a histogram: how many up to each bound, the sum, and how many in all."""
    number = 0
    for bound, count in zip((*histogram.bounds, inf), histogram.counts, strict=True):
        number += count
        said = "+Inf" if bound == inf else f"{bound:g}"
        yield Sample(number, {**labels, "le": said}, "_bucket")
    yield Sample(histogram.total, labels, "_sum")
    yield Sample(number, labels, "_count")


def text(metrics: Iterable[Metric]) -> str:
    """The metrics as text."""
    return "".join(f"{line}\n" for metric in metrics for line in _lines(metric))


def _lines(metric: Metric) -> Iterable[str]:
    yield f"# HELP {metric.name} {metric.help}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for value, labels, part in metric.samples:
        name = metric.name + part
        inside = ",".join(f'{key}="{label.translate(_ESCAPED)}"' for key, label in labels.items())
        yield f"{name}{{{inside}}} {value}" if inside else f"{name} {value}"
