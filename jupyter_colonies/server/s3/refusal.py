"""Errors as S3 clients understand them: a code of S3's own beside the HTTP status."""

from __future__ import annotations

from jupyter_colonies.errors import (
    AccessDenied,
    ColoniesError,
    Conflict,
    InvalidRequest,
    NoSuchBucket,
    NoSuchUpload,
    NotFound,
    OverQuota,
    PreconditionFailed,
    RequestError,
    ServerStopping,
    StorageFull,
)


class Refusal(RequestError):
    """A request that is refused with a code of S3's."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


CODES: dict[type[ColoniesError], tuple[int, str]] = {
    AccessDenied: (403, "AccessDenied"),
    NoSuchBucket: (404, "NoSuchBucket"),
    NoSuchUpload: (404, "NoSuchUpload"),
    NotFound: (404, "NoSuchKey"),
    Conflict: (409, "BucketNotEmpty"),
    OverQuota: (507, "QuotaExceeded"),
    PreconditionFailed: (412, "PreconditionFailed"),
    # Clients try again after a 500, which would not help.
    StorageFull: (507, "InsufficientStorage"),
    InvalidRequest: (400, "InvalidRequest"),
    # Clients of S3 try again after this one.
    ServerStopping: (503, "SlowDown"),
}


def refusal(error: ColoniesError) -> Refusal:
    """What to tell an S3 client of an error."""
    if isinstance(error, Refusal):
        return error
    for kind in type(error).__mro__:
        if kind in CODES:
            status, code = CODES[kind]
            return Refusal(status, code, error.message)
    return Refusal(500, "InternalError", error.message)


def malformed(what: str) -> Refusal:
    """The refusal of a body that can't be read."""
    return Refusal(400, "MalformedXML", f"The body of the request is no {what}")


def not_offered(what: str) -> Refusal:
    """The refusal of an operation that is not offered."""
    return Refusal(501, "NotImplemented", f"{what} is not offered here")
