"""Channels from a notebook's side: a submitter and a function that talk."""

from __future__ import annotations

import pytest

from jupyter_colonies.client import discovery
from jupyter_colonies.errors import NotFound, ServerRefused
from jupyter_colonies.executor import registry
from jupyter_colonies.notebook.colony import NotebookColony
from jupyter_colonies.testing import server_in_thread


@pytest.fixture
def colony(tmp_path, monkeypatch):
    with server_in_thread(tmp_path) as server:
        monkeypatch.setenv(discovery.RUNTIME_VARIABLE, str(server.runtime_file))
        colony = NotebookColony(discovery.find())
        yield colony
        registry.stop_all(timeout=1)
        colony.close()


def submit(colony, funcname, *channels):
    spec = {"funcname": funcname, "conditions": {"executortype": "e"}, "channels": list(channels)}
    return colony.submit(spec)


def test_a_conversation(colony):
    run = submit(colony, "answer", "talk")
    talk = colony.channel(run, "talk")
    assert talk.send("early") == 1

    @colony.function(executor="e")
    def answer(process):
        mine = process.channel("talk")
        heard = []
        while (entry := mine.receive()).type != "end":
            heard.append(entry.text)
            mine.send(f"{entry.text}!", inreplyto=entry.sequence)
        mine.send(b"\x00\xff", type="end")
        return heard

    first = talk.receive()
    assert (first.text, first.inreplyto) == ("early!", 1)
    assert talk.send("grüße") == 2
    assert talk.receive().text == "grüße!"
    assert talk.send("", type="end") == 3
    assert run.wait(30, progress=False).nodes[0].output == ["early", "grüße"]
    with pytest.raises(NotFound, match="Channel not found"):
        talk.send("late")


def test_iterating_ends_with_the_process(colony):
    run = submit(colony, "stream", "tokens", "go")
    tokens = colony.channel(run.id, "tokens")

    @colony.function(executor="e")
    def stream(process):
        process.channel("tokens").send("first")
        process.channel("go").receive()
        for number in range(50):
            process.channel("tokens").send(f"{number}", sequence=number)

    listening = iter(tokens)
    assert next(listening).text == "first"
    tokens.send("one's own is not told")
    colony.channel(run, "go").send("")
    # Sequence 0 is before the 1 of the first, which was told already.
    assert [entry.text for entry in listening] == [f"{number}" for number in range(50)]


def test_one_counts_on_where_one_left_off(colony):
    run = submit(colony, "nobody", "c")
    assert [colony.channel(run, "c").send("x") for _ in range(3)] == [1, 2, 3]
    found = colony.channel(run, "c").read(after=1)
    assert [entry.sequence for entry in found] == [2, 3]


def test_what_is_not_there_and_what_is_too_much(colony):
    run = submit(colony, "nobody", "c")
    with pytest.raises(NotFound):
        list(colony.channel(run, "other"))
    with pytest.raises(ServerRefused, match="^message payload exceeds maximum size"):
        colony.channel(run, "c").send(bytes((10 << 20) + 1), sequence=1)
