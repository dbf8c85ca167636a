"""The text format of Prometheus."""

from jupyter_colonies.core.metrics import Metric, Sample, text


def test_metrics_as_text():
    metrics = [
        Metric("bytes", "gauge", "Bytes held", [
            Sample(7, {"colony": 'a"b\\c\nd'}), Sample(0, {"colony": "e", "kind": "f"})]),
        Metric("sent_total", "counter", "Bytes sent", [Sample(1.5)]),
        Metric("none", "gauge", "Nothing yet", []),
    ]  # fmt: skip
    assert text(metrics).splitlines() == [
        "# HELP bytes Bytes held",
        "# TYPE bytes gauge",
        'bytes{colony="a\\"b\\\\c\\nd"} 7',
        'bytes{colony="e",kind="f"} 0',
        "# HELP sent_total Bytes sent",
        "# TYPE sent_total counter",
        "sent_total 1.5",
        "# HELP none Nothing yet",
        "# TYPE none gauge",
    ]
