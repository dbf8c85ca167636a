"""`channel …`."""

import pytest

from jupyter_colonies.commands.block import Json, Line, Text
from jupyter_colonies.errors import NotFound


@pytest.fixture
def processid(desk, write):
    write(
        "spec.json",
        '{"funcname": "f", "channels": ["a", "b"], "conditions": {"executortype": "worker"}}',
    )
    return desk.field("function submit --spec spec.json", "ProcessId")


def test_channels_are_listed_written_and_read(desk, processid) -> None:
    table = desk.one(f"channel ls -p {processid}")
    assert table.rows == [["a"], ["b"]]
    assert desk.one(f"channel read -p {processid} -n a") == Line(text="No messages found")
    assert desk.field(f"channel append -p {processid} -n a -m one", "Sequence") == "1"
    line = f"channel append -p {processid} -n a -m two --type end --inreplyto 7"
    assert desk.field(line, "Sequence") == "2"
    table = desk.one(f"channel read -p {processid} -n a")
    assert table.columns == ["Sequence", "In Reply To", "Type", "Sender", "Time", "Message"]
    assert [row[:3] + row[5:] for row in table.rows] == [
        ["1", "None", "data", "one"],
        ["2", "7", "end", "two"],
    ]
    (entry,) = desk.one(f"channel read -p {processid} -n a --after 1 --json").value
    assert entry.text == "two"


def test_following_ends_with_the_process(desk, processid) -> None:
    worker = desk.add_executor()
    desk.run(f"channel append -p {processid} -n a -m one")
    desk.run(f"channel append -p {processid} -n a -m two")
    shown = []
    session = desk.run_lazily(f"channel read -p {processid} -n a --follow")
    shown.append(next(session))
    worker.work()
    shown += session
    assert shown == [Text(text="one\n"), Text(text="two\n")]
    with pytest.raises(NotFound):
        desk.run(f"channel read -p {processid} -n a --follow")


def test_json_of_what_follows(desk, processid) -> None:
    desk.run(f"channel append -p {processid} -n a -m one")
    first = next(desk.run_lazily(f"channel read -p {processid} -n a --follow --json"))
    assert isinstance(first, Json)
    assert first.value.text == "one"


def test_a_process_without_channels(desk) -> None:
    processid = desk.field("function exec --func f --targettype worker", "ProcessId")
    assert desk.one(f"channel ls -p {processid}") == Line(text="No channels found")
