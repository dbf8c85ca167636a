"""The data folder: files of mode 0600, and the link to the present host."""

import json

import pytest

from jupyter_colonies.errors import InvalidConfiguration
from jupyter_colonies.server.folder import DataFolder, Runtime


@pytest.fixture
def folder(tmp_path):
    return DataFolder(tmp_path / "deep" / "colonies")


def mode(path):
    return path.stat().st_mode & 0o777


def runtime(**changes):
    fields = {
        "pid": 1,
        "host": "127.0.0.1",
        "port": 50080,
        "tls": False,
        "serverid": "0" * 64,
        "secret": "s",
        "colonyname": "dev",
        "username": "ada",
        "userkeyfile": "",
        "colonykeyfile": "",
        "serverkeyfile": "",
    }
    return Runtime(**{**fields, **changes})


def test_everything_secret_is_for_its_owner_alone(folder):
    folder.write_key("user", "ab" * 32)
    folder.describe(runtime())
    assert folder.read_key("user") == "ab" * 32
    assert folder.read_key("server") == ""
    assert mode(folder.path) == mode(folder.keys) == 0o700
    assert mode(folder.key_file("user")) == mode(folder.host) == 0o600
    assert sorted(path.name for path in folder.path.iterdir()) == ["host.json", "keys"]


def test_the_runtime_file_always_tells_of_the_present_host(folder, tmp_path):
    file = tmp_path / "runtime" / "colonies-serve.json"
    folder.point(file)
    assert not file.exists()
    for port in (1, 2):
        folder.describe(runtime(port=port))
        assert json.loads(file.read_text())["port"] == port
        assert folder.described().port == port
    folder.point(file)
    folder.unpoint(file)
    assert not file.is_symlink()


def test_anothers_runtime_file_is_left_alone(folder, tmp_path):
    file = tmp_path / "colonies-serve.json"
    DataFolder(tmp_path / "other").point(file)
    folder.unpoint(file)
    assert file.is_symlink()


def test_a_broken_description_is_none(folder):
    assert folder.described() is None
    folder.host.write_text("{")
    assert folder.described() is None


def test_only_the_present_host_is_forgotten(folder):
    former, present = runtime(secret="former"), runtime(secret="present")
    folder.describe(present)
    folder.forget(former)
    assert folder.described() == present
    folder.forget(present)
    assert folder.described() is None


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InvalidConfiguration, match="JUPYTER_COLONIES_DATA"):
        DataFolder(tmp_path / "file" / "colonies")
