"""boto3 as a client of the own port."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.client import Config

from jupyter_colonies.testing import RunningServer


def client_of(server: RunningServer, keys: Mapping[str, str]) -> Any:
    """A client with these keys, which tries nothing twice; to be closed."""
    return boto3.client(
        "s3",
        endpoint_url=f"http://{server.host}:{server.port}",
        aws_access_key_id=keys["accesskey"],
        aws_secret_access_key=keys["secretkey"],
        region_name=keys["region"],
        config=Config(retries={"max_attempts": 1}, signature_version="s3v4"),
    )
