"""What the kernel saw: between a request and its reply the write-ahead log is synchronized.

Needs strace (`apt-get install strace`), and so Linux.
"""

import os
import re
import shutil
import signal
from pathlib import Path

import pytest

from tests.integration.killing import Server

pytestmark = pytest.mark.long

CALLS = "recvfrom,pwrite64,pwritev,write,fdatasync,fsync,sendto,sendmsg,writev"
ROUNDS = 10

LINE = re.compile(r"(?P<thread>\d+) +(?P<call>.*)")
REQUEST = re.compile(r'(recvfrom\(|<\.\.\. recvfrom resumed>).*"POST /api ')
REPLY = re.compile(r'(sendto|write|writev|sendmsg)\(.*"HTTP/1\.1 200 ')
WRITE = re.compile(r"(pwrite64|pwritev|write|writev)\(\d+<[^>]*-wal>")
SYNC = re.compile(r"(fdatasync|fsync)\(\d+<[^>]*-wal>\) += 0")
SYNC_BEGINS = re.compile(r"(fdatasync|fsync)\(\d+<[^>]*-wal> <unfinished")
SYNC_ENDS = re.compile(r"<\.\.\. (fdatasync|fsync) resumed>\) += 0")


def answered(trace: str) -> list[list[str]]:
    """What happened to the log between each request and its reply, in order."""
    answers: list[list[str]] = []
    happened: list[str] | None = None
    syncing: set[str] = set()
    for line in filter(None, map(LINE.match, trace.splitlines())):
        thread, call = line["thread"], line["call"]
        if REQUEST.match(call):
            happened = []
        elif REPLY.match(call):
            assert happened is not None
            answers.append(happened)
            happened = None
        elif SYNC_BEGINS.match(call):
            syncing.add(thread)
        elif happened is not None and WRITE.match(call):
            happened.append("write")
        elif happened is not None and (
            SYNC.match(call) or (SYNC_ENDS.match(call) and thread in syncing)
        ):
            happened.append("sync")
    return answers


def run(folder: Path, *options: str) -> list[list[str]]:
    """Requests that all change something, one after the other, and what the kernel saw."""
    strace = shutil.which("strace")
    assert strace, "strace is needed: apt-get install strace"
    trace = folder / "trace.txt"
    server = Server(folder, before=(strace, "-f", "-y", "-e", f"trace={CALLS}", "-o", str(trace)),
                    options=options)  # fmt: skip
    wire = server.start()
    try:
        member = wire.new_colony().executor("t")
        for _ in range(ROUNDS):
            member.submit()
            member.close(member.assign(), [1])
    finally:
        # strace ends with the program; were strace killed, the program would go on without it.
        os.kill(server.runtime["pid"], signal.SIGKILL)
        server.ended()
    return answered(trace.read_text())


def test_each_reply_follows_a_sync_of_what_it_acknowledges(tmp_path):
    answers = run(tmp_path)
    assert len(answers) == 3 + 3 * ROUNDS
    for happened in answers:
        assert "write" in happened
        assert happened[-1] == "sync", "a reply went out before its commit was on disk"


def test_the_trace_shows_when_nothing_is_synchronized(tmp_path):
    answers = run(tmp_path, "--synchronous", "normal")
    assert len(answers) == 3 + 3 * ROUNDS
    assert all(happened[-1] == "write" for happened in answers[-3 * ROUNDS :])
