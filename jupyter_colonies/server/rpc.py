"""The Colonies RPC: the bytes of a request in, status and bytes of the reply out.

Every outcome is a reply envelope, so that no client ever meets a body it can't parse (protocol
part 01, sections 1.4 to 1.6). Whatever front received the bytes calls `answer`.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import Any, NamedTuple

import msgspec

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import culprit, envelope, identity
from jupyter_colonies.core.decoding import decode
from jupyter_colonies.core.messages.registry import REGISTRY, Message
from jupyter_colonies.core.messages.server import SERVER_INFO, VERSION, GetServerInfo
from jupyter_colonies.errors import (
    AccessDenied,
    ColoniesError,
    InvalidRequest,
    ServerError,
    Unstorable,
)
from jupyter_colonies.server.guard import Guard

LARGE_BODY = 256 * 1024

log = logging.getLogger(__name__)

_encode = msgspec.json.Encoder().encode


class Opened(NamedTuple):
    """A request that was read and whose signer is known."""

    message: Message[Any, Any]
    request: Any
    callerid: str


async def answer(
    broker: Broker,
    body: bytes,
    gone: asyncio.Event | None = None,
    guard: Guard | None = None,
) -> tuple[int, bytes]:
    """HTTP status and body of the reply to a request body; never raises.

    `gone` is set by the front when the client has closed its connection. `guard` knows how often
    whoever signed it may come.
    """
    try:
        opened = await read(body)
        if guard is not None and opened.callerid:
            guard.known(opened.callerid)
        result = await _carry_out(broker, opened, gone)
        return 200, envelope.reply(opened.message.reply_type, _encode(result))
    except ColoniesError as error:
        return envelope.refusal(error)
    except Exception as error:  # noqa: BLE001 - a client must get an envelope whatever happens
        return envelope.refusal(unexpected(error))


async def _carry_out(broker: Broker, opened: Opened, gone: asyncio.Event | None) -> Any:
    try:
        return await broker.call(opened.message, opened.request, opened.callerid, gone=gone)
    except Unstorable as error:
        raise InvalidRequest(error.message + culprit.named(opened.request)) from None


async def read(body: bytes) -> Opened:
    """Read a request; large bodies, and slow signatures, on another thread.

    Raises InvalidRequest or AccessDenied as protocol part 01, section 1.4 orders them.
    """
    if len(body) > LARGE_BODY or isinstance(identity.CURVE, identity.EcdsaCurve):
        return await asyncio.to_thread(open_request, body)
    return open_request(body)


def open_request(body: bytes) -> Opened:
    """Steps 1 to 7 of protocol part 01, section 1.4, for a request over HTTP."""
    sealed = envelope.opened(body)
    if sealed.payloadtype == VERSION.type:
        return Opened(VERSION, message_of(VERSION, sealed.payload), "")
    if sealed.payloadtype == SERVER_INFO.type:
        return Opened(SERVER_INFO, _server_info_request(sealed.payload), "")
    callerid = identity.recover(sealed.payload, sealed.signature)
    message = REGISTRY.get(sealed.payloadtype)
    if message is None or message.streams:
        raise unknown_type(sealed.payloadtype)
    return Opened(message, message_of(message, sealed.payload), callerid)


def message_of(message: Message[Any, Any], payload: str) -> Any:
    """The message inside a payload; the broker checks its `msgtype`.

    Raises InvalidRequest (protocol part 01, section 1.4, step 7).
    """
    try:
        return decode(envelope.contents(payload), message.request)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise InvalidRequest(f"Failed to {message.does}, invalid JSON: {error}") from None


def unknown_type(payloadtype: str) -> AccessDenied:
    """The refusal of a message type (protocol part 01, section 1.4, step 5)."""
    if payloadtype:
        return AccessDenied(f"invalid rpcMsg.PayloadType: {payloadtype}")
    return AccessDenied(
        "invalid rpcMsg.PayloadType: empty (this usually means the client is misconfigured - "
        "check that COLONIES_PRVKEY and other environment variables are set correctly)"
    )


def unexpected(error: Exception) -> ServerError:
    """Log an error nobody foresaw and give the one that the client is told."""
    request = secrets.token_hex(4)
    told = {"request": request}
    log.error("Request %s failed unexpectedly", request, exc_info=error, extra=told)
    return ServerError(
        f"Internal error ({type(error).__name__}): nothing was stored, the server's log says more "
        f"about request {request}"
    )


def _server_info_request(payload: str) -> GetServerInfo:
    """Server info ignores what it is sent, apart from a readable nonce (part 01, 4.11)."""
    try:
        nonce = decode(envelope.contents(payload), GetServerInfo).nonce
    except (msgspec.MsgspecError, ValueError, RecursionError):
        nonce = ""
    return GetServerInfo(msgtype=SERVER_INFO.type, nonce=nonce)
