"""Blocks as a terminal shows them."""

import io

import pytest

from jupyter_colonies.cli.terminal import Terminal, wants_ascii
from jupyter_colonies.commands.block import Details, Heading, Json, Line, Table, Text

WORKFLOWID = "ca6e225b1f6b617c9e4fa75d06fda6dd8a6aeb7b8ec1e00333ba4d6dca99dd82"
INITIATOR = "3fc05cf3df4b494e95d6a3d297a34f19938f7daa7422ab0d4f794454133341ac"

SUMMARY = Details(
    title="Workflow",
    rows=[
        ("WorkflowId", WORKFLOWID),
        ("SubmissionTime", "2024-07-02 18:02:22"),
        ("State", "Successful"),
        ("StartTime", "2024-07-02 18:02:22"),
        ("InitiatorName", "myuser"),
        ("InitiatorId", INITIATOR),
        ("EndTime", "2024-07-02 18:02:28"),
    ],
)
# As the original's workflow tutorial shows it.
SUMMARY_TEXT = """\
╭───────────────────────────────────────────────────────────────────────────────────╮
│ Workflow                                                                          │
├────────────────┬──────────────────────────────────────────────────────────────────┤
│ WorkflowId     │ ca6e225b1f6b617c9e4fa75d06fda6dd8a6aeb7b8ec1e00333ba4d6dca99dd82 │
│ SubmissionTime │ 2024-07-02 18:02:22                                              │
│ State          │ Successful                                                       │
│ StartTime      │ 2024-07-02 18:02:22                                              │
│ InitiatorName  │ myuser                                                           │
│ InitiatorId    │ 3fc05cf3df4b494e95d6a3d297a34f19938f7daa7422ab0d4f794454133341ac │
│ EndTime        │ 2024-07-02 18:02:28                                              │
╰────────────────┴──────────────────────────────────────────────────────────────────╯
"""


def shown(*blocks, plain=False):
    stream = io.StringIO()
    terminal = Terminal(stream, plain=plain)
    for block in blocks:
        terminal.show(block)
    return stream.getvalue()


def test_details_look_like_the_tutorial() -> None:
    assert shown(SUMMARY) == SUMMARY_TEXT


def test_untitled_details_and_headings() -> None:
    assert shown(Heading(text="Processes:"), Details(rows=[("NodeName", "task_a")])) == (
        "\nProcesses:\n╭──────────┬────────╮\n│ NodeName │ task_a │\n╰──────────┴────────╯\n"
    )


def test_a_long_title_widens_the_frame() -> None:
    lines = shown(Details(title="A title that is long", rows=[("a", "b")])).splitlines()
    assert lines[1] == "│ A title that is long │"
    assert len({len(line) for line in lines}) == 1


def test_tables_have_upper_case_heads() -> None:
    table = Table(columns=["Name", "Type"], rows=[["dev-docker", "container-executor"]])
    assert shown(table) == (
        "╭────────────┬────────────────────╮\n"
        "│ NAME       │ TYPE               │\n"
        "├────────────┼────────────────────┤\n"
        "│ dev-docker │ container-executor │\n"
        "╰────────────┴────────────────────╯\n"
    )


def test_plain_frames() -> None:
    table = Table(title="Members", columns=["Name"], rows=[["ada"]])
    assert shown(table, plain=True) == (
        "+---------+\n| Members |\n+---------+\n| NAME    |\n+---------+\n"
        "| ada     |\n+---------+\n"
    )


@pytest.mark.parametrize(("value", "plain"), [("", False), ("false", False), ("1", True)])
def test_plain_frames_are_asked_for_by_a_variable(value, plain) -> None:
    assert wants_ascii({"COLONIES_CLI_ASCII": value}) is plain


def test_lines_look_like_the_tutorial() -> None:
    line = Line(text="Workflow submitted", fields={"WorkflowID": WORKFLOWID, "ColonyName": "dev"})
    assert shown(line) == (
        "INFO[0000] Workflow submitted                            ColonyName=dev "
        f"WorkflowID={WORKFLOWID}\n"
    )
    assert shown(Line(text="No logs found")) == "INFO[0000] No logs found\n"
    assert shown(Line(text="Careful", warning=True)) == "WARN[0000] Careful\n"


def test_text_and_json_are_printed_as_they_are() -> None:
    markup = "[bold]:smile: \\[x]"
    assert shown(Text(text=markup), Text(text="ends\n")) == f"{markup}\nends\n"
    assert shown(Json(value={"a": [1]})) == '{\n  "a": [\n    1\n  ]\n}\n'


def test_values_are_never_read_as_markup() -> None:
    assert "[red]:x:" in shown(Details(rows=[("Args", "[red]:x:")]))
