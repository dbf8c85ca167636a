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

    The endpoint is the server's own address.
    """

    accesskey: str
    secretkey: str
    bucket: str
    region: str


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
