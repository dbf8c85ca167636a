"""What is counted of files and their bytes."""

from __future__ import annotations

from collections.abc import Iterable

from jupyter_colonies.core.metrics import Metric, Sample, counter, gauge
from jupyter_colonies.server.s3.tidying import Tidying
from jupyter_colonies.server.s3.visit import Service
from jupyter_colonies.store import objects
from jupyter_colonies.store.statement import Row, Statement, Transaction

STORED = {
    "colonies_file_bytes": ("Bytes of files that a colony holds", objects.USED),
    "colonies_file_objects": ("Objects that hold bytes of files", objects.OBJECTS_HELD),
    "colonies_file_revisions": ("Revisions of files", objects.REVISIONS_HELD),
    "colonies_file_uploads": ("Uploads in parts that are under way", objects.UPLOADS_HELD),
}


class Metering:
    """The metrics of files, of all colonies of the server."""

    def __init__(self, service: Service, tidying: Tidying) -> None:
        self._service = service
        self._tidying = tidying

    async def __call__(self) -> Iterable[Metric]:
        """The numbers as they are now."""

        def job(tx: Transaction) -> list[Metric]:
            return [
                Metric(name, "gauge", said, [_sample(row) for row in _all(tx, statement)])
                for name, (said, statement) in STORED.items()
            ]

        stored = await self._service.broker.store.read(job)
        traffic = self._service.traffic
        return [
            *stored,
            gauge("colonies_file_quota_bytes", "Bytes a colony may hold, 0 for any number",
                   self._service.quota),
            counter("colonies_file_received_bytes_total", "Bytes of files that came in",
                     traffic.received),
            counter("colonies_file_sent_bytes_total", "Bytes of files that went out",
                     traffic.sent),
            counter("colonies_file_freed_bytes_total",
                     "Bytes that were removed because nothing referred to them",
                     self._tidying.removed_bytes),
        ]  # fmt: skip


def _all(tx: Transaction, statement: Statement) -> list[Row]:
    return sorted(tx.all(statement), key=lambda row: str(row["colonyname"]))


def _sample(row: Row) -> Sample:
    return Sample(row["value"], {"colony": row["colonyname"]})
