"""How values are shown: tables, pictures, and what is never taken for one."""

from base64 import b64encode

from jupyter_colonies.widgets.inspector.values import LARGEST_RICH, MOST_ROWS, bundle, shown, table

PNG = b64encode(b"\x89PNG\r\n\x1a\n" + bytes(9)).decode()


def test_tables_of_records_lists_and_columns() -> None:
    rows = [{"a": 1, "b": None}, {"a": "<b>", "b": 2.5}]
    expected = {"columns": ["a", "b"], "rows": [["1", ""], ["<b>", "2.5"]]}
    assert expected.items() <= (table(rows) or {}).items()
    split = {"columns": ["a", "b"], "index": [0, 1], "data": [[1, None], ["<b>", 2.5]]}
    assert expected.items() <= (table(split) or {}).items()
    assert (table([[1, 2], [3, 4]]) or {})["columns"] == ["0", "1"]
    many = table([{"n": number} for number in range(120)], first=100) or {}
    assert (len(many["rows"]), many["size"], many["rows"][0]) == (20, 120, ["100"])
    assert len((table([{"n": 1}] * 120) or {})["rows"]) == MOST_ROWS
    for other in ([], [1, 2], [{"a": 1}, {"b": 1}], [{"a": [1]}], [[1], [2]], {"a": 1}, "text"):
        assert table(other) is None


def test_pictures_are_data_of_known_types() -> None:
    for value in (
        f"data:image/png;base64,{PNG}",
        {"$value": PNG, "type": "bytes"},
        {"image/png": PNG, "text/plain": "x"},
    ):
        found = shown("v", value)["bundle"]
        assert (found["kind"], found["mime"], found["data"]) == ("picture", "image/png", PNG)
    svg = bundle({"image/svg+xml": "<svg onload='x()'/>"})
    assert (svg["kind"], svg["mime"]) == ("picture", "image/svg+xml")
    for value in (
        "data:text/html;base64,PGI+",
        "javascript:alert(1)",
        'data:image/png;base64,x"onerror="y',
        {"$value": "PGI+", "type": "bytes"},
    ):
        assert "bundle" not in shown("v", value)
    assert bundle({"image/png": 'iVB"onload="x'}) == {"kind": "none"}


def test_what_a_notebook_shows() -> None:
    assert bundle({"text/html": ["<b>", "x"], "text/plain": "x"})["text"] == "<b>x"
    assert bundle({"text/plain": "x"}) == {"kind": "text", "text": "x"}
    assert bundle({"application/javascript": "alert(1)"}) == {"kind": "none"}
    assert bundle({"text/html": "x" * (LARGEST_RICH + 1)})["kind"] == "large"
    assert shown("v", {"$file": "/results/x", "rich": {}})["stored"] == "/results/x"
