"""What goes wrong while bytes come and go: nothing half visible, nothing left behind."""

import asyncio
import http.client
import resource
import socket
import time

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import ServerRefused
from tests.integration.boto import client_of
from tests.integration.test_server_port import rpc
from tests.unit.commands.conftest import Desk

MB = 1024 * 1024
BUCKET = "colonies"


@pytest.fixture(scope="module")
def keys(server):
    return rpc(server, "getcredentialsmsg", server.user_key, colonyname="dev")


@pytest.fixture(scope="module")
def s3(server, keys):
    client = client_of(server, keys)
    yield client
    client.close()


@pytest.fixture
def full_disk():
    """No file grows beyond a megabyte, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MB, before[1]))
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before)
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def incoming(server):
    return list((server.data / "blobs" / "incoming").glob("*"))


def body(s3, key):
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def put(keys, server, key, data, *, signed):
    """The head of a signed upload, with the digest of the bytes that are said to follow."""
    request = AWSRequest("PUT", f"http://{server.host}:{server.port}/{BUCKET}/{key}", data=signed)
    request.headers["Content-Length"] = str(len(data))
    credentials = Credentials(keys["accesskey"], keys["secretkey"])
    signer = S3SigV4Auth(credentials, "s3", keys["region"])
    signer.add_auth(request)
    headers = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    host = f"Host: {server.host}:{server.port}\r\n"
    return f"PUT /{BUCKET}/{key} HTTP/1.1\r\n{host}{headers}\r\n".encode()


def test_a_full_disk_refuses_uploads_and_passes(server, s3, full_disk):
    s3.put_object(Bucket=BUCKET, Key="full", Body=b"before")
    with pytest.raises(ClientError, match=r"InsufficientStorage.*File too large"):
        s3.put_object(Bucket=BUCKET, Key="full", Body=b"x" * 4 * MB)
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="full")["UploadId"]
    with pytest.raises(ClientError, match="InsufficientStorage"):
        s3.upload_part(Bucket=BUCKET, Key="full", UploadId=upload, PartNumber=1, Body=b"x" * 4 * MB)
    assert body(s3, "full") == b"before"
    assert "Parts" not in s3.list_parts(Bucket=BUCKET, Key="full", UploadId=upload)
    s3.abort_multipart_upload(Bucket=BUCKET, Key="full", UploadId=upload)
    desk = Desk(server)
    with pytest.raises(ServerRefused, match="InsufficientStorage"):
        desk.colony.files.put(b"x" * 4 * MB, "/full", "file")
    assert desk.colony.files.list("/full") == []
    assert incoming(server) == []
    full_disk()
    desk.colony.files.put(b"x" * 4 * MB, "/full", "file")
    desk.colony.close()


def test_a_body_that_ends_early_leaves_nothing(server, keys, s3):
    s3.put_object(Bucket=BUCKET, Key="cut", Body=b"before")
    data = b"x" * 4 * MB
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(put(keys, server, "cut", data, signed=data) + data[: 3 * MB])
        until(lambda: incoming(server))
    until(lambda: not incoming(server))
    assert body(s3, "cut") == b"before"


def test_other_bytes_than_were_signed_leave_nothing(server, keys, s3):
    data = b"x" * 2 * MB
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(put(keys, server, "forged", data, signed=b"y" * 2 * MB) + data)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert (answer.status, b"XAmzContentSHA256Mismatch" in answer.read()) == (400, True)
    with pytest.raises(ClientError, match="NoSuchKey"):
        body(s3, "forged")
    assert incoming(server) == []


def test_a_removed_object_is_read_to_its_end(server, s3):
    upload = {"Bucket": BUCKET, "Key": "read"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    parts = []
    for number, letter in enumerate("abcd", start=1):
        data = letter.encode() * 5 * MB
        tag = s3.upload_part(**upload, PartNumber=number, Body=data)["ETag"]
        parts.append({"PartNumber": number, "ETag": tag})
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    stream = s3.get_object(Bucket=BUCKET, Key="read")["Body"]
    assert stream.read(1) == b"a"
    s3.delete_object(Bucket=BUCKET, Key="read")
    for hours in (2, 4):
        tidy(server, hours)
    assert len(stream.read()) == 20 * MB - 1
    stream.close()
    until(lambda: not server.broker.verifier.blobs.in_use)
    tidy(server, 5)
    assert server.hosting.tidying.removed_bytes >= 20 * MB


def test_bytes_that_come_again_while_they_are_removed_stay(server, s3):
    s3.put_object(Bucket=BUCKET, Key="again", Body=b"came twice")
    s3.delete_object(Bucket=BUCKET, Key="again")
    tidy(server, 2)
    s3.put_object(Bucket=BUCKET, Key="again", Body=b"came twice")
    tidy(server, 4)
    assert body(s3, "again") == b"came twice"


def tidy(server, hours):
    """Look for free bytes so many hours from now."""
    now = time.time_ns() + hours * 3600 * SECOND
    looking = server.hosting.tidying.tidy(now)
    return asyncio.run_coroutine_threadsafe(looking, server.loop).result(60)


def until(holds):
    """Wait for something that happens on another thread."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
