"""What is counted of requests, processes and executors, and of the database."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterable

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core.histogram import SECONDS, SIZES, joined
from jupyter_colonies.core.member import ExecutorState
from jupyter_colonies.core.metrics import Metric, Sample, counter, gauge, samples_of
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.server.audit.log import AuditLog
from jupyter_colonies.server.guard import Guard
from jupyter_colonies.server.listener import Listener
from jupyter_colonies.store import figures
from jupyter_colonies.store.statement import Row, Transaction


class Work:
    """Queues, what runs, and who is there for it: one look at what is open, never at the past."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def __call__(self) -> Iterable[Metric]:
        """The numbers as they are now."""
        silent = self._broker.facts.stale_after * SECOND

        def job(tx: Transaction) -> list[Metric]:
            before = tx.now - silent if silent else 0
            queues = tx.all(figures.QUEUES)
            running = tx.all(figures.RUNNING)
            return [
                Metric("colonies_processes_ready", "gauge",
                       "Processes that an executor of the type could take now",
                       [Sample(row["ready"], _of(row)) for row in queues]),
                Metric("colonies_processes_ready_age_seconds", "gauge",
                       "Seconds since the oldest of them was submitted",
                       [Sample(_age(tx.now, row), _of(row)) for row in queues]),
                Metric("colonies_processes_waiting", "gauge",
                       "Processes that wait, for an executor or for other processes",
                       [Sample(row["value"], {"colony": row["colonyname"]})
                        for row in tx.all(figures.WAITING)]),
                Metric("colonies_processes_running", "gauge", "Processes that run",
                       [Sample(row["value"], _of(row)) for row in running]),
                Metric("colonies_processes_running_age_seconds", "gauge",
                       "Seconds since the one began that runs longest",
                       [Sample(_age(tx.now, row), _of(row)) for row in running]),
                _executors(tx.all(figures.EXECUTORS, before=before)),
            ]  # fmt: skip

        return await self._broker.store.read(job)


class Pace:
    """How fast requests, processes and the database are, since the server was started."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def __call__(self) -> Iterable[Metric]:
        """The numbers as they are now."""
        return [*self._requests(), *self._processes(), *self._commits()]

    def _requests(self) -> Iterable[Metric]:
        meter = self._broker.meter
        counts = [
            Sample(number, {"kind": kind, "outcome": outcome})
            for (kind, outcome), number in sorted(meter.requests.items())
        ]
        yield Metric("colonies_requests_total", "counter", "Requests by kind and outcome", counts)
        yield Metric(
            "colonies_request_seconds",
            "histogram",
            "Time to answer a request, but those of executors that wait for work",
            [each for kind, found in sorted(meter.took.items())
             for each in samples_of(found, {"kind": kind})],
        )  # fmt: skip

    def _processes(self) -> Iterable[Metric]:
        meter = self._broker.meter
        ended = sorted(meter.ended.items())
        yield Metric(
            "colonies_processes_ended_total",
            "counter",
            "Processes that ended, by type and state",
            [Sample(number, {"type": kind, "state": state.name.lower()})
             for (kind, state), number in ended],
        )  # fmt: skip
        yield Metric(
            "colonies_process_wait_seconds",
            "histogram",
            "Time from the submission of a process until an executor had it",
            [each for kind, found in sorted(meter.waited.items())
             for each in samples_of(found, {"type": kind})],
        )  # fmt: skip
        yield Metric(
            "colonies_process_run_seconds",
            "histogram",
            "Time that processes ran until they ended",
            [each for (kind, state), found in sorted(meter.ran.items())
             for each in samples_of(found, {"type": kind, "state": state.name.lower()})],
        )  # fmt: skip

    def _commits(self) -> Iterable[Metric]:
        commits = self._broker.store.commits
        sizes = joined([each.sizes for each in commits], SIZES)
        seconds = joined([each.seconds for each in commits], SECONDS)
        yield Metric(
            "colonies_store_batch_jobs",
            "histogram",
            "Writing requests that were stored together",
            [*samples_of(sizes, {})],
        )
        yield Metric(
            "colonies_store_commit_seconds",
            "histogram",
            "Time to run and to store them",
            [*samples_of(seconds, {})],
        )
        yield counter("colonies_store_statements_total", "Statements sent to the database",
                      self._broker.store.statements)  # fmt: skip


class Visitors:
    """Who is here: connections, long polls and subscriptions; who was sent away."""

    def __init__(
        self,
        broker: Broker,
        listener: Callable[[], Listener],
        guard: Guard,
        audit: AuditLog | None,
    ) -> None:
        self._broker = broker
        self._listener = listener
        self._guard = guard
        self._audit = audit
        self._started = time.time()

    async def __call__(self) -> Iterable[Metric]:
        """The numbers as they are now."""
        broker, crowd = self._broker, self._listener().crowd
        used = resource.getrusage(resource.RUSAGE_SELF)
        found = [
            gauge("colonies_long_polls", "Executors that wait for work", len(broker.waiters)),
            gauge("colonies_subscriptions", "Subscriptions that are open", len(broker.followed)),
            gauge("colonies_connections", "Connections to the server's own port", crowd.number),
            counter("colonies_connections_refused_total", "Connections above the limits",
                    crowd.refused),
            counter("colonies_requests_refused_total", "Requests above the limits of rate",
                    self._guard.refused),
            counter("process_cpu_seconds_total", "Processor time of the server",
                    used.ru_utime + used.ru_stime),
            gauge("process_start_time_seconds", "When the server was started", self._started),
        ]  # fmt: skip
        if self._audit is not None:
            found += [
                counter("colonies_audit_lines_total", "Lines of the audit log",
                        self._audit.written),
                counter("colonies_audit_lost_total", "Lines that could not be written",
                        self._audit.lost),
            ]  # fmt: skip
        return found


def _executors(rows: Iterable[Row]) -> Metric:
    samples = []
    for row in sorted(rows, key=lambda row: (row["colonyname"], row["executortype"], row["state"])):
        state = ExecutorState(row["state"]).name.lower()
        silent = int(row["silent"])
        samples.append(Sample(row["value"] - silent, {**_of(row), "state": state}))
        if silent:
            samples.append(Sample(silent, {**_of(row), "state": f"{state}, silent"}))
    said = "Executors that are registered; silent are those that were not heard from for too long"
    return Metric("colonies_executors", "gauge", said, samples)


def _of(row: Row) -> dict[str, str]:
    return {"colony": row["colonyname"], "type": row["executortype"]}


def _age(now: int, row: Row) -> float:
    return max(0.0, (now - (row["oldest"] or now)) / SECOND)
