"""Clients that keep books: what the server acknowledged must still be there after it was killed.

Each client has an executor type of its own, so that nobody else touches its processes and its
book is exact. One request may be in flight when the server dies: it happened wholly or not at all.
"""

from __future__ import annotations

import http.client
import json
import sqlite3
import threading
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.conformance.wire import (
    FAILED,
    RUNNING,
    SUCCESS,
    WAITING,
    Colony,
    Member,
    Refused,
    Wire,
)

LOST = (OSError, http.client.HTTPException, json.JSONDecodeError)
DIAMOND = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}
COUNTS = ("waiting", "running", "success", "failed", "cancelled")


@dataclass
class Fact:
    """What was acknowledged about a process."""

    state: int = WAITING
    out: list[Any] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    graph: str = ""
    leaf: bool = True


class Client:
    """One client, its book, and the request that may be in flight."""

    def __init__(self, member: Member, random: Random) -> None:
        self.member = member
        self.random = random
        self.book: dict[str, Fact] = {}
        self.in_flight: tuple[str, str] = ("", "")
        self.refusals: list[Refused] = []
        self.leaving = False

    def moved_to(self, wire: Wire) -> None:
        """The server is somewhere else now."""
        colony = Colony(wire, self.member.colony.name, self.member.colony.ownerkey)
        self.member = Member(colony, self.member.name, self.member.executortype, self.member.key)

    def work(self, acknowledged: threading.Semaphore) -> None:
        """One operation after the other until the server is gone, or the client is to leave."""
        operations = [self.submit, self.submit_workflow, self.assign, self.assign, self.assign,
                      self.finish, self.finish, self.grow, self.log]  # fmt: skip
        try:
            while not self.leaving:
                self.random.choice(operations)()
                self.in_flight = ("", "")
                acknowledged.release()
        except LOST:
            return
        except Refused as refusal:
            self.refusals.append(refusal)
            acknowledged.release(10_000)

    def finish_everything(self) -> None:
        """Work until nothing is left."""
        while any(fact.state in (WAITING, RUNNING) for fact in self.book.values()):
            for processid in self.running():
                self.close(processid)
            self.assign()
        self.in_flight = ("", "")

    def running(self) -> list[str]:
        return [processid for processid, fact in self.book.items() if fact.state == RUNNING]

    # --- operations ---

    def submit(self) -> None:
        self.in_flight = ("submit", "")
        self.book[self.member.submit()["processid"]] = Fact()

    def submit_workflow(self) -> None:
        self.in_flight = ("submit", "")
        graph = self.member.submit_workflow(**DIAMOND)
        for name, processid in zip(DIAMOND, graph["processids"], strict=True):
            self.book[processid] = Fact(graph=graph["processgraphid"], leaf=name == "d")

    def assign(self) -> None:
        self.in_flight = ("assign", "")
        try:
            process = self.member.assign()
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return
        fact = self.book[process["processid"]]
        assert fact.state == WAITING
        fact.state = RUNNING

    def finish(self) -> None:
        running = self.running()
        if running:
            processid = self.random.choice(running)
            (self.fail if self.random.random() < 0.1 else self.close)(processid)

    def close(self, processid: str) -> None:
        out = [self.random.random()]
        self.in_flight = ("close", processid)
        self.member.close({"processid": processid}, out)
        fact = self.book[processid]
        fact.state, fact.out = SUCCESS, out

    def fail(self, processid: str) -> None:
        self.in_flight = ("fail", processid)
        self.member.fail({"processid": processid}, ["e"])
        for each in self.failing_with(processid):
            self.book[each].state = FAILED

    def failing_with(self, processid: str) -> set[str]:
        """What fails when this process fails."""
        fact = self.book[processid]
        if fact.leaf:
            return {processid}
        return {
            each
            for each, other in self.book.items()
            if other.graph == fact.graph and other.state in (WAITING, RUNNING)
        }

    def grow(self) -> None:
        candidates = [each for each in self.running() if self.book[each].graph]
        if not candidates:
            return
        parent = self.random.choice(candidates)
        fact = self.book[parent]
        self.in_flight = ("grow", parent)
        insert = self.random.random() < 0.5
        child = self.member.add_child(
            {"processid": parent, "processgraphid": fact.graph}, insert=insert, nodename="n"
        )
        self.book[child["processid"]] = Fact(graph=fact.graph, leaf=not child["children"])
        fact.leaf = False

    def log(self) -> None:
        running = self.running()
        if running:
            processid = self.random.choice(running)
            line = str(self.random.random())
            self.in_flight = ("log", processid)
            self.member.call("addlogmsg", processid=processid, message=line)
            self.book[processid].logs.append(line)

    # --- after the server was killed ---

    def audit(self, stored: Stored) -> None:
        """Compare the book with the database, allow for the request in flight, take it over."""
        kind, subject = self.in_flight
        missing = set(self.book) - set(stored.processes)
        assert not missing, "acknowledged processes are gone"
        differing = {
            processid
            for processid, fact in self.book.items()
            if stored.processes[processid]["state"] != fact.state
        }
        match kind:
            case "assign":
                assert len(differing) <= 1
                assert all(stored.processes[each]["state"] == RUNNING for each in differing)
            case "close":
                assert differing <= {subject}
            case "fail":
                assert differing in (set(), self.failing_with(subject))
            case _:
                assert not differing
        for processid, fact in self.book.items():
            found = stored.processes[processid]
            if found["state"] == SUCCESS and processid not in differing:
                assert json.loads(found["output"]) == fact.out
            lines = stored.logs.get(processid, [])
            extra = 1 if (kind, subject) == ("log", processid) else 0
            assert lines[: len(fact.logs)] == fact.logs
            assert len(lines) <= len(fact.logs) + extra
        self._take_over(stored)

    def _take_over(self, stored: Stored) -> None:
        """Make the book say what is stored."""
        for processid, found in stored.processes.items():
            if found["executortype"] != self.member.executortype:
                continue
            fact = self.book.setdefault(processid, Fact(graph=found["processgraphid"]))
            fact.state = found["state"]
            fact.out = json.loads(found["output"])
            fact.logs = stored.logs.get(processid, [])
            fact.leaf = found["seq"] not in stored.parents
        self.in_flight = ("", "")


class Stored:
    """What a database holds, and whether it is consistent."""

    def __init__(self, database: Path | str) -> None:
        """`database` is the path of an SQLite file or the URL of a PostgreSQL database."""
        self.integrity = "ok"
        if isinstance(database, Path):
            with closing(sqlite3.connect(database)) as lite:
                lite.row_factory = sqlite3.Row
                self.integrity = lite.execute("PRAGMA integrity_check").fetchone()[0]
                self._read(lite)
        else:
            with psycopg.connect(database, row_factory=dict_row) as postgres:
                postgres.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                self._read(postgres)

    def _read(self, connection: Any) -> None:
        rows = connection.execute("SELECT * FROM processes ORDER BY seq").fetchall()
        self.graphs = connection.execute("SELECT * FROM graphs").fetchall()
        self.edges = connection.execute("SELECT * FROM edges").fetchall()
        # When a process first entered a state, in revisions of its workflow: no clock is asked.
        self.entered: dict[tuple[int, int], int] = {}
        for event in connection.execute("SELECT * FROM events WHERE graphseq > 0 ORDER BY seq"):
            key = (event["process"], event["state"])
            first = self.entered.get(key, event["revision"])
            self.entered[key] = min(first, event["revision"])
        self.logs: dict[str, list[str]] = {}
        for line in connection.execute("SELECT * FROM logs ORDER BY timestamp"):
            self.logs.setdefault(line["processid"], []).append(line["message"])
        self.processes = {row["processid"]: row for row in rows}
        self.parents = {edge["parent"] for edge in self.edges}

    def check(self) -> None:
        """Nothing is half there: graphs, members, edges and counters agree with each other."""
        assert self.integrity == "ok"
        by_seq = {row["seq"]: row for row in self.processes.values()}
        unfinished: Counter[int] = Counter()
        for edge in self.edges:
            parent, child = by_seq[edge["parent"]], by_seq[edge["child"]]
            assert parent["graphseq"] == child["graphseq"] > 0
            unfinished[edge["child"]] += parent["state"] != SUCCESS
        for row in self.processes.values():
            assert row["pending"] == unfinished[row["seq"]]
            assert bool(row["isassigned"]) == bool(row["assignedexecutorid"])
            assert (row["state"] == RUNNING) <= bool(row["isassigned"])
        self._check_order(by_seq)
        graphs = {graph["seq"]: graph for graph in self.graphs}
        assert {row["graphseq"] for row in self.processes.values()} <= {0, *graphs}
        for seq, graph in graphs.items():
            members = [row for row in self.processes.values() if row["graphseq"] == seq]
            names = Counter(row["nodename"] for row in members)
            assert names == Counter(dict.fromkeys(DIAMOND, 1)) + Counter(n=names["n"])
            states = Counter(row["state"] for row in members)
            assert [graph[name] for name in COUNTS] == [states[state] for state in range(5)]
            assert sum(graph[name] for name in COUNTS) == len(members)
            assert graph["state"] == _state_of(states)

    def _check_order(self, by_seq: dict[int, Any]) -> None:
        """No child ran before its parents had ended, none without their outputs as its input."""
        parents: dict[int, list[tuple[int, Any]]] = {}
        for edge in self.edges:
            place = (edge["parentposition"], by_seq[edge["parent"]])
            parents.setdefault(edge["child"], []).append(place)
        for seq, found in parents.items():
            child = by_seq[seq]
            if not child["isassigned"]:
                continue
            assert child["pending"] == 0
            in_order = [row for _, row in sorted(found, key=lambda each: each[0])]
            for parent in in_order:
                assert parent["state"] == SUCCESS
                assert self.entered[parent["seq"], SUCCESS] < self.entered[seq, RUNNING]
            outputs = [value for parent in in_order for value in json.loads(parent["output"])]
            assert json.loads(child["input"]) == outputs


def _state_of(states: Counter[int]) -> int:
    if states[FAILED]:
        return FAILED
    if states[SUCCESS] and not (states[WAITING] or states[RUNNING]):
        return SUCCESS
    return RUNNING if states[SUCCESS] or states[RUNNING] else WAITING
