"""The variables by which programs outside find the server (protocol part 03, CLI-2)."""

from __future__ import annotations

from jupyter_colonies.client.discovery import Found
from jupyter_colonies.core.messages.objects import Credentials
from jupyter_colonies.errors import ClientError


def object_variables(address: str, keys: Credentials, *, tls: bool) -> dict[str, str]:
    """The variables by which SDKs store the bytes of files (protocol part 03, section 1.8).

    `address` is host and port of the server.
    """
    return {
        "AWS_S3_ENDPOINT": address,
        "AWS_S3_ACCESSKEY": keys.accesskey,
        "AWS_S3_SECRETKEY": keys.secretkey,
        "AWS_S3_REGION": keys.region,
        "AWS_S3_BUCKET": keys.bucket,
        "AWS_S3_TLS": "true" if tls else "false",
        "AWS_S3_SKIPVERIFY": "false",
    }


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
