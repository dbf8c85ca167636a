"""The bytes of files under a server that is killed, and in gigabytes."""

import hashlib
import io
import os
import socket
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.client import Config

from tests.integration.killing import Server

MB = 1024 * 1024
BUCKET = "colonies"


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path)
    yield server
    server.kill()


def client(server):
    """A boto3 client with the keys of the colony's user; starts the server."""
    wire = server.start()
    keys = wire.call("getcredentialsmsg", server.key("user"), colonyname="dev")
    return boto3.client(
        "s3",
        endpoint_url=f"http://{wire.host}:{wire.port}",
        aws_access_key_id=keys["accesskey"],
        aws_secret_access_key=keys["secretkey"],
        region_name=keys["region"],
        config=Config(retries={"max_attempts": 1}, signature_version="s3v4"),
    )


def until(holds):
    """Wait for something that happens in another program."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.long
def test_a_server_that_is_killed_while_bytes_come_in(server):
    s3 = client(server)
    s3.put_object(Bucket=BUCKET, Key="cut", Body=b"before")
    where = {"Bucket": BUCKET, "Key": "resumed"}
    upload = {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}
    first = s3.upload_part(**upload, PartNumber=1, Body=b"a" * 5 * MB)["ETag"]
    incoming = server.data / "blobs" / "incoming"
    link = s3.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "cut"})
    address, _, path = link.removeprefix("http://").partition("/")
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port))) as connection:
        head = f"PUT /{path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {8 * MB}\r\n\r\n"
        connection.sendall(head.encode() + b"x" * 4 * MB)
        until(lambda: list(incoming.glob("*")))
        server.kill()
    s3.close()
    s3 = client(server)
    assert s3.get_object(Bucket=BUCKET, Key="cut")["Body"].read() == b"before"
    last = s3.upload_part(**upload, PartNumber=2, Body=b"b")["ETag"]
    parts = [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": last}]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert s3.get_object(**where)["Body"].read() == b"a" * 5 * MB + b"b"
    for left in incoming.glob("*"):
        os.utime(left, (0, 0))
    s3.close()
    server.kill()
    s3 = client(server)
    until(lambda: not list(incoming.glob("*")))
    s3.close()


class Stream(io.RawIOBase):
    """So many bytes that do not repeat, without keeping any."""

    def __init__(self, size):
        self.left = size
        self.digest = hashlib.sha256()
        self._block = os.urandom(MB)

    def readable(self):
        return True

    def read(self, size=-1):
        size = min(MB if size < 0 else size, self.left, MB)
        self.left -= size
        part = (self.left.to_bytes(8, "big") + self._block)[:size]
        self.digest.update(part)
        return part


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_gigabytes_do_not_make_the_server_grow(server):
    s3 = client(server)
    config = TransferConfig(multipart_chunksize=16 * MB, max_concurrency=4)
    s3.upload_fileobj(io.BytesIO(bytes(40 * MB)), BUCKET, "warm", Config=config)
    s3.get_object(Bucket=BUCKET, Key="warm")["Body"].read()
    before = memory(server.pid)
    stream = Stream(2048 * MB)
    s3.upload_fileobj(stream, BUCKET, "large", Config=config)
    seen = hashlib.sha256()
    for chunk in s3.get_object(Bucket=BUCKET, Key="large")["Body"].iter_chunks(MB):
        seen.update(chunk)
    assert seen.digest() == stream.digest.digest()
    growth = memory(server.pid) - before
    assert growth < 64 * MB, growth
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "large"})
    assert memory(server.pid) - before < 64 * MB
    s3.close()


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_hundred_thousand_objects_are_listed_a_page_at_a_time(server):
    s3 = client(server)
    s3.put_object(Bucket=BUCKET, Key="first", Body=b"x")
    server.kill()
    with closing(sqlite3.connect(server.data / "colonies.db")) as connection, connection:
        connection.execute(
            "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number "
            "WHERE n < 100000) INSERT INTO objects (colonyname, bucket, key, size, etag, modified, "
            "meta, pieces) SELECT colonyname, bucket, printf('folder%d/%06d', n % 50, n), size, "
            "etag, modified, meta, pieces FROM objects, number WHERE key = 'first'"
        )
    s3.close()
    s3 = client(server)
    pages = s3.get_paginator("list_objects_v2")
    listed = [each["Key"] for page in pages.paginate(Bucket=BUCKET) for each in page["Contents"]]
    assert (len(listed), listed) == (100_001, sorted(listed))
    (page,) = pages.paginate(Bucket=BUCKET, Delimiter="/")
    assert len(page["CommonPrefixes"]) == 50
    s3.close()


def memory(pid):
    """The most memory that a program ever had, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) * 1024
