"""The schema, as SQLModel tables.

Moments are nanoseconds since 1970, 0 for never. `seq` is the order of insertion and the key that
other tables refer to; the ids of the protocol are unique columns beside it. Wide JSON texts stand
last, so that reading the columns before them does not touch their pages.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Text, text
from sqlmodel import Field, SQLModel

_BIG = BigInteger().with_variant(Integer, "sqlite")


def _big(*, primary_key: bool = False) -> Column[int]:
    return Column(_BIG, primary_key=primary_key, nullable=False)


def _text() -> Column[str]:
    return Column(Text, nullable=False)


def _in_order_of_bytes(*, primary_key: bool = False) -> Column[str]:
    """A text that sorts by its bytes on every database, whatever its language."""
    kind = String().with_variant(String(collation="C"), "postgresql")
    return Column(kind, primary_key=primary_key, nullable=False)


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Setting(SQLModel, table=True):
    """A fact about the server, such as its id."""

    __tablename__ = "settings"

    name: str = Field(primary_key=True)
    value: str


class Counter(SQLModel, table=True):
    """The last number given out for a kind of row whose numbers are needed before the insert."""

    __tablename__ = "counters"

    name: str = Field(primary_key=True)
    value: int = Field(sa_column=_big())


class Batch(SQLModel, table=True):
    """The last batch that a writing connection to PostgreSQL committed, at a moment.

    Asked when a connection was lost in the middle of a commit. SQLite needs none.
    """

    __tablename__ = "batches"

    writer: str = Field(primary_key=True)
    number: int = Field(sa_column=_big())
    at: int = Field(sa_column=_big())


class Colony(SQLModel, table=True):
    """A colony and its owner's id."""

    __tablename__ = "colonies"

    seq: int = Field(sa_column=_big(primary_key=True))
    name: str = Field(unique=True)
    colonyid: str


class User(SQLModel, table=True):
    """A user of a colony."""

    __tablename__ = "users"
    __table_args__ = (
        Index("users_by_name", "colonyname", "name", unique=True),
        Index("users_by_id", "colonyname", "userid"),
    )

    seq: int = Field(sa_column=_big(primary_key=True))
    colonyname: str
    name: str
    userid: str
    email: str
    phone: str


class Pause(SQLModel, table=True):
    """A colony whose assignments are paused, since a moment."""

    __tablename__ = "pauses"

    colonyname: str = Field(primary_key=True)
    since: int = Field(sa_column=_big())


class Location(SQLModel, table=True):
    """A named place of a colony, in degrees."""

    __tablename__ = "locations"
    __table_args__ = (Index("locations_by_name", "colonyname", "name", unique=True),)

    seq: int = Field(sa_column=_big(primary_key=True))
    locationid: str
    colonyname: str
    name: str
    description: str = Field(sa_column=_text())
    long: float
    lat: float


class Executor(SQLModel, table=True):
    """An executor; `lease` is in seconds, 0 for none, `ownerid` the user that vouches for it."""

    __tablename__ = "executors"
    __table_args__ = (
        Index("executors_by_name", "colonyname", "executorname", unique=True),
        Index("executors_by_id", "colonyname", "executorid"),
        Index("executors_by_id_alone", "executorid"),
        Index(
            "executors_by_lease",
            "leasedeadline",
            sqlite_where=text("leasedeadline > 0"),
            postgresql_where=text("leasedeadline > 0"),
        ),
    )

    seq: int = Field(sa_column=_big(primary_key=True))
    colonyname: str
    executorname: str
    executorid: str
    executortype: str
    state: int
    requirefuncreg: bool = Field(sa_column=Column(Integer, nullable=False))
    commissiontime: int = Field(sa_column=_big())
    lastheardfromtime: int = Field(sa_column=_big())
    locationname: str
    ownerid: str
    lease: int
    leasedeadline: int = Field(sa_column=_big())
    blueprintid: str
    blueprintgen: int = Field(sa_column=_big())
    capabilities: str = Field(sa_column=_text())
    allocations: str = Field(sa_column=_text())


class Function(SQLModel, table=True):
    """A function an executor offers, with the times of its runs in seconds."""

    __tablename__ = "functions"
    __table_args__ = (Index("functions_by_executor", "colonyname", "executorname", "funcname"),)

    seq: int = Field(sa_column=_big(primary_key=True))
    functionid: str = Field(unique=True)
    colonyname: str
    executorname: str
    executortype: str
    funcname: str
    locationname: str
    counter: int = Field(sa_column=_big())
    minwaittime: float
    maxwaittime: float
    minexectime: float
    maxexectime: float
    avgwaittime: float
    avgexectime: float
    description: str = Field(sa_column=_text())
    args: str = Field(sa_column=_text())


class BlueprintDefinition(SQLModel, table=True):
    """A kind of blueprint; `definition` is its spec. Several definitions may name one `kind`."""

    __tablename__ = "blueprintdefinitions"
    __table_args__ = (
        Index("blueprintdefinitions_by_name", "colonyname", "name", unique=True),
        Index("blueprintdefinitions_by_kind", "colonyname", "kind", "name"),
    )

    seq: int = Field(sa_column=_big(primary_key=True))
    blueprintdefinitionid: str
    colonyname: str
    name: str
    kind: str
    ownkind: str
    createdat: int = Field(sa_column=_big())
    updatedat: int = Field(sa_column=_big())
    definition: str = Field(sa_column=_text())


class Blueprint(SQLModel, table=True):
    """A desired state; `reconciledat` and `reconciledby` are its last reconciliation's.

    `location` is the name of the location in lower case, for matching.
    """

    __tablename__ = "blueprints"
    __table_args__ = (
        Index("blueprints_by_name", "colonyname", "name", unique=True),
        Index("blueprints_by_kind", "colonyname", "kind", "name"),
    )

    seq: int = Field(sa_column=_big(primary_key=True))
    blueprintid: str = Field(unique=True)
    colonyname: str
    name: str
    kind: str
    locationname: str
    location: str
    generation: int = Field(sa_column=_big())
    createdat: int = Field(sa_column=_big())
    updatedat: int = Field(sa_column=_big())
    reconciledat: int = Field(sa_column=_big())
    reconciledby: str
    labels: str = Field(sa_column=_text())
    annotations: str = Field(sa_column=_text())
    status: str = Field(sa_column=_text())
    spec: str = Field(sa_column=_text())


class BlueprintChange(SQLModel, table=True):
    """A change of a blueprint that counted as a generation."""

    __tablename__ = "blueprintchanges"
    __table_args__ = (Index("blueprintchanges_of_blueprint", "colonyname", "blueprintid", "seq"),)

    seq: int = Field(sa_column=_big(primary_key=True))
    historyid: str
    blueprintid: str
    colonyname: str
    name: str
    kind: str
    generation: int = Field(sa_column=_big())
    at: int = Field(sa_column=_big())
    changedby: str
    changetype: str
    status: str = Field(sa_column=_text())
    spec: str = Field(sa_column=_text())


class Graph(SQLModel, table=True):
    """A submitted workflow with the number of its processes in each state."""

    __tablename__ = "graphs"
    __table_args__ = (
        Index("graphs_by_state", "colonyname", "state", "submissiontime"),
        _partial("graphs_kept", "endtime", where="state = 2"),
    )

    seq: int = Field(sa_column=_big(primary_key=True))
    processgraphid: str = Field(unique=True)
    colonyname: str
    initiatorid: str
    initiatorname: str
    state: int
    submissiontime: int = Field(sa_column=_big())
    starttime: int = Field(sa_column=_big())
    endtime: int = Field(sa_column=_big())
    revision: int = Field(sa_column=_big())
    waiting: int
    running: int
    success: int
    failed: int
    cancelled: int


class Remainder(SQLModel, table=True):
    """What is left to do of a change that takes several transactions; see `store.remainders`.

    It is about a workflow, or with `graphseq` 0 about the whole colony. Processes up to the number
    `reached` are done; after the moment `until` somebody else carries on.
    """

    __tablename__ = "remainders"

    graphseq: int = Field(
        sa_column=Column(_BIG, primary_key=True, autoincrement=False, nullable=False)
    )
    colonyname: str = Field(primary_key=True)
    purpose: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    reached: int = Field(sa_column=_big())
    until: int = Field(sa_column=_big())


def _queues(table: str, name: str, process: str, *, ready: str) -> Iterator[Index]:
    """What keeps ready work in order, see `store.heads`; `name` says whom it is for."""
    queue = ("colonyname", "executortype", name, "location")
    order = ("prioritytime", process)
    sized = f"{ready} AND (cpu > 0 OR mem > 0)"
    yield _partial(f"{table}_ready", *queue, *order, where=f"{ready} AND cpu = 0 AND mem = 0")
    yield _partial(f"{table}_ready_sized", *queue, *order, where=sized)
    yield _partial(f"{table}_ready_by_size", *queue, "cpu", "mem", *order, where=sized)


class Process(SQLModel, table=True):
    """A process. `pending` counts parents that have not succeeded; 0 means it may be assigned.

    `target` is empty for anyone, the one executor's name, or `*` when several are named.
    """

    __tablename__ = "processes"
    __table_args__ = (
        *_queues("processes", "target", "seq", ready="state = 0 AND pending = 0"),
        _partial("processes_waiting", "colonyname", "prioritytime", "seq", where="state = 0"),
        _partial("processes_running", "colonyname", "starttime", where="state = 1"),
        _partial("processes_ended", "colonyname", "state", "endtime", where="state > 1"),
        _partial("processes_held", "assignedexecutorid", where="state = 1"),
        _partial("processes_wait_due", "waitdeadline", where="state = 0 AND waitdeadline > 0"),
        _partial("processes_run_due", "execdeadline", where="state = 1 AND execdeadline > 0"),
        _partial("processes_of_graph", "graphseq", "seq", where="graphseq > 0"),
        _partial("processes_kept", "endtime", where="state = 2 AND graphseq = 0"),
    )

    seq: int = Field(sa_column=_big(primary_key=True))
    processid: str = Field(unique=True)
    colonyname: str
    graphseq: int = Field(sa_column=_big())
    processgraphid: str
    nodename: str
    funcname: str
    executortype: str
    location: str
    target: str
    label: str
    initiatorid: str
    initiatorname: str
    state: int
    pending: int
    prioritytime: int = Field(sa_column=_big())
    submissiontime: int = Field(sa_column=_big())
    starttime: int = Field(sa_column=_big())
    endtime: int = Field(sa_column=_big())
    waitdeadline: int = Field(sa_column=_big())
    execdeadline: int = Field(sa_column=_big())
    maxwaittime: int = Field(sa_column=_big())
    maxexectime: int = Field(sa_column=_big())
    maxretries: int = Field(sa_column=_big())
    retries: int
    cpu: int = Field(sa_column=_big())
    mem: int = Field(sa_column=_big())
    isassigned: int
    assignedexecutorid: str
    executorname: str
    input: str = Field(sa_column=_text())
    output: str = Field(sa_column=_text())
    errors: str = Field(sa_column=_text())
    spec: str = Field(sa_column=_text())


class Target(SQLModel, table=True):
    """One of several executors that a process names.

    It stands in that executor's queue with a copy of what decides; `ready` is 1 while the process
    may be assigned. A trigger keeps it so with each change of the process.
    """

    __tablename__ = "targets"
    __table_args__ = (*_queues("targets", "executorname", "process", ready="ready = 1"),)

    process: int = Field(sa_column=_big(primary_key=True))
    executorname: str = Field(primary_key=True)
    colonyname: str
    executortype: str
    location: str
    prioritytime: int = Field(sa_column=_big())
    cpu: int = Field(sa_column=_big())
    mem: int = Field(sa_column=_big())
    ready: int


class Edge(SQLModel, table=True):
    """A parent and a child, with the child's place among the parent's children and vice versa."""

    __tablename__ = "edges"
    __table_args__ = (
        Index("edges_of_parent", "parent", "childposition"),
        Index("edges_of_child", "child", "parentposition"),
    )

    seq: int = Field(sa_column=_big(primary_key=True))
    parent: int = Field(sa_column=_big())
    child: int = Field(sa_column=_big())
    parentposition: int
    childposition: int


class Channel(SQLModel, table=True):
    """A channel of a process that has not ended, or only just.

    `entries` and `bytes` count what it holds; `spent` is the moment up to which messages at the
    steady rate are used up. A turn is a stretch of entries of one sender: the log is in the order
    of turns and, within one, of the sender's sequence.
    """

    __tablename__ = "channels"
    __table_args__ = (Index("channels_by_name", "process", "name", unique=True),)

    seq: int = Field(sa_column=_big(primary_key=True))
    process: int = Field(sa_column=_big())
    name: str
    entries: int
    bytes: int = Field(sa_column=_big())
    spent: int = Field(sa_column=_big())
    turn: int
    speaker: str


class ChannelEntry(SQLModel, table=True):
    """A message in a channel; `seq` is also the order of arrival, `size` counts payload bytes."""

    __tablename__ = "channel_entries"
    __table_args__ = (
        Index("channel_entries_in_order", "channel", "turn", "sequence", "seq"),
        Index("channel_entries_by_arrival", "channel", "seq"),
    )

    seq: int = Field(sa_column=_big(primary_key=True))
    channel: int = Field(sa_column=_big())
    turn: int
    sequence: int = Field(sa_column=_big())
    inreplyto: int = Field(sa_column=_big())
    timestamp: int = Field(sa_column=_big())
    senderid: str
    payloadtype: str
    size: int
    payload: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))


class File(SQLModel, table=True):
    """A revision of a file; `place` is the label in the form labels are compared in.

    A number is never given out twice: it is the revision's number on the wire.
    """

    __tablename__ = "files"
    __table_args__ = (
        Index("files_by_name", "colonyname", "place", "name", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: int = Field(sa_column=_big(primary_key=True))
    fileid: str = Field(unique=True)
    colonyname: str
    place: str
    label: str
    name: str
    size: int = Field(sa_column=_big())
    checksum: str
    checksumalg: str
    added: int = Field(sa_column=_big())
    ref: str = Field(sa_column=_text())


class Snapshot(SQLModel, table=True):
    """A named list of revisions."""

    __tablename__ = "snapshots"
    __table_args__ = (Index("snapshots_by_name", "colonyname", "name", unique=True),)

    seq: int = Field(sa_column=_big(primary_key=True))
    snapshotid: str = Field(unique=True)
    colonyname: str
    name: str
    label: str
    added: int = Field(sa_column=_big())


class SnapshotFile(SQLModel, table=True):
    """A revision in a snapshot; it stays here when the revision is removed."""

    __tablename__ = "snapshot_files"

    snapshot: int = Field(sa_column=_big(primary_key=True))
    position: int = Field(primary_key=True)
    fileid: str


class Attribute(SQLModel, table=True):
    """A key and a text of a process; environment variables are attributes of type 3."""

    __tablename__ = "attributes"

    seq: int = Field(sa_column=_big(primary_key=True))
    attributeid: str = Field(unique=True)
    process: int = Field(sa_column=Column(_BIG, nullable=False, index=True))
    attributetype: int
    key: str
    value: str = Field(sa_column=_text())


class Log(SQLModel, table=True):
    """A line of a log; `timestamp` grows strictly within a process."""

    __tablename__ = "logs"
    __table_args__ = (
        Index("logs_of_process", "processid", "timestamp"),
        Index("logs_of_executor", "colonyname", "executorname", "timestamp"),
        Index("logs_of_colony", "colonyname", "timestamp"),
    )

    seq: int = Field(sa_column=_big(primary_key=True))
    processid: str
    colonyname: str
    executorname: str
    timestamp: int = Field(sa_column=_big())
    message: str = Field(sa_column=_text())


class Event(SQLModel, table=True):
    """A change of a process, written with the change itself; `revision` counts per workflow."""

    __tablename__ = "events"
    __table_args__ = (
        _partial("events_of_graph", "graphseq", "revision", where="graphseq > 0"),
        {"sqlite_autoincrement": True},
    )

    seq: int = Field(sa_column=_big(primary_key=True))
    colonyname: str
    graphseq: int = Field(sa_column=_big())
    revision: int = Field(sa_column=_big())
    process: int = Field(sa_column=_big())
    state: int
    executorname: str
    at: int = Field(sa_column=_big())


class Cron(SQLModel, table=True):
    """A cron; `interval` is in seconds. `nextrun` is the moment of the next start, 0 for never."""

    __tablename__ = "crons"
    __table_args__ = (
        Index("crons_by_name", "colonyname", "name", unique=True),
        _partial("crons_due", "nextrun", where="nextrun > 0"),
    )

    seq: int = Field(sa_column=_big(primary_key=True))
    cronid: str = Field(unique=True)
    colonyname: str
    name: str
    initiatorid: str
    initiatorname: str
    cronexpression: str
    interval: int = Field(sa_column=_big())
    random: int
    waitforprevprocessgraph: int
    nextrun: int = Field(sa_column=_big())
    lastrun: int = Field(sa_column=_big())
    prevgraphseq: int = Field(sa_column=_big())
    prevprocessgraphid: str
    workflowspec: str = Field(sa_column=_text())


class Generator(SQLModel, table=True):
    """A generator; `due` is when it is to be looked at though nothing was packed, 0 for never."""

    __tablename__ = "generators"
    __table_args__ = (
        Index("generators_by_name", "colonyname", "name", unique=True),
        _partial("generators_due", "due", where="due > 0"),
    )

    seq: int = Field(sa_column=_big(primary_key=True))
    generatorid: str = Field(unique=True)
    colonyname: str
    name: str
    initiatorid: str
    initiatorname: str
    trigger: int = Field(sa_column=_big())
    timeout: int = Field(sa_column=_big())
    firstpack: int = Field(sa_column=_big())
    lastrun: int = Field(sa_column=_big())
    due: int = Field(sa_column=_big())
    workflowspec: str = Field(sa_column=_text())


class Pack(SQLModel, table=True):
    """An argument packed for a generator; `seq` is its place in the queue."""

    __tablename__ = "packs"
    __table_args__ = (Index("packs_of_generator", "generator", "seq"),)

    seq: int = Field(sa_column=_big(primary_key=True))
    generator: int = Field(sa_column=_big())
    arg: str = Field(sa_column=_text())


class Credential(SQLModel, table=True):
    """Keys by which a member reaches the bytes of a colony's files as an S3 client.

    The secret is kept as it is: whoever checks a signature of S3 has to know it.
    """

    __tablename__ = "credentials"
    __table_args__ = (Index("credentials_of_member", "colonyname", "memberid", unique=True),)

    accesskey: str = Field(primary_key=True)
    secretkey: str
    colonyname: str
    memberid: str
    added: int = Field(sa_column=_big())


class Bucket(SQLModel, table=True):
    """A bucket of a colony; `added` is a moment."""

    __tablename__ = "buckets"

    colonyname: str = Field(primary_key=True)
    bucket: str = Field(primary_key=True)
    added: int = Field(sa_column=_big())


class StoredObject(SQLModel, table=True):
    """An object in a bucket: `pieces` and `meta` are JSON, the bytes lie elsewhere."""

    __tablename__ = "objects"

    colonyname: str = Field(primary_key=True)
    bucket: str = Field(primary_key=True)
    key: str = Field(sa_column=_in_order_of_bytes(primary_key=True))
    size: int = Field(sa_column=_big())
    etag: str
    modified: int = Field(sa_column=_big())
    meta: str = Field(sa_column=_text())
    pieces: str = Field(sa_column=_text())


class Usage(SQLModel, table=True):
    """How many bytes the objects of a colony hold together."""

    __tablename__ = "usages"

    colonyname: str = Field(primary_key=True)
    bytes: int = Field(sa_column=_big())


class Upload(SQLModel, table=True):
    """An object that is being sent in parts."""

    __tablename__ = "uploads"
    __table_args__ = (Index("uploads_of_bucket", "colonyname", "bucket", "key"),)

    uploadid: str = Field(primary_key=True)
    colonyname: str
    bucket: str
    key: str = Field(sa_column=_in_order_of_bytes())
    added: int = Field(sa_column=_big())
    meta: str = Field(sa_column=_text())


class Part(SQLModel, table=True):
    """One part of an upload; sent again it replaces what was there."""

    __tablename__ = "parts"

    uploadid: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    digest: str
    md5: str
    size: int = Field(sa_column=_big())
    modified: int = Field(sa_column=_big())
