"""The static SVG: well-formed, readable, and nothing in a name becomes markup."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_colonies.core.messages.workflows import NodeChange
from jupyter_colonies.core.palette import LOOKS, NAME_COLUMNS, duration_text, short, status_text
from jupyter_colonies.core.picture import svg
from jupyter_colonies.core.process import State

SVG = "{http://www.w3.org/2000/svg}"
START = datetime(2026, 1, 1, tzinfo=UTC)

DIAMOND = [
    NodeChange(processid="1", nodename="split", funcname="split", state=State.SUCCESS),
    NodeChange(processid="2", nodename="left", funcname="half", state=State.RUNNING, parents=["1"]),
    NodeChange(processid="3", nodename="right", funcname="half", state=State.FAILED, parents=["1"]),
    NodeChange(processid="4", nodename="join", funcname="join", parents=["2", "3"]),
]


def texts(picture: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_a_picture_says_state_and_progress_in_words() -> None:
    root = ElementTree.fromstring(svg(DIAMOND, "Diamond"))
    assert root.get("role") == "img"
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text
    assert title.text.endswith("Failed, 2 of 4 finished")
    desc = root.find(f"{SVG}desc")
    assert desc is not None
    assert "right: Failed" in (desc.text or "")


def test_each_node_has_glyph_word_and_name() -> None:
    shown = texts(svg(DIAMOND, "Diamond"))
    for node in DIAMOND:
        assert node.nodename in shown
        assert f"{LOOKS[node.state].glyph} {LOOKS[node.state].word}" in shown
    assert "Waiting 1" in shown
    assert "Cancelled 0" in shown


def test_a_folded_picture_counts_states_and_shows_and_names_failures() -> None:
    many = [
        NodeChange(
            processid=f"m{number}",
            nodename=f"map {number}",
            funcname="map",
            state=State.FAILED if number == 7 else State.SUCCESS,
            parents=["root"],
        )
        for number in range(500)
    ]
    shown = texts(svg([NodeChange(processid="root", funcname="start"), *many], "Many"))
    assert "499 × map" in shown
    assert "✓ 499" in shown
    assert "map 7" in shown
    assert "✗ Failed: map 7" in shown
    assert "Many (folded)" in shown


def test_failures_that_do_not_fit_are_counted_on_their_fold() -> None:
    many = [
        NodeChange(
            processid=f"m{number}",
            nodename=f"map {number}",
            funcname="map",
            state=State.FAILED,
            parents=["root"],
        )
        for number in range(5_000)
    ]
    root = NodeChange(processid="root", funcname="start", state=State.SUCCESS)
    shown = texts(svg([root, *many], "Many"))
    alone = [text for text in shown if text.startswith("map ")]
    assert len(alone) > 50
    assert f"✗ {5_000 - len(alone):,} failed" in shown


def test_nothing_but_a_title_is_drawn_for_no_nodes() -> None:
    assert "0 of 0 finished" in svg([], "Empty")


@given(st.text(), st.text())
@settings(max_examples=60, deadline=None)
def test_any_name_gives_a_well_formed_picture(name: str, title: str) -> None:
    node = NodeChange(processid="1", nodename=name, funcname=name, executortype=name)
    other = [
        NodeChange(processid=str(number), nodename=name, funcname=name, parents=["1"])
        for number in range(2, 90)
    ]
    for picture in (svg([node], title), svg([node, *other], title)):
        picture.encode()
        ElementTree.fromstring(picture)


def test_markup_in_a_name_is_shown_as_text() -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    picture = svg([NodeChange(processid="1", nodename=evil, funcname=evil)], evil)
    assert "<script" not in picture
    assert "<img" not in picture
    tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(picture).iter()}
    assert tags == {"svg", "title", "desc", "style", "rect", "g", "text", "path"} - {"path"}


def test_long_names_end_with_an_ellipsis() -> None:
    name = "a_very_long_node_name_that_does_not_fit"
    assert short(name, NAME_COLUMNS) in texts(svg([NodeChange(processid="1", nodename=name)], "x"))
    assert len(short(name, NAME_COLUMNS)) == NAME_COLUMNS
    assert short("日本語の長い名前", 8) == "日本語…"
    assert short("fits", 4) == "fits"
    assert short("turned\u202eround\n", 30) == "turned\ufffdround"


def test_a_finished_node_says_how_long_it_ran() -> None:
    node = NodeChange(
        processid="1", state=State.SUCCESS, starttime=START, endtime=START + timedelta(seconds=2.13)
    )
    assert status_text(node) == "✓ Successful · 2.1 s"
    assert status_text(NodeChange(processid="1", retries=2)) == "○ Waiting · retry 2"


def test_a_running_node_says_how_far_it_is() -> None:
    running = NodeChange(processid="1", state=State.RUNNING, progress="0.42 reading")
    assert status_text(running) == "▶\ufe0e Running · 42 %"
    assert status_text(NodeChange(processid="1", state=State.RUNNING, progress="soon")) == (
        "▶\ufe0e Running"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.00 s"),
        (0.123, "0.12 s"),
        (9.94, "9.9 s"),
        (59.4, "59 s"),
        (185, "3 min 5 s"),
        (7440, "2 h 4 min"),
        (200_000, "2 d 7 h"),
    ],
)
def test_durations_read_as_people_say_them(seconds: float, text: str) -> None:
    assert duration_text(timedelta(seconds=seconds)) == text


def test_white_text_is_readable_on_every_fill_and_fills_stand_out_on_both_pages() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(one: str, other: str) -> float:
        low, high = sorted((luminance(one), luminance(other)))
        return (high + 0.05) / (low + 0.05)

    for look in LOOKS.values():
        assert contrast(look.fill, "#ffffff") >= 4.5
        assert contrast(look.fill, "#111111") >= 3
