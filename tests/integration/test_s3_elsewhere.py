"""A deployment whose files are in another S3: members are told where, the own port has none."""

import http.client

import pytest

from jupyter_colonies.cli.env import object_keys
from jupyter_colonies.errors import NotFound
from jupyter_colonies.server.settings import object_store
from jupyter_colonies.testing import server_in_thread
from tests.integration.test_server_port import rpc

PLACE = {
    "AWS_S3_ENDPOINT": "store:9000",
    "AWS_S3_ACCESSKEY": "A",
    "AWS_S3_SECRETKEY": "S",
    "AWS_S3_REGION": "eu-north-1",
    "AWS_S3_BUCKET": "files",
    "AWS_S3_TLS": "true",
    "AWS_S3_SKIPVERIFY": "true",
}
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=A/20300101/eu/s3/aws4_request"}


def test_env_prints_the_variables_of_the_other_s3(tmp_path):
    with server_in_thread(tmp_path, s3="off", elsewhere=object_store(PLACE)) as server:
        assert object_keys(server.hosting.runtime) == PLACE
        keys = rpc(server, "getcredentialsmsg", server.user_key, colonyname="dev")
        assert keys["endpoint"] == "store:9000"
        connection = http.client.HTTPConnection(server.host, server.port)
        connection.request("GET", "/", headers=SIGNED)
        assert connection.getresponse().status == 404
        connection.close()


def test_without_a_place_none_is_told(tmp_path):
    with server_in_thread(tmp_path, s3="off") as server:
        assert object_keys(server.hosting.runtime) == {}
        with pytest.raises(NotFound, match="COLONIES_S3 is off"):
            rpc(server, "getcredentialsmsg", server.user_key, colonyname="dev")
