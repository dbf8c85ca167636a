"""The first start makes what is missing; every later one changes nothing."""

import asyncio

import pytest

from jupyter_colonies.broker.call import Facts
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import identity
from jupyter_colonies.core.messages import colonies
from jupyter_colonies.errors import StorageFailed
from jupyter_colonies.server import firststart
from jupyter_colonies.server.folder import DataFolder
from jupyter_colonies.server.hosting import Hosting
from jupyter_colonies.server.settings import Settings

KEYS = [f"{number:064x}" for number in range(1, 5)]


@pytest.fixture
def folder(tmp_path):
    return DataFolder(tmp_path)


def settings(folder, **fields):
    return Settings(data=folder.path, username="ada", **fields)


async def populated(folder, **fields):
    """Start once and tell the colonies and the users that are there afterwards."""
    wanted = settings(folder, **fields)
    ids = firststart.identities(folder, wanted)
    broker = Broker(folder.database, Facts(ids.serverid, "secret"))
    await broker.start()
    try:
        await firststart.populate(broker, ids, wanted)
        names = await broker.call(
            colonies.GET_COLONIES,
            colonies.GET_COLONIES.request(msgtype="getcoloniesmsg"),
            ids.serverid,
        )
        users = await broker.call(
            colonies.GET_USERS,
            colonies.NamedColony(msgtype="getusersmsg", colonyname=wanted.colonyname),
            ids.userid,
        )
    finally:
        await broker.stop()
    return ids, [colony.name for colony in names], [(user.name, user.userid) for user in users]


async def test_keys_a_colony_and_a_user_are_made_once(folder, caplog):
    first = await populated(folder)
    ids, names, users = first
    assert names == ["dev"]
    assert users == [("ada", ids.userid)]
    assert len({*ids}) == 3
    assert await populated(folder) == first
    assert not caplog.records


async def test_a_start_that_was_cut_short_is_completed(folder):
    folder.write_key("server", KEYS[0])
    folder.key_file("colony").touch(mode=0o600)
    ids, names, users = await populated(folder)
    assert ids.serverid == identity.id_of(KEYS[0])
    assert (names, len(users)) == (["dev"], 1)


async def test_given_keys_and_names_are_used(folder):
    given = {"server_key": KEYS[0], "colony_key": KEYS[1], "user_key": KEYS[2]}
    ids, names, _ = await populated(folder, colonyname="lab", **given)
    assert ids == tuple(identity.id_of(key) for key in KEYS[:3])
    assert names == ["lab"]
    assert folder.read_key("user") == KEYS[2]


async def test_a_server_whose_key_is_kept_elsewhere(folder):
    serverid = identity.id_of(KEYS[0])
    ids, _, _ = await populated(folder, serverid=serverid)
    assert ids.serverid == serverid
    assert folder.read_key("server") == ""
    assert (await populated(folder))[0] == ids
    assert (await populated(folder, server_key=KEYS[0]))[0] == ids
    assert folder.read_key("server") == KEYS[0]


async def test_another_server_id_later_is_warned_about_and_ignored(folder, caplog):
    ids, _, _ = await populated(folder)
    again, _, _ = await populated(folder, serverid=identity.id_of(KEYS[0]), user_key=KEYS[1])
    assert again == ids
    warned = [record.getMessage() for record in caplog.records]
    assert any("COLONIES_SERVER_ID" in line and ids.serverid in line for line in warned)
    assert not any(KEYS[1] in line for line in warned)


async def test_a_second_colony_gets_the_same_user(folder):
    await populated(folder)
    ids, names, users = await populated(folder, colonyname="lab")
    assert names == ["dev", "lab"]
    assert users == [("ada", ids.userid)]


async def test_a_start_that_fails_leaves_nothing_open(tmp_path, monkeypatch):
    async def broken(*args):
        raise StorageFailed("disk full")

    monkeypatch.setattr(firststart, "populate", broken)
    folder = DataFolder(tmp_path)
    hosting = Hosting(settings(folder, port=0), folder)
    with pytest.raises(StorageFailed):
        await hosting.start()
    assert hosting.broker.stopping.is_set()
    assert not folder.host.exists()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", hosting.broker.facts.backends[0].port)
