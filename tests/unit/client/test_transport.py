import asyncio
import socket

import pytest

from jupyter_colonies.client.client import Client
from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.client.transport import FixedAddress, Transport
from jupyter_colonies.core import envelope
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import AccessDenied, ServerRefused, ServerUnreachable
from tests.unit.client.wire import http, reply, wire

KEY = "6d2fb6f546bacfd98c68769e61e0b44a697a30596c018a50e28200aa59b01c0a"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_connections_are_kept():
    async with wire(lambda n: http(b'{"n": %d}' % n)) as (made, endpoint):
        transport = Transport(FixedAddress(endpoint))
        assert await transport.exchange(b"one", 10) == b'{"n": 1}'
        assert await transport.exchange(b"two", 10) == b'{"n": 2}'
        assert made.connections == 1
        assert [body for _, body in made.requests] == [b"one", b"two"]
        transport.close()
        await made.gone.wait()


async def test_a_connection_the_server_closed_meanwhile_is_not_used_again():
    async with wire(lambda _: http(b"{}")) as (made, endpoint):
        transport = Transport(FixedAddress(endpoint))
        await transport.exchange(b"x", 10)
        made.close()
        await made.gone.wait()
        await transport.exchange(b"x", 10)
        assert made.connections == 2
        transport.close()


async def test_requests_at_the_same_time_have_connections_of_their_own():
    async with wire(lambda _: http(b"{}")) as (made, endpoint):
        transport = Transport(FixedAddress(endpoint))
        await asyncio.gather(*(transport.exchange(b"x", 10) for _ in range(5)))
        assert made.connections == 5
        transport.close()


async def test_a_server_that_closes_is_asked_over_a_new_connection():
    async with wire(lambda _: http(b"{}", headers="Connection: close\r\n")) as (made, endpoint):
        transport = Transport(FixedAddress(endpoint))
        for _ in range(2):
            await transport.exchange(b"x", 10)
        assert made.connections == 2


async def test_chunked_replies_are_read():
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
    async with wire(lambda _: chunked) as (made, endpoint):
        transport = Transport(FixedAddress(endpoint))
        assert await transport.exchange(b"x", 10) == b"{}"
        assert await transport.exchange(b"x", 10) == b"{}"
        assert made.connections == 1
        transport.close()


async def test_a_path_and_headers_of_a_proxy_are_used():
    async with wire(lambda _: http(b"{}")) as (made, endpoint):
        proxied = Endpoint(
            host=endpoint.host,
            port=endpoint.port,
            path="/user/x/colonies",
            headers=(("Authorization", "token t"),),
        )
        transport = Transport(FixedAddress(proxied))
        await transport.exchange(b"x", 10)
        head = made.requests[0][0]
        assert head.startswith("POST /user/x/colonies/api HTTP/1.1\r\n")
        assert "Authorization: token t\r\n" in head
        transport.close()


async def test_a_cancelled_call_closes_its_connection():
    async with wire(lambda _: b"") as (made, endpoint):
        transport = Transport(FixedAddress(endpoint))
        call = asyncio.create_task(transport.exchange(b"x", 60))
        await made.arrived.wait()
        call.cancel()
        await made.gone.wait()
        with pytest.raises(asyncio.CancelledError):
            await call


async def test_nothing_listening_is_told_apart_and_says_what_to_do():
    transport = Transport(FixedAddress(Endpoint(host="127.0.0.1", port=free_port())))
    with pytest.raises(ServerUnreachable, match="nothing listens there. Start it with `jupyter"):
        await transport.exchange(b"x", 10)
    with pytest.raises(ServerUnreachable, match="nothing listens there"):
        await anext(transport.frames([b"x"]))


async def test_a_broken_connection_does_not_pretend_to_know():
    async with wire(lambda _: None) as (_, endpoint):
        with pytest.raises(ServerUnreachable, match="is not known: look before repeating it"):
            await Transport(FixedAddress(endpoint)).exchange(b"x", 10)
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"
    async with wire(lambda n: cut if n == 1 else None) as (made, endpoint):
        call = asyncio.create_task(Transport(FixedAddress(endpoint)).exchange(b"x", 0.2))
        with pytest.raises(ServerUnreachable, match="did not answer within"):
            await call
        await made.gone.wait()


async def test_an_answer_of_another_program_is_recognized():
    page = http(b"<html>Bad gateway</html>", status="502 Bad Gateway")
    async with wire(lambda _: page) as (_, endpoint):
        transport = Transport(FixedAddress(endpoint))
        with pytest.raises(ServerRefused, match="HTTP 502 .* no Colonies reply") as caught:
            await transport.exchange(b"x", 10)
        assert caught.value.status == 502
        with pytest.raises(ServerRefused, match="subscription"):
            await anext(transport.frames([b"x"]))
        transport.close()


async def answered(value, call):
    async with wire(lambda _: http(reply(value))) as (made, endpoint):
        client = Client(endpoint, KEY)
        try:
            return await call(client), made
        finally:
            await client.close()


async def test_null_is_an_empty_list_as_the_original_server_writes_it():
    result, _ = await answered(b"null", lambda client: client.get_executors(colonyname="dev"))
    assert result == []


async def test_the_original_servers_nulls_and_times_are_read():
    process = {
        "processid": "p",
        "parents": None,
        "in": None,
        "errors": None,
        "starttime": "0000-12-31T16:07:02-07:52",
        "endtime": "0001-01-01T01:12:12+01:12",
        "submissiontime": "2024-07-02T18:02:22.123456789+02:00",
        "spec": {"args": None, "conditions": {"executornames": None}, "channels": None},
        "something": "new",
    }
    result, _ = await answered(process, lambda client: client.get_process(processid="p"))
    assert (result.parents, result.starttime) == ([], NEVER)
    assert result.endtime.year == 1
    assert result.submissiontime.microsecond == 123457
    assert result.spec.dependencies == []


async def test_an_answer_of_a_wrong_form_is_an_error_of_ours():
    with pytest.raises(ServerRefused, match="answer to getprocessmsg can't be read"):
        await answered({"state": "done"}, lambda client: client.get_process(processid="p"))


async def test_errors_of_the_server_are_raised_as_what_they_are():
    _, refusal = envelope.refusal(AccessDenied("Access denied, not colony owner"))
    async with wire(lambda _: http(refusal, status="403 Forbidden")) as (_, endpoint):
        client = Client(endpoint, KEY)
        with pytest.raises(AccessDenied, match="not colony owner"):
            await client.get_colonies()
        await client.close()


async def test_requests_are_signed_and_those_open_to_anyone_are_not():
    _, made = await answered([], lambda client: client.get_colonies())
    assert len(envelope.opened(made.requests[0][1]).signature) == 130
    _, made = await answered({}, lambda client: client.get_server_info())
    assert envelope.opened(made.requests[0][1]).signature == ""


async def test_another_identity_shares_the_connections():
    async with wire(lambda _: http(reply([]))) as (made, endpoint):
        client = Client(endpoint, KEY)
        other = client.signed_by("1" * 64)
        await client.get_colonies()
        await other.get_colonies()
        assert client.id != other.id
        assert made.connections == 1
        assert "1" * 64 not in repr(other) + str(vars(other)["_transport"])
        await client.close()
