"""Everything that can go wrong, as one tree.

The class says what kind of thing happened, the message says what exactly and what to do.
`HTTP_STATUS` is the one place that maps errors to HTTP: the status of the Colonies RPC, which
follows the original server even where that is odd, and the status of the REST API.
"""

from __future__ import annotations


class ColoniesError(Exception):
    """Base of every error raised by this package."""

    @property
    def message(self) -> str:
        """The text for people and for the wire."""
        return str(self.args[0]) if self.args else type(self).__name__


class RequestError(ColoniesError):
    """A request was understood as far as possible and refused; nothing was changed."""


class InvalidRequest(RequestError):
    """The request is malformed or breaks a rule: correct it and send it again."""


class Unspecific(InvalidRequest):
    """The request does not say what it is about; the original reports an internal error."""


class Unstorable(InvalidRequest):
    """The database can't hold a value of the request, such as a text with a NUL character."""


class FaultyField(InvalidRequest):
    """One part of the request can't be read or is not allowed: the message names it.

    `part` is `pointer` (a JSON pointer into the body), `parameter` (a name in path or query) or
    `header`; `place` is which one.
    """

    def __init__(self, message: str, part: str, place: str) -> None:
        super().__init__(message)
        self.part = part
        self.place = place


class NameTaken(InvalidRequest):
    """Something has this name already; the original server takes that for a malformed request."""


class Absent(InvalidRequest):
    """The named object does not exist; the original server takes that for a malformed request."""


class TooLarge(RequestError):
    """The request has more bytes than is taken: the message says how many it may have."""


class WrongMedia(RequestError):
    """The body is of a kind that this resource does not take."""


class OutOfRange(RequestError):
    """The header `Range` asks for bytes that the file does not have."""


class KeyReused(RequestError):
    """The idempotency key came with another request before: take a new one for a new request."""


class InvalidSpec(RequestError):
    """A function spec or workflow file can't be read: the message names file, line and key."""


class InvalidWorkflow(RequestError):
    """The workflow breaks a rule of the DAG: the message names the node.

    `at` is the path to the fault in the list of function specs, empty if it has no one place.
    """

    def __init__(self, message: str, at: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.at = at


class AccessDenied(RequestError):
    """The identity that signed the request may not do this."""


class Unproven(AccessDenied):
    """Nothing that can be accepted proves who sent the request: the message says what would."""


class NotFound(RequestError):
    """The named object does not exist."""


class UnknownObject(NotFound):
    """The named object does not exist; the original server reports this as an internal error."""


class NoSuchBucket(NotFound):
    """The colony has no bucket of that name."""


class NoSuchUpload(NotFound):
    """The upload was completed, was given up, or never began."""


class NothingToAssign(NotFound):
    """No process was available for this executor within the time it was willing to wait."""


class AssignmentsPaused(NothingToAssign):
    """The colony's owner has paused assignments: ask again once they are resumed."""


class PauseOutlasted(AssignmentsPaused):
    """Assignments were still paused when the time was over that the executor could wait."""


class UnknownInitiator(RequestError):
    """The submitter is neither an executor nor a user of the colony."""


class NotAnExecutor(RequestError):
    """Only executors can be assigned processes; this identity is a user."""


class Conflict(RequestError):
    """The object is in use or exists already."""


class PreconditionFailed(RequestError):
    """What is there is not what the request expected: look at it again."""


class OverQuota(RequestError):
    """The colony holds as many bytes as it may: remove files, or have the quota raised."""


class AlreadyThere(Conflict):
    """The name is taken; the original server reports this as an internal error."""


class LimitReached(RequestError):
    """A limit of size, number or rate was reached: the message says which."""


class TooManyHeaders(TooLarge):
    """The head of the request has too many lines, or too long ones."""


class TooManyRequests(RequestError):
    """More came than the server takes at a time; `wait` is in seconds, 0 if it is not known."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


class ServerError(ColoniesError):
    """The server could not carry out a correct request; nothing of it was stored."""


class StorageFailed(ServerError):
    """The database refused or could not complete a write: look at the server's log and disk."""


class StorageFull(StorageFailed):
    """No room is left for the database: free some. The server need not be restarted."""


class StorageUnwritable(StorageFailed):
    """The disk refuses to be written: look at it. The server need not be restarted."""


class ServerStopping(ServerError):
    """The server is shutting down: try again in a moment."""


class Superseded(ServerStopping):
    """Another server has taken the database over: this one writes no more."""


class HostLost(ServerError):
    """The server that a request was forwarded to ended: what became of it is not known."""


class UnsupportedSchema(ServerError):
    """The database was written by a newer version: upgrade jupyter_colonies or use another file."""


class InvalidConfiguration(ServerError):
    """A setting of the server can't be used: the message names the setting."""


class ClientError(ColoniesError):
    """A request could not be made or its answer could not be used."""


class RecordMismatch(ClientError):
    """The record of a run is not as it was signed: the message says what was changed."""


class NoServer(ClientError):
    """No Colonies server was found: the message lists where was looked."""


class ServerUnreachable(ClientError):
    """The server does not answer at its address: start it, or connect to another."""


AWAY = (ServerUnreachable, ServerStopping, NoServer)
"""What is raised while a server is away and may be back later."""


class SchedulerUnreachable(ClientError):
    """The scheduler of a Dask cluster does not answer at its address."""


class UntrustedServer(ClientError):
    """Something answers at the server's address that is not the server of the runtime file."""


class ServerRefused(ClientError):
    """The server answered with an error that has no class of its own; `status` holds its code."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class NoObjectStore(ClientError):
    """Nothing says where the bytes of files are kept: the message says which variables would."""


class DamagedBytes(ClientError):
    """The bytes that came are not those that were stored: fetch the file again, or put it anew."""


class FileTroubles(ClientError):
    """A file or folder of this machine can't be used: the message says which and why."""


class FilesAtFault(ClientError):
    """A check found files whose bytes are missing or are not what they were."""


class SyncIncomplete(ClientError):
    """Not everything was synced: the message says how much; the rest is in its place."""


class InvalidCell(ClientError):
    """The code of a notebook cell can't become an executor: the message shows the line."""


class ProcessFailed(ClientError):
    """A process ended in state failed; the message carries the process's own errors."""


class ProcessCancelled(ProcessFailed):
    """A process was cancelled before it finished."""


class WaitTimeout(ClientError):
    """The wait ended before the process or workflow did; the work itself goes on."""


HTTP_STATUS: dict[type[ColoniesError], tuple[int, int]] = {
    # error: (status on the RPC, status on REST)
    InvalidRequest: (400, 400),
    Unspecific: (500, 400),
    InvalidSpec: (400, 400),
    InvalidWorkflow: (500, 400),
    AccessDenied: (403, 403),
    Unproven: (403, 401),
    NotFound: (404, 404),
    UnknownObject: (500, 404),
    NothingToAssign: (404, 404),
    AssignmentsPaused: (503, 503),
    PauseOutlasted: (408, 503),
    NameTaken: (400, 409),
    Absent: (400, 404),
    TooLarge: (413, 413),
    WrongMedia: (415, 415),
    OutOfRange: (416, 416),
    KeyReused: (422, 422),
    UnknownInitiator: (500, 403),
    NotAnExecutor: (500, 403),
    AlreadyThere: (500, 409),
    Conflict: (409, 409),
    LimitReached: (500, 429),
    TooManyHeaders: (431, 431),
    TooManyRequests: (429, 429),
    PreconditionFailed: (412, 412),
    OverQuota: (507, 507),
    StorageFull: (507, 507),
    StorageUnwritable: (503, 503),
    StorageFailed: (500, 503),
    ServerStopping: (503, 503),
    HostLost: (502, 502),
    ServerError: (500, 500),
}


def _status(error: ColoniesError, face: int) -> int:
    for kind in type(error).__mro__:
        if kind in HTTP_STATUS:
            return HTTP_STATUS[kind][face]
    return 500


def rpc_status(error: ColoniesError) -> int:
    """HTTP status of an error on the Colonies RPC (protocol part 01, section 1.6)."""
    return _status(error, 0)


def rest_status(error: ColoniesError) -> int:
    """HTTP status of an error on the REST API."""
    return _status(error, 1)


def from_reply(status: int, message: str) -> ColoniesError:
    """The error to raise for an error reply of a server (protocol part 01, section 1.6)."""
    kinds: dict[int, type[ColoniesError]] = {
        400: InvalidRequest,
        403: AccessDenied,
        404: NotFound,
        409: Conflict,
        413: TooLarge,
        429: TooManyRequests,
        503: ServerStopping,
        507: StorageFull,
    }
    if message == "No process available for assignment":
        return NothingToAssign(message)
    if "colony assignments are paused" in message:
        return PauseOutlasted(message) if status == 408 else AssignmentsPaused(message)
    if status in kinds:
        return kinds[status](message)
    return ServerRefused(message, status)
