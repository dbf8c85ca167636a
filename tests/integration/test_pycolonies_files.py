"""Files with the unmodified Python SDK from PyPI: metadata and bytes."""

import pytest
from pycolonies import Colonies

from jupyter_colonies.client.colony import connect
from jupyter_colonies.client.discovery import RUNTIME_VARIABLE
from jupyter_colonies.client.sync.syncing import sync
from tests.integration.test_server_port import rpc

DATA = b"the bytes of a file" * 1000


@pytest.fixture
def sdk(server, monkeypatch):
    keys = rpc(server, "getcredentialsmsg", server.user_key, colonyname="dev")
    for name, value in {
        "ENDPOINT": f"{server.host}:{server.port}",
        "ACCESSKEY": keys["accesskey"],
        "SECRETKEY": keys["secretkey"],
        "REGION": keys["region"],
        "BUCKET": keys["bucket"],
        "TLS": "false",
        "SKIPVERIFY": "false",
    }.items():
        monkeypatch.setenv(f"AWS_S3_{name}", value)
    return Colonies(server.host, server.port, False)


# The SDK closes none of the connections it makes.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning",
                                        "ignore::ResourceWarning")  # fmt: skip


def test_a_file_goes_up_and_comes_down(server, sdk, tmp_path):
    source, target = tmp_path / "data.bin", tmp_path / "back"
    source.write_bytes(DATA)
    sdk.upload_file("dev", server.user_key, filepath=str(source), label="/here")
    sdk.download_file("dev", server.user_key, dst=str(target), label="/here", filename="data.bin")
    assert (target / "data.bin").read_bytes() == DATA


def test_data_goes_up_in_revisions_and_is_deleted(server, sdk):
    for data in (b"one", b"two"):
        sdk.upload_data("dev", server.user_key, filename="d.txt", data=data, label="/there")
    got = sdk.download_data("dev", server.user_key, label="/there", filename="d.txt")
    assert got == b"two"
    revisions = sdk.get_file("dev", server.user_key, label="/there", filename="d.txt", latest=False)
    assert len(revisions) == 2
    sdk.delete_file("dev", server.user_key, fileid=revisions[0]["fileid"])
    again = sdk.download_data("dev", server.user_key, label="/there", filename="d.txt")
    assert again == b"one"


def test_files_go_from_the_sdk_to_the_client_and_back(server, sdk, tmp_path, monkeypatch):
    monkeypatch.setenv(RUNTIME_VARIABLE, str(server.runtime_file))
    files = connect().files
    files.put(DATA, "/ours", "data.bin")
    assert sdk.download_data("dev", server.user_key, label="/ours", filename="data.bin") == DATA
    sdk.upload_data("dev", server.user_key, filename="d.bin", data=DATA, label="/theirs")
    files.fetch(files.latest("/theirs", "d.bin"), tmp_path / "d.bin")
    assert (tmp_path / "d.bin").read_bytes() == DATA
    files.close()


def test_folders_that_are_synced_are_one_tree_with_what_the_sdk_has(
    server, sdk, tmp_path, monkeypatch
):
    monkeypatch.setenv(RUNTIME_VARIABLE, str(server.runtime_file))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "tree/sub").mkdir(parents=True)
    (tmp_path / "tree/sub/ours").write_bytes(DATA)
    (tmp_path / "tree/empty").write_bytes(b"")
    sdk.upload_data("dev", server.user_key, filename="theirs", data=DATA, label="/synced/deep")
    colony = connect()
    report = sync(colony, tmp_path / "tree", "/synced")
    assert (report.sent, report.fetched) == (2, 1)
    assert (tmp_path / "tree/deep/theirs").read_bytes() == DATA
    for label, name, data in (("/synced/sub", "ours", DATA), ("/synced", "empty", b"")):
        got = sdk.download_data("dev", server.user_key, label=label, filename=name)
        assert got == data
    labels = {each["name"] for each in sdk.get_file_labels("dev", server.user_key)}
    assert {"/synced", "/synced/sub", "/synced/deep"} <= labels
    colony.close()
