"""Which user of the colony somebody is whom Jupyter knows."""

import stat

import pytest
from jupyter_server.auth.identity import IdentityProvider, PasswordIdentityProvider

from jupyter_colonies.core.member import User
from jupyter_colonies.core.messages import colonies
from jupyter_colonies.errors import AccessDenied
from jupyter_colonies.server.inside import tells_apart
from jupyter_colonies.server.jupyterusers import JupyterUsers
from jupyter_colonies.testing import running_server
from tests.programs.identityprovider import Named


def test_only_names_that_stay_are_users() -> None:
    assert not tells_apart(IdentityProvider())
    assert not tells_apart(PasswordIdentityProvider())
    assert not tells_apart(None)
    assert tells_apart(Named())


async def ask(server, message, callerid, **fields):
    request = message.request(msgtype=message.type, **fields)
    return await server.broker.call(message, request, callerid)


def again(server, **more):
    """The users as another server of the same folder finds them."""
    hosting = server.hosting
    settings = hosting.settings
    for name, value in more.items():
        object.__setattr__(settings, name, value)
    return JupyterUsers(
        server.broker,
        hosting.folder,
        settings,
        owner=hosting.ids.colonyid,
        user=lambda: hosting.userid,
    )


async def test_each_name_is_a_user_with_a_key_in_the_data_folder(tmp_path) -> None:
    async with running_server(tmp_path) as server:
        users = server.hosting.users
        ada = await users.visitor("ada/../x", apart=True)
        assert (await users.visitor("ada/../x", apart=True)).id == ada.id
        assert (await again(server).visitor("ada/../x", apart=True)).id == ada.id
        assert ada.proof == "jupyter user ada/../x"
        found = await ask(server, colonies.GET_USERS, ada.id, colonyname="dev")
        assert {each.name for each in found} == {"tester", "ada/../x"}
        (file,) = (server.data / "keys").glob("user-*")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        own = server.hosting.userid
        assert (await users.visitor("ada", apart=False)).id == own
        assert (await users.visitor("tester", apart=True)).id == own
        assert (await again(server, users="one").visitor("bob", apart=True)).id == own


async def test_who_was_removed_stays_so_and_a_name_that_is_taken_is_nobody_elses(tmp_path) -> None:
    async with running_server(tmp_path) as server:
        owner = server.hosting.ids.colonyid
        eve = await server.hosting.users.visitor("eve", apart=True)
        await ask(server, colonies.REMOVE_USER, owner, colonyname="dev", name="eve")
        assert (await again(server).visitor("eve", apart=True)).id == eve.id
        with pytest.raises(AccessDenied):
            await ask(server, colonies.GET_USERS, eve.id, colonyname="dev")
        taken = {"colonyname": "dev", "name": "bob", "userid": "1" * 64}
        user = User(**taken)
        await ask(server, colonies.ADD_USER, owner, user=user)
        with pytest.raises(AccessDenied, match="already exists"):
            await server.hosting.users.visitor("bob", apart=True)
        await ask(server, colonies.REMOVE_USER, owner, colonyname="dev", name="bob")
        bob = await server.hosting.users.visitor("bob", apart=True)
        assert bob.id != taken["userid"]
