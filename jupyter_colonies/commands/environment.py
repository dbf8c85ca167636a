"""The variables by which programs outside find the server (protocol part 03, CLI-2)."""

from __future__ import annotations

from jupyter_colonies.client.client import Client
from jupyter_colonies.client.discovery import Found
from jupyter_colonies.core.messages.objects import Credentials
from jupyter_colonies.errors import ClientError, NotFound


def object_variables(address: str, keys: Credentials, *, tls: bool) -> dict[str, str]:
    """The variables by which SDKs store the bytes of files (protocol part 03, section 1.8).

    `address` is host and port of the server, which `tls` is about, too: bytes are there unless
    the keys name another place.
    """
    here = not keys.endpoint
    return {
        "AWS_S3_ENDPOINT": keys.endpoint or address,
        "AWS_S3_ACCESSKEY": keys.accesskey,
        "AWS_S3_SECRETKEY": keys.secretkey,
        "AWS_S3_REGION": keys.region,
        "AWS_S3_BUCKET": keys.bucket,
        "AWS_S3_TLS": "true" if (tls if here else keys.tls) else "false",
        "AWS_S3_SKIPVERIFY": "true" if keys.skipverify else "false",
    }


async def object_keys(
    client: Client, colonyname: str, address: str, *, tls: bool
) -> dict[str, str]:
    """`object_variables` for the client's identity; none if the server does not know the place.

    Raises what the server refuses with.
    """
    try:
        keys = await client.get_credentials(colonyname=colonyname)
    except NotFound:
        return {}
    return object_variables(address, keys, tls=tls)


def variables(found: Found) -> dict[str, str]:
    """Names and values for this server and identity; private keys are among the values.

    The original's programs and SDKs read two sets of names: both are given. Raises ClientError
    for a server that is reached through a path, which those SDKs can't express.
    """
    endpoint = found.endpoint
    if endpoint.path:
        raise ClientError(
            f"{endpoint.base_url} is reached through another server's address: SDKs need a host "
            "and a port of their own. On the server's machine run: jupyter colonies env"
        )
    tls = "true" if endpoint.tls else "false"
    result = {
        "COLONIES_SERVER_HOST": endpoint.host,
        "COLONIES_SERVER_PORT": str(endpoint.port),
        "COLONIES_SERVER_HTTP_PORT": str(endpoint.port),
        "COLONIES_SERVER_TLS": tls,
        "COLONIES_TLS": tls,
        "COLONIES_COLONY_NAME": found.colonyname,
        "COLONIES_PRVKEY": found.private_key,
        "COLONIES_COLONY_PRVKEY": found.colony_private_key,
        "COLONIES_SERVER_ID": found.serverid,
    }
    return {name: value for name, value in result.items() if value}
