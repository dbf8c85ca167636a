"""Copies, conditions, quotas and what is refused, with unmodified S3 clients."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from minio import Minio
from minio.commonconfig import ComposeSource, CopySource

from jupyter_colonies.broker import objects
from jupyter_colonies.core.objects import Piece
from jupyter_colonies.testing import server_in_thread
from tests.integration.boto import client_of
from tests.integration.test_server_port import rpc

MB = 1024 * 1024
PART = 5 * MB
BUCKET = "colonies"
QUOTA = 40 * MB
DATA = bytes(range(256)) * (4096 * 6)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with server_in_thread(tmp_path_factory.mktemp("server"), quota=QUOTA) as server:
        yield server


@pytest.fixture(scope="module")
def keys(server):
    return rpc(server, "getcredentialsmsg", server.user_key, colonyname="dev")


@pytest.fixture(scope="module")
def s3(server, keys):
    client = client_of(server, keys)
    yield client
    client.close()


@pytest.fixture(scope="module")
def large(s3):
    """An object of two parts."""
    config = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
    s3.upload_fileobj(io.BytesIO(DATA), BUCKET, "large", Config=config)
    return {"Bucket": BUCKET, "Key": "large"}


def begun(s3, key):
    where = {"Bucket": BUCKET, "Key": key}
    return {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}


def body(s3, key):
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def test_the_transfer_manager_copies_in_parts(s3, large):
    config = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
    s3.copy(large, BUCKET, "copied", Config=config)
    assert body(s3, "copied") == DATA
    s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "copied"}]})


def test_a_part_may_be_a_whole_object_which_is_not_moved(s3, server):
    s3.put_object(Bucket=BUCKET, Key="whole", Body=b"w" * PART)
    blobs = set((server.data / "blobs").rglob("*"))
    upload = begun(s3, "of the whole")
    part = s3.upload_part_copy(
        **upload, PartNumber=1, CopySource={"Bucket": BUCKET, "Key": "whole"}
    )
    tag = part["CopyPartResult"]["ETag"]
    s3.complete_multipart_upload(
        **upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]}
    )
    assert body(s3, "of the whole") == b"w" * PART
    assert set((server.data / "blobs").rglob("*")) == blobs
    for key in ("whole", "of the whole"):
        s3.delete_object(Bucket=BUCKET, Key=key)


@pytest.mark.parametrize(
    ("source", "more", "code"),
    [
        ("absent", {}, "NoSuchKey"),
        ("large", {"CopySourceRange": "bytes=99999999-"}, "InvalidRange"),
        ("large", {"CopySourceRange": "half of it"}, "InvalidArgument"),
        ("large", {"CopySourceIfMatch": '"another"'}, "PreconditionFailed"),
        ("large", {"PartNumber": 10_001}, "InvalidRequest"),
    ],
)
def test_parts_that_cannot_be_copied(s3, large, source, more, code):
    upload = begun(s3, "impossible")
    with pytest.raises(ClientError, match=code):
        s3.upload_part_copy(**upload, **{
            "PartNumber": 1, "CopySource": {"Bucket": BUCKET, "Key": source}, **more})  # fmt: skip
    assert "Parts" not in s3.list_parts(**upload)
    s3.abort_multipart_upload(**upload)


def test_minio_composes_and_copies(server, keys, s3, large):
    address = f"{server.host}:{server.port}"
    minio = Minio(address, access_key=keys["accesskey"], secret_key=keys["secretkey"], secure=False)
    sources = [ComposeSource(BUCKET, "large", length=PART), ComposeSource(BUCKET, "large")]
    minio.compose_object(BUCKET, "composed", sources)
    assert body(s3, "composed") == DATA[:PART] + DATA
    minio.copy_object(BUCKET, "again", CopySource(BUCKET, "large"))
    assert "Content-Encoding" not in s3.head_object(Bucket=BUCKET, Key="again")
    for key in ("composed", "again"):
        minio.remove_object(BUCKET, key)


def test_what_was_framed_for_the_way_is_not_framed_when_it_is_read(server, keys, s3):
    minio = Minio(
        f"{server.host}:{server.port}", access_key=keys["accesskey"],
        secret_key=keys["secretkey"], secure=False,
    )  # fmt: skip
    minio.put_object(BUCKET, "framed", io.BytesIO(b"x"), 1)
    assert "ContentEncoding" not in s3.head_object(Bucket=BUCKET, Key="framed")
    s3.put_object(Bucket=BUCKET, Key="framed", Body=b"x", ContentEncoding="gzip")
    assert s3.head_object(Bucket=BUCKET, Key="framed")["ContentEncoding"] == "gzip"


def test_one_of_many_writers_makes_what_must_not_be_there_yet(s3):
    def write(number):
        try:
            s3.put_object(Bucket=BUCKET, Key="mine", Body=bytes([number]), IfNoneMatch="*")
        except ClientError as error:
            return error.response["Error"]["Code"]
        return number

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(write, range(8)))
    (winner,) = [each for each in results if isinstance(each, int)]
    assert results.count("PreconditionFailed") == 7
    assert body(s3, "mine") == bytes([winner])


def test_a_write_on_condition(s3):
    etag = s3.put_object(Bucket=BUCKET, Key="versioned", Body=b"1")["ETag"]
    second = s3.put_object(Bucket=BUCKET, Key="versioned", Body=b"2", IfMatch=etag)["ETag"]
    for refused in (
        lambda: s3.put_object(Bucket=BUCKET, Key="versioned", Body=b"3", IfMatch=etag),
        lambda: s3.delete_object(Bucket=BUCKET, Key="versioned", IfMatch=etag),
    ):
        with pytest.raises(ClientError, match="PreconditionFailed"):
            refused()
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.put_object(Bucket=BUCKET, Key="nowhere", Body=b"1", IfMatch=etag)
    upload = begun(s3, "versioned")
    tag = s3.upload_part(**upload, PartNumber=1, Body=b"4")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": tag}]}
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.complete_multipart_upload(**upload, MultipartUpload=parts, IfNoneMatch="*")
    assert body(s3, "versioned") == b"2"
    s3.complete_multipart_upload(**upload, MultipartUpload=parts, IfMatch=second)
    assert body(s3, "versioned") == b"4"


def test_reading_by_time_and_by_part(s3, large):
    head = s3.head_object(**large)
    with pytest.raises(ClientError, match="304"):
        s3.get_object(**large, IfModifiedSince=head["LastModified"])
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.get_object(**large, IfUnmodifiedSince=head["LastModified"].replace(year=2001))
    second = s3.get_object(**large, PartNumber=2)
    assert second["PartsCount"] == 2
    assert second["Body"].read() == DATA[PART:]
    with pytest.raises(ClientError, match="InvalidPartNumber"):
        s3.get_object(**large, PartNumber=3)


def test_parts_count_before_they_are_an_object(s3, server):
    def used():
        keys = [each for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
                for each in page.get("Contents", ())]  # fmt: skip
        return sum(each["Size"] for each in keys)

    upload = begun(s3, "too much")
    part = b"p" * (16 * MB)
    for number in (1, 1, 2):
        s3.upload_part(**upload, PartNumber=number, Body=part)
    with pytest.raises(ClientError, match="QuotaExceeded"):
        s3.upload_part(**upload, PartNumber=3, Body=b"q" * (QUOTA - 32 * MB - used() + 1))
    with pytest.raises(ClientError, match="QuotaExceeded"):
        s3.put_object(Bucket=BUCKET, Key="beside", Body=b"q" * (QUOTA - 32 * MB - used() + 1))
    s3.upload_part(**upload, PartNumber=2, Body=b"last")
    tags = [{"PartNumber": p["PartNumber"], "ETag": p["ETag"]}
            for p in s3.list_parts(**upload)["Parts"]]  # fmt: skip
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": tags})
    other = begun(s3, "given up")
    s3.upload_part(**other, PartNumber=1, Body=part[: QUOTA - used()])
    s3.abort_multipart_upload(**other)
    s3.put_object(Bucket=BUCKET, Key="beside", Body=b"q" * (QUOTA - used()))
    s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "too much"}, {"Key": "beside"}]})


def test_uploads_and_parts_are_listed_in_pages(s3):
    uploads = [begun(s3, key) for key in ("paged/a", "paged/b", "paged/b")]
    for number in (1, 3, 9):
        s3.upload_part(**uploads[0], PartNumber=number, Body=b"x")
    pages = s3.get_paginator("list_multipart_uploads").paginate(
        Bucket=BUCKET, Prefix="paged/", PaginationConfig={"PageSize": 1}
    )
    found = [(each["Key"], each["UploadId"]) for page in pages for each in page["Uploads"]]
    assert sorted(found) == sorted((each["Key"], each["UploadId"]) for each in uploads)
    pages = s3.get_paginator("list_parts").paginate(**uploads[0], PaginationConfig={"PageSize": 2})
    assert [each["PartNumber"] for page in pages for each in page["Parts"]] == [1, 3, 9]
    for each in uploads:
        s3.abort_multipart_upload(**each)


UNKNOWN = {
    "access list": lambda s3, at: s3.put_object_acl(**at, ACL="private"),
    "tags": lambda s3, at: s3.put_object_tagging(**at, Tagging={"TagSet": []}),
    "removing tags": lambda s3, at: s3.delete_object_tagging(**at),
    "reading tags": lambda s3, at: s3.get_object_tagging(**at),
    "attributes": lambda s3, at: s3.get_object_attributes(**at, ObjectAttributes=["ETag"]),
    "keys": lambda s3, at: s3.put_object(**at, Body=b"2", ServerSideEncryption="aws:kms"),
    "policy": lambda s3, _: s3.delete_bucket_policy(Bucket=BUCKET),
    "versions": lambda s3, _: s3.put_bucket_versioning(
        Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"}
    ),
}


@pytest.mark.parametrize("ask", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_not_offered_is_refused_and_changes_nothing(s3, ask):
    at = {"Bucket": BUCKET, "Key": "as it was"}
    s3.put_object(**at, Body=b"1")
    with pytest.raises(ClientError, match="NotImplemented"):
        ask(s3, at)
    assert body(s3, "as it was") == b"1"


def test_keys_that_no_document_can_hold_are_listed(s3):
    s3.create_bucket(Bucket="odd")
    names = ["a\x01b", "a\x02", "a b", "\u2028", "%41", "+", "\U0001f600"]
    for name in names:
        s3.put_object(Bucket="odd", Key=name, Body=b"1")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket="odd", PaginationConfig={"PageSize": 1}
    )
    assert [each["Key"] for page in pages for each in page["Contents"]] == sorted(names)
    pages = s3.get_paginator("list_objects").paginate(
        Bucket="odd", PaginationConfig={"PageSize": 2}
    )
    assert [each["Key"] for page in pages for each in page["Contents"]] == sorted(names)
    for name in names:
        s3.delete_object(Bucket="odd", Key=name)


@pytest.mark.parametrize(
    ("key", "code"),
    [("x" * 1025, "InvalidRequest"), ("zero\0", "InvalidArgument"), ("ü" * 513, "InvalidRequest")],
)
def test_names_that_nothing_can_have(s3, key, code):
    with pytest.raises(ClientError, match=code):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"1")


def test_the_objects_of_another_colony_are_not_there(server, s3):
    rpc(server, "addcolonymsg", server.server_key, colony={"colonyid": "c" * 64, "name": "other"})
    s3.put_object(Bucket=BUCKET, Key="ours", Body=b"1")

    def job(tx):
        objects.add_bucket(tx, "other", "theirs")
        objects.put(tx, objects.Place("other", "theirs", "k"), [Piece("0" * 64, 1)], "e", {})

    async def elsewhere():
        await server.broker.store.write(job)

    asyncio.run_coroutine_threadsafe(elsewhere(), server.loop).result(30)
    for ask in (
        lambda: s3.get_object(Bucket="theirs", Key="k"),
        lambda: s3.delete_object(Bucket="theirs", Key="k"),
        lambda: s3.list_objects_v2(Bucket="theirs"),
        lambda: s3.copy_object(Bucket=BUCKET, Key="stolen", CopySource="theirs/k"),
        lambda: s3.upload_part_copy(**begun(s3, "s"), PartNumber=1, CopySource="theirs/k"),
    ):
        with pytest.raises(ClientError, match="NoSuchBucket"):
            ask()
    assert "theirs" not in [each["Name"] for each in s3.list_buckets()["Buckets"]]
