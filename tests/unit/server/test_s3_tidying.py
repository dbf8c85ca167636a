"""Bytes that nothing refers to go away, others stay."""

import asyncio
import os

import pytest

from jupyter_colonies.broker import objects, uploads
from jupyter_colonies.broker.objects import Place
from jupyter_colonies.core.objects import ANYTHING, Expectation, Piece
from jupyter_colonies.core.times import SECOND
from jupyter_colonies.errors import NoSuchUpload, OverQuota, PreconditionFailed
from jupyter_colonies.server.s3.tidying import Tidying
from jupyter_colonies.store import objects as statements
from jupyter_colonies.store.blobs import Blobs
from jupyter_colonies.store.engine import Store

NOW = 10**6 * SECOND
HOUR = 3600 * SECOND
PLACE = Place("dev", "bucket", "key")


@pytest.fixture
async def store(database):
    store = Store(database, committed=lambda announced: None, clock=lambda: NOW)
    await store.open()
    await store.write(lambda tx: objects.add_bucket(tx, "dev", "bucket"))
    yield store
    await store.close()


@pytest.fixture
def blobs(tmp_path):
    return Blobs(str(tmp_path / "blobs"))


def kept(blobs, data, tmp_path, at):
    incoming = blobs.incoming()
    incoming.write(data)
    blob = incoming.keep()
    os.utime(tmp_path / "blobs" / blob.digest[:2] / blob.digest, (at, at))
    return Piece(blob.digest, blob.size)


async def test_only_what_is_free_and_old_is_removed(store, blobs, tmp_path):
    old, new = 10**6 - 7200, 10**6 - 60
    held, part, free = (kept(blobs, data, tmp_path, old) for data in (b"held", b"part", b"free"))
    fresh = kept(blobs, b"fresh", tmp_path, new)
    await store.write(lambda tx: objects.put(tx, PLACE, [held], "etag", {}))
    uploadid = await store.write(lambda tx: uploads.begin(tx, PLACE, {}))
    await store.write(lambda tx: uploads.put_part(tx, PLACE, uploadid, 1, part, "0" * 32))
    tidying = Tidying(store, blobs)
    assert await tidying.tidy(NOW) == 0
    assert await tidying.tidy(NOW + HOUR - 1) == 0
    with blobs.using([free.digest]):
        assert await tidying.tidy(NOW + HOUR) == 0
    (tmp_path / "blobs" / fresh.digest[:2] / fresh.digest).touch()
    assert await tidying.tidy(NOW + HOUR) == 1
    assert tidying.removed_bytes == len(b"free")
    there = {file.name for file in (tmp_path / "blobs").rglob("*") if file.is_file()}
    assert there == {held.digest, part.digest, fresh.digest}
    assert free.digest not in there

    await store.write(lambda tx: objects.remove(tx, PLACE))
    assert await tidying.tidy(NOW + 2 * HOUR) == 0
    assert await tidying.tidy(NOW + 3 * HOUR) == 1


async def test_an_upload_that_nobody_completes_is_forgotten(store, blobs):
    uploadid = await store.write(lambda tx: uploads.begin(tx, PLACE, {}))
    tidying = Tidying(store, blobs)
    await tidying.tidy(NOW + 6 * 24 * 3600 * SECOND)
    await store.read(lambda tx: uploads.need(tx, PLACE, uploadid))
    await tidying.tidy(NOW + 8 * 24 * 3600 * SECOND)
    with pytest.raises(NoSuchUpload):
        await store.read(lambda tx: uploads.need(tx, PLACE, uploadid))


async def test_a_quota_counts_what_is_there(store):
    def put(key, size):
        place = PLACE._replace(key=key)
        return lambda tx: objects.put(tx, place, [Piece("0" * 64, size)], "e", {}, quota=10)

    await store.write(put("a", 6))
    with pytest.raises(OverQuota, match="10 bytes"):
        await store.write(put("b", 5))
    await store.write(put("a", 5))
    await store.write(put("b", 5))
    await store.write(lambda tx: objects.remove(tx, PLACE._replace(key="a")))
    await store.write(put("c", 5))


async def test_writers_at_the_same_time_agree_on_what_is_there(store):
    def write(number, key, expected):
        place, pieces = PLACE._replace(key=key), [Piece("0" * 64, number + 1)]
        return store.write(
            lambda tx: objects.put(tx, place, pieces, f"{number}", {}, expected=expected)
        )

    made = await asyncio.gather(
        *(write(number, "once", Expectation(none_match="*")) for number in range(12)),
        return_exceptions=True,
    )
    (once,) = [each for each in made if not isinstance(each, PreconditionFailed)]
    await asyncio.gather(*(write(number, "often", ANYTHING) for number in range(12)))
    often = await store.read(lambda tx: objects.seek(tx, PLACE._replace(key="often")))
    used = await store.read(lambda tx: tx.one(statements.USAGE, colonyname="dev"))
    assert used["bytes"] == once.size + often.size
