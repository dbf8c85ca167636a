"""The first start: keys, a colony and a user, so that nothing has to be configured.

Each step looks whether it was done already; a first start that was cut short is completed by
the next one, and every later start changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import NamedTuple

from jupyter_colonies.broker.authorize import owner_of_server
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import identity
from jupyter_colonies.core.member import Colony, User
from jupyter_colonies.core.messages import colonies
from jupyter_colonies.errors import InvalidRequest, RequestError
from jupyter_colonies.server.folder import DataFolder
from jupyter_colonies.server.settings import Settings
from jupyter_colonies.store import members
from jupyter_colonies.store.statement import Transaction

log = logging.getLogger(__name__)


class Identities(NamedTuple):
    """Ids of the server, of the colony's owner and of the user."""

    serverid: str
    colonyid: str
    userid: str


def identities(folder: DataFolder, settings: Settings) -> Identities:
    """The ids of a data folder; keys that are missing are made, or taken from the settings.

    Keys that exist are kept: other ones in the settings are only warned about.
    """
    folder.close_to_others()
    colony_key = _key(folder, "colony", settings.colony_key)
    user_key = _key(folder, "user", settings.user_key)
    return Identities(
        _serverid(folder, settings), identity.id_of(colony_key), identity.id_of(user_key)
    )


async def complete(
    broker: Broker, folder: DataFolder, ids: Identities, colonyname: str
) -> Identities:
    """Keys that the server knows already take the place of those before.

    Changing a key was cut short between the two (`client.rotation`).
    """
    for name in Identities._fields:
        whose = name.removesuffix("id")
        key = await asyncio.to_thread(folder.fresh_key, whose)
        if not key:
            continue
        fresh = identity.id_of(key)
        if await broker.store.read(partial(_knows, whose, fresh, colonyname)):
            await asyncio.to_thread(folder.adopt_key, whose)
            ids = ids._replace(**{name: fresh})
            log.warning("The %s key was about to be changed: this is completed now", whose)
    return ids


def _knows(whose: str, fresh: str, colonyname: str, tx: Transaction) -> bool:
    if whose == "user":
        row = tx.one(members.GET_USER_BY_ID, colonyname=colonyname, userid=fresh)
        return row is not None
    if whose == "colony":
        row = tx.one(members.GET_COLONY, name=colonyname)
        return row is not None and row["colonyid"] == fresh
    return owner_of_server(tx, "") == fresh


async def populate(broker: Broker, ids: Identities, settings: Settings) -> None:
    """Make the colony and its user unless they exist."""
    existing: list[Colony] = await broker.call(
        colonies.GET_COLONIES,
        colonies.GET_COLONIES.request(msgtype=colonies.GET_COLONIES.type),
        ids.serverid,
    )
    owners = {colony.name: colony.colonyid for colony in existing}
    if settings.colonyname not in owners:
        colony = Colony(colonyid=ids.colonyid, name=settings.colonyname)
        request = colonies.AddColony(msgtype=colonies.ADD_COLONY.type, colony=colony)
        try:
            await broker.call(colonies.ADD_COLONY, request, ids.serverid)
        except InvalidRequest as error:
            log.info("Another server on this database was first: %s", error.message)
        else:
            log.info("Created colony '%s'", settings.colonyname)
    if not await _is_user(broker, ids.userid, settings.colonyname):
        await _add_user(broker, ids, settings)


async def _add_user(broker: Broker, ids: Identities, settings: Settings) -> None:
    colonyname, username = settings.colonyname, settings.username
    user = User(colonyname=colonyname, userid=ids.userid, name=username)
    request = colonies.AddUser(msgtype=colonies.ADD_USER.type, user=user)
    try:
        await broker.call(colonies.ADD_USER, request, ids.colonyid)
    except RequestError as error:
        log.warning(
            "The user of this data folder is no member of colony '%s' and could not be added: %s. "
            "The colony's owner can add the id %s",
            colonyname,
            error.message,
            ids.userid,
        )
    else:
        log.info("Created user '%s' of colony '%s'", username, colonyname)


async def _is_user(broker: Broker, userid: str, colonyname: str) -> bool:
    request = colonies.NamedColony(msgtype=colonies.GET_USERS.type, colonyname=colonyname)
    try:
        users: list[User] = await broker.call(colonies.GET_USERS, request, userid)
    except RequestError:
        return False
    return any(user.userid == userid for user in users)


def _key(folder: DataFolder, name: str, given: str) -> str:
    kept = folder.read_key(name)
    if not kept:
        kept = given or identity.new_private_key()
        folder.write_key(name, kept)
    elif given and given != kept:
        log.warning(
            "The %s key in the environment is not the one in %s, which is kept",
            name,
            folder.key_file(name),
        )
    return kept


def _serverid(folder: DataFolder, settings: Settings) -> str:
    """The server's id is settled on the first start (protocol part 01, section 7.2, 17)."""
    given = settings.serverid or (
        identity.id_of(settings.server_key) if settings.server_key else ""
    )
    kept_key = folder.read_key("server")
    kept = identity.id_of(kept_key) if kept_key else folder.serverid
    if kept:
        if given and given != kept:
            log.warning(
                "COLONIES_SERVER_ID names another server than the one of the data folder %s: "
                "this server keeps its id %s",
                folder.path,
                kept,
            )
        elif settings.server_key and not kept_key:
            folder.write_key("server", settings.server_key)
        return kept
    if settings.serverid and not settings.server_key:
        folder.serverid = settings.serverid
        return settings.serverid
    return identity.id_of(_key(folder, "server", settings.server_key))
