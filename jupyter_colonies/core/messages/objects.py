"""The keys by which members reach the bytes of files; not part of the original protocol."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.messages.registry import Message, Request, declare
from jupyter_colonies.core.policy import Role


class GetCredentials(Request):
    """The caller's keys for S3 clients; `renew` makes new ones, the old ones are void then."""

    colonyname: str = ""
    renew: bool = False


class Credentials(msgspec.Struct, kw_only=True):
    """Keys for any S3 client, good for the colony's buckets as long as their owner is a member.

    `endpoint` is the host and port of another S3 that the deployment uses, with the keys that
    all members share there; empty for the server's own address. `tls` and `skipverify` belong to
    `endpoint`.
    """

    accesskey: str
    secretkey: str
    bucket: str
    region: str
    endpoint: str = ""
    tls: bool = False
    skipverify: bool = False


GET_CREDENTIALS = declare(
    Message(
        "getcredentialsmsg",
        "get_credentials",
        GetCredentials,
        Credentials,
        does="get credentials",
        role=Role.MEMBER,
        colony="colonyname",
        extension=True,
    )
)
