"""The outer form of every request and reply (protocol part 01, sections 1.3 to 1.6)."""

from __future__ import annotations

import base64

import msgspec

from jupyter_colonies.core import decoding, identity
from jupyter_colonies.errors import ColoniesError, InvalidRequest, from_reply, rpc_status

ERROR = "error"


class RequestEnvelope(msgspec.Struct, kw_only=True):
    """A message type, its base64 payload and the signature over that payload."""

    payloadtype: str = ""
    payload: str = ""
    signature: str = ""


class ReplyEnvelope(msgspec.Struct, kw_only=True):
    """A base64 payload and whether it is an error."""

    payloadtype: str = ""
    payload: str = ""
    error: bool = False


class Failure(msgspec.Struct, kw_only=True):
    """The payload of an error reply."""

    status: int = 500
    message: str = ""


_reply_decoder = msgspec.json.Decoder(ReplyEnvelope)
_encode = msgspec.json.Encoder().encode


def sealed(payloadtype: str, message: bytes, private_key: str) -> bytes:
    """A signed request ready to be sent."""
    payload = base64.b64encode(message).decode()
    signature = identity.sign(payload, private_key) if private_key else ""
    return _encode(RequestEnvelope(payloadtype=payloadtype, payload=payload, signature=signature))


def opened(body: bytes) -> RequestEnvelope:
    """The envelope of a request body. Raises InvalidRequest if it is none."""
    try:
        return decoding.decode(body, RequestEnvelope)
    except msgspec.MsgspecError as error:
        raise InvalidRequest(f"The request is not an envelope: {error}") from None


def contents(payload: str) -> bytes:
    """The message inside a payload; broken base64 shows up as JSON that can't be read."""
    try:
        return base64.b64decode(payload)
    except ValueError:
        return b""


def reply(payloadtype: str, message: bytes) -> bytes:
    """The body of a successful reply."""
    return _encode(
        ReplyEnvelope(payloadtype=payloadtype, payload=base64.b64encode(message).decode())
    )


def refusal(error: ColoniesError) -> tuple[int, bytes]:
    """HTTP status and body of an error reply; both carry the same status."""
    status = rpc_status(error)
    failure = _encode(Failure(status=status, message=error.message))
    body = _encode(
        ReplyEnvelope(payloadtype=ERROR, payload=base64.b64encode(failure).decode(), error=True)
    )
    return status, body


def result(body: bytes) -> tuple[str, bytes]:
    """Payload type and message of a reply body.

    Raises the error the server reported, or InvalidRequest if the body is no reply.
    """
    try:
        envelope = _reply_decoder.decode(body)
        message = base64.b64decode(envelope.payload)
        if envelope.error:
            failure = msgspec.json.decode(message, type=Failure)
            raise from_reply(failure.status, failure.message)
    except (msgspec.MsgspecError, ValueError) as error:
        raise InvalidRequest(
            f"The answer is not a Colonies reply ({error}): is this a Colonies server's address?"
        ) from None
    return envelope.payloadtype, message
