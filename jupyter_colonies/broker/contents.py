"""Storing a file's bytes and its revision in one step."""

from __future__ import annotations

from jupyter_colonies.broker import files, objects
from jupyter_colonies.broker.call import Call, answers
from jupyter_colonies.broker.objects import BUCKET, REGION, Place
from jupyter_colonies.core import identity
from jupyter_colonies.core.file import DIGEST, File, Reference, S3Object, place
from jupyter_colonies.core.messages import Empty
from jupyter_colonies.core.messages.contents import MAY_STORE, STORE_FILE, MayStore, StoreFile
from jupyter_colonies.core.messages.files import AddFile
from jupyter_colonies.core.objects import Piece


@answers(MAY_STORE)
def may_store(_: Call, __: MayStore) -> Empty:
    """Nothing: who may not, has been refused."""
    return Empty()


@answers(STORE_FILE)
def store_file(call: Call, request: StoreFile) -> File:
    """Make the object of the bytes, and a revision that refers to it: both or neither."""
    key = identity.new_id()
    objects.add_bucket(call.tx, call.colonyname, BUCKET)
    objects.put(
        call.tx,
        Place(call.colonyname, BUCKET, key),
        [Piece(request.digest, request.size)] if request.size else [],
        request.md5,
        {"content-type": request.media},
        quota=call.facts.quota,
    )
    here = call.facts.backends[0] if call.facts.backends else None
    reference = S3Object(
        server=here.host if here else "",
        port=here.port if here else 0,
        tls=here.tls if here else False,
        region=REGION,
        object=key,
        bucket=BUCKET,
    )
    file = File(
        colonyname=call.colonyname,
        label=place(request.label),
        name=request.name,
        size=request.size,
        checksum=request.digest,
        checksumalg=DIGEST,
        ref=Reference(s3object=reference),
    )
    return files.add_file(call, AddFile(file=file))
