"""The requests of S3 clients on the own port; they are known by their signature."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator

from tornado import iostream, web
from tornado.httputil import HTTPServerRequest

from jupyter_colonies.broker.origin import ORIGIN, Origin
from jupyter_colonies.core import signature4
from jupyter_colonies.errors import ColoniesError, ServerStopping
from jupyter_colonies.server.audit.entry import Who
from jupyter_colonies.server.presence import STOPPING, Presence
from jupyter_colonies.server.s3 import buckets, copying, objects, offers, uploads, xml
from jupyter_colonies.server.s3.answer import Answer
from jupyter_colonies.server.s3.reception import Reception
from jupyter_colonies.server.s3.refusal import Refusal, not_offered, refusal
from jupyter_colonies.server.s3.visit import Service, Visit, admit, head_of
from jupyter_colonies.server.shield import shield

LARGEST_UPLOAD = 5 * 1024**4

WITHOUT_BODY: dict[tuple[str, str], Callable[[Visit], Awaitable[Answer]]] = {
    ("root", "GET"): buckets.list_buckets,
    ("bucket", "GET"): buckets.read,
    ("bucket", "HEAD"): buckets.look,
    ("bucket", "PUT"): buckets.make,
    ("bucket", "DELETE"): buckets.remove,
    ("key", "GET"): objects.read,
    ("key", "HEAD"): objects.read,
    ("key", "PUT"): copying.copy,
    ("key", "DELETE"): objects.remove,
    ("upload", "GET"): uploads.parts,
    ("upload", "PUT"): copying.copy,
    ("upload", "DELETE"): uploads.give_up,
    ("uploads", "POST"): uploads.begin,
}
WITH_BODY: dict[tuple[str, str], Callable[[Visit, bytes], Awaitable[Answer]]] = {
    ("bucket", "POST"): buckets.remove_several,
    ("upload", "POST"): uploads.complete,
}
TAKES_BYTES = (("key", "PUT"), ("upload", "PUT"))

_log = logging.getLogger(__name__)


def is_for_s3(request: HTTPServerRequest) -> bool:
    """Whether an S3 client sent a request."""
    return signature4.claims(head_of(request))


def face(service: Service, presence: Presence) -> web.Application:
    """The routes of S3 clients."""
    return web.Application(
        [(r"/.*", S3Handler, {"service": service, "presence": presence})],
        log_function=lambda handler: None,  # noqa: ARG005 - tornado gives the handler
    )


@web.stream_request_body
class S3Handler(web.RequestHandler):
    """Every operation on buckets and objects."""

    def initialize(self, service: Service, presence: Presence) -> None:
        """Take the service."""
        self._service = service
        self._presence = presence
        self._visit: Visit | None = None
        self._reception: Reception | None = None
        self._small: list[bytes] = []
        self._small_size = 0

    def set_default_headers(self) -> None:
        """Nothing of the server's own."""
        shield(self)
        self.clear_header("Content-Type")

    def compute_etag(self) -> None:
        """The objects' own ETags are sent, no others."""

    async def prepare(self) -> None:
        """Check the signature, and be ready for the body, before the body is sent."""
        try:
            if self._presence.stopping:
                raise ServerStopping(STOPPING)
            ORIGIN.set(Origin("s3", self.request.remote_ip or "", "s3 keys"))
            visit = self._visit = await admit(self._service, head_of(self.request), time.time_ns())
            offers.check(visit)
            if self._takes_bytes(visit):
                await objects.check_target(visit)
                connection = self.request.connection
                connection.set_max_body_size(LARGEST_UPLOAD)  # type: ignore[union-attr]
                self._reception = Reception.begin(
                    self._service.blobs, visit.claim, visit.owner.secretkey,
                    dict(visit.head.headers),
                )  # fmt: skip
        except ColoniesError as error:
            self._refuse(error)
            # The body that is on its way is not wanted.
            self.set_header("Connection", "close")
            self.finish()

    async def data_received(self, chunk: bytes) -> None:
        """More of the body."""
        if self._reception is not None:
            self._service.traffic.received += len(chunk)
            await self._reception.take(chunk)
        elif self._small_size <= xml.LARGEST:
            self._small.append(chunk)
            self._small_size += len(chunk)

    async def _act(self) -> None:
        with self._presence.exchange():
            try:
                await self._send(await self._answer())
            except ColoniesError as error:
                self._refuse(error)
            except iostream.StreamClosedError:
                return
            finally:
                self._note()
                await self._drop()

    def _note(self) -> None:
        """What an S3 client changed, or was not allowed to change, is written down."""
        visit, audit = self._visit, self._service.audit
        if audit is None or visit is None or visit.head.method in ("GET", "HEAD"):
            return
        objects = {"bucket": [visit.bucket], "key": [visit.key]} if visit.key else {}
        audit.note(
            Who("", visit.owner.memberid),
            f"s3 {visit.head.method.lower()} {offers.subject(visit)}",
            visit.owner.colonyname,
            objects or {"bucket": [visit.bucket]},
            self.get_status(),
        )

    get = head = put = post = delete = _act

    def on_connection_close(self) -> None:
        """The client left in the middle: nothing of its upload stays."""
        asyncio.ensure_future(self._drop())  # noqa: RUF006 - it ends by itself

    async def _drop(self) -> None:
        reception, self._reception = self._reception, None
        if reception is not None:
            await reception.drop()

    def _takes_bytes(self, visit: Visit) -> bool:
        what = (offers.subject(visit), visit.head.method)
        return what in TAKES_BYTES and copying.SOURCE not in visit.head.headers

    async def _answer(self) -> Answer:
        visit = self._visit
        assert visit is not None
        if self._small_size > xml.LARGEST:
            raise Refusal(400, "EntityTooLarge", "The body of the request is too large")
        body = b"".join(self._small)
        if self._reception is not None:
            blob = await self._reception.complete()
            return await (uploads.put_part if "uploadId" in visit.query else objects.put)(
                visit, blob
            )
        what = (offers.subject(visit), visit.head.method)
        if what in WITHOUT_BODY:
            return await WITHOUT_BODY[what](visit)
        if what in WITH_BODY:
            return await WITH_BODY[what](visit, body)
        raise not_offered(f"{visit.head.method} here")

    async def _send(self, answer: Answer) -> None:
        self.set_status(answer.status)
        for name, value in answer.headers.items():
            self.set_header(name, value)
        if answer.length is not None:
            self.set_header("Content-Length", str(answer.length))
        if answer.stream is None:
            if answer.body:
                self.write(answer.body)
            return
        try:
            while chunk := await asyncio.to_thread(_next, answer.stream):
                self.write(chunk)
                await self.flush()
                self._service.traffic.sent += len(chunk)
        except ColoniesError as error:
            _log.error("An object can't be read: %s", error.message)
            # What was sent can't be taken back: the client has to see that it is not all.
            self.request.connection.stream.close()  # type: ignore[union-attr]
            raise iostream.StreamClosedError(error) from None

    def _refuse(self, error: ColoniesError) -> None:
        why = refusal(error)
        self.clear()
        self.set_status(why.status)
        if self.request.method != "HEAD":
            self.set_header("Content-Type", xml.MEDIA_TYPE)
            self.write(xml.error(why, self.request.path))


def _next(stream: Iterator[bytes]) -> bytes:
    return next(stream, b"")
