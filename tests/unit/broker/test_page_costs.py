"""A page of a list is a walk along an index from where the page before ended."""

import re

import pytest
from sqlalchemy.dialects import sqlite

from jupyter_colonies.store import pages, runs
from jupyter_colonies.store.address import Address
from tests.unit.broker.stage import Stage
from tests.unit.broker.test_queue_costs import beside

HERE: dict[str, int | str] = {"colonyname": "dev"}
LISTS: dict[str, tuple[pages.Listing, dict[str, int | str], str, str]] = {
    "processes": (pages.PROCESSES, HERE, "", "processes_submitted"),
    "waiting": (pages.PROCESSES, {**HERE, "state": 0}, "priority", "processes_waiting"),
    "running": (pages.PROCESSES, {**HERE, "state": 1}, "starttime", "processes_running"),
    "ended": (pages.PROCESSES, {**HERE, "state": 3}, "-endtime", "processes_ended"),
    "workflows": (pages.WORKFLOWS, HERE, "", "graphs_submitted"),
    "workflows in a state": (pages.WORKFLOWS, {**HERE, "state": 2}, "", "graphs_by_state"),
    "runs": (runs.WORKFLOWS, HERE, "", "graphs_submitted"),
    "runs in a state": (runs.WORKFLOWS, {**HERE, "state": 2}, "", "graphs_by_state"),
    "single processes": (runs.PROCESSES, {**HERE, "state": 2}, "", "processes_alone"),
    "nodes": (pages.NODES, {"graphseq": 1}, "", "processes_of_graph"),
    "lines": (pages.LINES, {"processid": "p"}, "", "logs_of_process"),
    "found lines": (pages.FOUND_LINES, {**HERE, "text": "x"}, "", "logs_of_colony"),
    "executors": (pages.EXECUTORS, HERE, "", "executors_by_name"),
    "functions": (pages.FUNCTIONS, HERE, "", "functions_by_executor"),
    "files": (pages.FILES, {**HERE, "place": "/x", "newest": 1}, "", "files_by_name"),
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_no_page_is_sorted(stage: Stage, database: Address) -> None:
    with beside(database) as connection:
        for what, conditions, sort, index in LISTS.values():
            after = [1 for _ in what.order(sort).columns]
            statement = what.page(conditions, sort, after, 10).compile(
                dialect=sqlite.dialect(paramstyle="named"),
                compile_kwargs={"render_postcompile": True},
            )
            rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", statement.params)
            plan = " ".join(str(row[3]) for row in rows.fetchall())
            assert re.search(rf"SEARCH \w+ USING INDEX {index} \(.*[<>]", plan), plan
            assert "TEMP B-TREE" not in plan
