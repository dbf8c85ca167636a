"""Unmodified S3 clients against the own port."""

import hashlib
import http.client
import io
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from minio import Minio

from jupyter_colonies.testing import server_in_thread
from tests.integration.boto import client_of
from tests.integration.test_server_port import executor, rpc

PART = 5 * 1024 * 1024
BUCKET = "colonies"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def server(folder):
    with server_in_thread(folder) as server:
        yield server


@pytest.fixture(scope="module")
def keys(server):
    return rpc(server, "getcredentialsmsg", server.user_key, colonyname="dev")


@pytest.fixture(scope="module")
def client(server):
    """Make boto3 clients, closed at the end."""
    made = []

    def make(keys):
        made.append(client_of(server, keys))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def s3(client, keys):
    return client(keys)


@pytest.fixture(scope="module")
def minio(server, keys):
    address = f"{server.host}:{server.port}"
    return Minio(address, access_key=keys["accesskey"], secret_key=keys["secretkey"], secure=False)


def files(folder):
    """The blobs on disk, and what is half received."""
    blobs = folder / "colonies" / "blobs"
    there = [file for file in blobs.rglob("*") if file.is_file()]
    return (
        {file.name for file in there if file.parent.name != "incoming"},
        [file for file in there if file.parent.name == "incoming"],
    )


def body(s3, key):
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


@pytest.mark.parametrize("key", ["plain", "a/b c+ü=%&?#~.txt", "x//y", "../up", "日本"])
def test_an_object_comes_back_under_any_name(s3, key):
    s3.put_object(
        Bucket=BUCKET, Key=key, Body=b"hello", Metadata={"k": "v"}, ContentType="text/plain"
    )
    got = s3.get_object(Bucket=BUCKET, Key=key)
    assert got["Body"].read() == b"hello"
    assert {name.lower(): value for name, value in got["Metadata"].items()} == {"k": "v"}
    assert got["ContentType"] == "text/plain"
    head = s3.head_object(Bucket=BUCKET, Key=key)
    assert head["ContentLength"] == 5
    assert head["ETag"] == f'"{hashlib.md5(b"hello").hexdigest()}"'
    assert key in [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    s3.delete_object(Bucket=BUCKET, Key=key)
    with pytest.raises(ClientError, match="NoSuchKey"):
        body(s3, key)


def test_nothing_at_all_is_an_object_too(s3):
    s3.put_object(Bucket=BUCKET, Key="empty", Body=b"")
    assert body(s3, "empty") == b""
    assert s3.head_object(Bucket=BUCKET, Key="empty")["ContentLength"] == 0


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("bytes=1-3", b"ell"), ("bytes=3-", b"lo"), ("bytes=-2", b"lo"), ("bytes=0-99", b"hello")],
)
def test_ranges(s3, asked, expected):
    s3.put_object(Bucket=BUCKET, Key="ranged", Body=b"hello")
    got = s3.get_object(Bucket=BUCKET, Key="ranged", Range=asked)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert got["Body"].read() == expected


def test_a_range_outside_is_refused(s3):
    s3.put_object(Bucket=BUCKET, Key="ranged", Body=b"hello")
    with pytest.raises(ClientError, match="InvalidRange"):
        s3.get_object(Bucket=BUCKET, Key="ranged", Range="bytes=5-")


def test_conditions(s3):
    etag = s3.put_object(Bucket=BUCKET, Key="conditional", Body=b"1")["ETag"]
    with pytest.raises(ClientError, match="304"):
        s3.get_object(Bucket=BUCKET, Key="conditional", IfNoneMatch=etag)
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.get_object(Bucket=BUCKET, Key="conditional", IfMatch='"another"')


def test_parts_are_put_together_and_read_across_their_borders(s3):
    data = bytes(range(256)) * 4096 * 13
    s3.upload_fileobj(io.BytesIO(data), BUCKET, "large")
    back = io.BytesIO()
    s3.download_fileobj(BUCKET, "large", back)
    assert back.getvalue() == data
    border = 8 * 1024 * 1024
    across = s3.get_object(Bucket=BUCKET, Key="large", Range=f"bytes={border - 3}-{border + 2}")
    assert across["Body"].read() == data[border - 3 : border + 3]


def test_an_upload_in_parts_is_resumed_replaced_and_given_up(s3):
    where = {"Bucket": BUCKET, "Key": "resumed"}
    upload = {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}
    s3.upload_part(**upload, PartNumber=1, Body=b"wrong")
    first = s3.upload_part(**upload, PartNumber=1, Body=b"a" * PART)["ETag"]
    last = s3.upload_part(**upload, PartNumber=7, Body=b"b")["ETag"]
    assert [(p["PartNumber"], p["Size"]) for p in s3.list_parts(**upload)["Parts"]] == [
        (1, PART), (7, 1),
    ]  # fmt: skip
    with pytest.raises(ClientError, match="NoSuchKey"):
        body(s3, "resumed")
    parts = [{"PartNumber": 1, "ETag": first}, {"PartNumber": 7, "ETag": last}]
    with pytest.raises(ClientError, match="InvalidPart"):
        s3.complete_multipart_upload(
            **upload, MultipartUpload={"Parts": [*parts, {"PartNumber": 9, "ETag": last}]}
        )
    done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert done["ETag"].endswith('-2"')
    assert body(s3, "resumed") == b"a" * PART + b"b"

    other = {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}
    assert len(s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]) == 1
    s3.abort_multipart_upload(**other)
    with pytest.raises(ClientError, match="NoSuchUpload"):
        s3.upload_part(**other, PartNumber=1, Body=b"late")


def test_parts_that_are_too_small_are_refused(s3):
    where = {"Bucket": BUCKET, "Key": "small"}
    upload = {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}
    tags = [s3.upload_part(**upload, PartNumber=n, Body=b"x")["ETag"] for n in (1, 2)]
    parts = [{"PartNumber": n + 1, "ETag": tag} for n, tag in enumerate(tags)]
    with pytest.raises(ClientError, match="EntityTooSmall"):
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})


def test_listing_is_paged_and_grouped_in_the_order_of_bytes(s3):
    s3.create_bucket(Bucket="listed")
    names = ["B", "a", "b/1", "b/2", "b/c/3", "ä", "z"]
    for name in names:
        s3.put_object(Bucket="listed", Key=name, Body=b"1")

    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket="listed", Delimiter="/", PaginationConfig={"PageSize": 2}
    )
    assert [
        [each.get("Key") or each["Prefix"]
         for part in ("Contents", "CommonPrefixes") for each in page.get(part, ())]
        for page in pages
    ] == [["B", "a"], ["z", "b/"], ["ä"]]  # fmt: skip
    one = s3.list_objects(Bucket="listed", Prefix="b/", Delimiter="/", MaxKeys=2)
    assert [each["Key"] for each in one["Contents"]] == ["b/1", "b/2"]
    two = s3.list_objects(Bucket="listed", Prefix="b/", Delimiter="/", Marker=one["NextMarker"])
    assert [each["Prefix"] for each in two["CommonPrefixes"]] == ["b/c/"]


def test_a_bucket_is_removed_when_it_is_empty(s3):
    s3.create_bucket(Bucket="emptied")
    s3.put_object(Bucket="emptied", Key="a", Body=b"1")
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        s3.delete_bucket(Bucket="emptied")
    removed = s3.delete_objects(Bucket="emptied", Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})
    assert {each["Key"] for each in removed["Deleted"]} == {"a", "b"}
    s3.delete_bucket(Bucket="emptied")
    with pytest.raises(ClientError, match="404"):
        s3.head_bucket(Bucket="emptied")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.put_object(Bucket="emptied", Key="a", Body=b"1")


def test_a_copy_needs_no_bytes(s3, folder):
    s3.put_object(Bucket=BUCKET, Key="original", Body=b"copied once", Metadata={"k": "v"})
    before = files(folder)[0]
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "original"})
    assert body(s3, "copy") == b"copied once"
    assert files(folder)[0] == before


def test_minio_streams_signed_pieces(minio):
    data = b"0123456789" * 300_000
    assert minio.bucket_exists(BUCKET)
    minio.put_object(BUCKET, "minio", io.BytesIO(data), len(data))
    answer = minio.get_object(BUCKET, "minio")
    assert answer.read() == data
    answer.close()
    link = minio.presigned_get_object(BUCKET, "minio", expires=timedelta(minutes=5))
    with urllib.request.urlopen(link) as got:
        assert got.read() == data


def test_many_writers_of_one_name_leave_one_whole_object(s3, folder):
    bodies = [bytes([number]) * 200_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda data: s3.put_object(Bucket=BUCKET, Key="shared", Body=data), bodies))
    assert body(s3, "shared") in bodies
    assert files(folder)[1] == []


def test_wrong_keys_and_changed_bodies_are_refused(server, client, keys, s3):
    stranger = client({**keys, "secretkey": "guessed"})
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        stranger.list_buckets()
    unknown = client({**keys, "accesskey": "UNKNOWN"})
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        unknown.list_buckets()
    link = s3.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "linked"})
    path = link.partition(f":{server.port}")[2]
    connection = http.client.HTTPConnection(server.host, server.port)
    connection.request("PUT", path.replace("linked", "other"), b"data")
    assert connection.getresponse().status == 403
    connection.close()


def test_a_body_that_is_not_the_signed_one_leaves_nothing(server, folder, s3):
    signed = s3.generate_presigned_url("put_object", Params={
        "Bucket": BUCKET, "Key": "changed", "ChecksumSHA256": "A" * 43 + "="})  # fmt: skip
    connection = http.client.HTTPConnection(server.host, server.port)
    path = signed.partition(f":{server.port}")[2]
    headers = {"x-amz-checksum-sha256": "A" * 43 + "="}
    connection.request("PUT", path, b"other bytes", headers)
    answer = connection.getresponse()
    assert (answer.status, b"BadDigest" in answer.read()) == (400, True)
    connection.close()
    with pytest.raises(ClientError, match="NoSuchKey"):
        body(s3, "changed")
    assert files(folder)[1] == []


def test_keys_end_with_membership_and_with_renewal(server, client, s3):
    key = executor(server)
    keys = rpc(server, "getcredentialsmsg", key, colonyname="dev")
    theirs = client(keys)
    theirs.put_object(Bucket=BUCKET, Key="theirs", Body=b"shared with the colony")
    assert body(s3, "theirs") == b"shared with the colony"
    assert rpc(server, "getcredentialsmsg", key, colonyname="dev") == keys
    renewed = rpc(server, "getcredentialsmsg", key, colonyname="dev", renew=True)
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        theirs.list_buckets()
    theirs = client(renewed)
    theirs.list_buckets()
    rpc(server, "removeexecutormsg", server.colony_key, colonyname="dev", executorname="e")
    with pytest.raises(ClientError, match="AccessDenied"):
        theirs.list_buckets()
