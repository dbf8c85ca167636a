from __future__ import annotations

import asyncio
import io
import sys
import threading

import pytest

from jupyter_colonies.errors import AccessDenied, ServerUnreachable
from jupyter_colonies.executor import capture
from jupyter_colonies.executor.capture import RunLog


class Server:
    """Receives messages, may be away, and may be slow."""

    def __init__(self):
        self.messages = []
        self.refusals = []
        self.error = None
        self.away = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    async def receive(self, text):
        await self.open.wait()
        if self.error is not None:
            self.away.set()
            raise self.error
        self.messages.append(text)


@pytest.fixture
async def server():
    return Server()


@pytest.fixture
async def log(server):
    return RunLog(server.receive, asyncio.get_running_loop(), server.refusals.append)


async def in_thread(work):
    await asyncio.to_thread(work)


async def test_whole_lines_are_gathered_and_sent_in_order(server, log):
    def work():
        for number in range(1000):
            log.write(f"{number}")
            log.write("\n")

    await in_thread(work)
    await log.finish()
    assert "".join(server.messages) == "".join(f"{n}\n" for n in range(1000))
    assert len(server.messages) < 100
    assert all(message.endswith("\n") for message in server.messages)


async def test_an_unfinished_line_is_sent_after_a_while_and_at_the_end(server, log):
    log.write("working")
    while not server.messages:  # noqa: ASYNC110 - the time it may take is what is looked at
        await asyncio.sleep(0.01)
    log.write(" … done\nend")
    await log.finish()
    assert server.messages[0] == "working"
    assert "".join(server.messages) == "working … done\nend"


async def test_nothing_is_sent_for_nothing(server, log):
    log.write("")
    await log.finish()
    log.write("too late")
    await log.finish()
    assert server.messages == []


async def test_long_texts_are_cut_between_lines(server, log):
    text = f"{'x' * 99}\n" * 3000
    log.write(text)
    log.write("y" * 100_000)
    await log.finish()
    assert "".join(server.messages) == text + "y" * 100_000
    assert max(map(len, server.messages)) <= capture.LARGEST_MESSAGE


async def test_a_writer_waits_for_a_slow_server(server, log):
    server.open.clear()
    done = threading.Event()

    def work():
        for _ in range(40):
            log.write("x" * 99_999 + "\n")
        done.set()

    writing = asyncio.create_task(in_thread(work))
    await asyncio.sleep(0.05)
    assert not done.is_set()
    server.open.set()
    await writing
    await log.finish()
    assert sum(map(len, server.messages)) == 40 * 100_000


async def test_a_writer_does_not_wait_for_a_server_that_is_away(server, log):
    server.error = ServerUnreachable("away")
    log.write("first\n")
    await server.away.wait()
    await in_thread(lambda: [log.write("x" * 99_999 + "\n") for _ in range(40)])
    server.error = None
    await log.finish()
    text = "".join(server.messages)
    assert text.startswith("first\n")
    assert "characters left out: the server was away" in text
    assert len(text) < 2_000_000


async def test_a_refused_log_is_given_up(server, log):
    server.error = AccessDenied("not yours")
    log.write("line\n")
    await log.finish()
    log.write("more\n")
    await log.finish()
    assert [error.message for error in server.refusals] == ["not yours"]


async def test_streams_belong_to_the_run_of_their_context(server, log, monkeypatch):
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stdout", shown)
    capture.install()
    capture.install()
    assert isinstance(sys.stdout, capture.RunStream)
    assert sys.stdout._wrapped is shown

    def work():
        token = capture.CURRENT.set(log)
        print("inside")
        capture.CURRENT.reset(token)
        print("after")

    print("outside")
    await in_thread(work)
    await log.finish()
    assert "".join(server.messages) == "inside\n"
    assert shown.getvalue() == "outside\ninside\nafter\n"
    assert sys.stdout.writable()
