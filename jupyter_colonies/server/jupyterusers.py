"""Which user of the colony somebody is whom Jupyter knows.

A Jupyter server that one person uses has one user of the colony, whose key lies in the data folder.
Where Jupyter tells people apart by names that stay, each further name is a user of its own, with a
key that this server makes and keeps.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import identity
from jupyter_colonies.core.member import User
from jupyter_colonies.core.messages import colonies
from jupyter_colonies.errors import AccessDenied, RequestError
from jupyter_colonies.server.folder import DataFolder
from jupyter_colonies.server.settings import Settings, os_user
from jupyter_colonies.server.visitor import JupyterVisitor

LONGEST = 64
MADE_UP = re.compile("[0-9a-f]{32}")
"""What Jupyter calls people whom it has no name for."""

log = logging.getLogger(__name__)


class JupyterUsers:
    """The users of a colony behind those of Jupyter.

    `owner` gives the id of the colony's owner and `user` that of the server's own user, which may
    change. With `settings.users` as `one`, all are that user.
    """

    def __init__(
        self,
        broker: Broker,
        folder: DataFolder,
        settings: Settings,
        *,
        owner: str,
        user: Callable[[], str],
    ) -> None:
        self._broker = broker
        self._folder = folder
        self._colonyname = settings.colonyname
        self._together = settings.users == "one"
        self._hosts = {settings.username, os_user(), os.environ.get("JUPYTERHUB_USER", "")}
        self._owner = owner
        self._user = user
        self._known: dict[str, str] = {}
        self._making = asyncio.Lock()

    async def visitor(self, name: str, *, apart: bool, commands: bool = False) -> JupyterVisitor:
        """Who somebody is. Raises AccessDenied.

        `apart` says that their name stays. With `commands` they may run code in kernels: whoever
        may and is the server's own user can read the key of the colony's owner, and is one here.
        """
        nobody = not name or MADE_UP.fullmatch(name)
        if nobody or not apart or self._together or name in self._hosts:
            ownerid = self._owner if commands else ""
            return JupyterVisitor(self._broker, self._user(), name=name, ownerid=ownerid)
        async with self._making:
            if name not in self._known:
                self._known[name] = await self._id_of(name)
        return JupyterVisitor(self._broker, self._known[name], name=name)

    async def _id_of(self, name: str) -> str:
        if len(name) > LONGEST:
            raise AccessDenied(
                f"Access denied, names of users have at most {LONGEST} characters here"
            )
        file = f"user-{quote(name, safe='')}"
        key = await asyncio.to_thread(self._folder.read_key, file)
        if key:
            return identity.id_of(key)
        # The key gets its name once the user is there: whoever was removed is not added again.
        coming = f"{file}.new"
        key = await asyncio.to_thread(self._folder.read_key, coming)
        if not key:
            key = identity.new_private_key()
            await asyncio.to_thread(self._folder.write_key, coming, key)
        await self._add(name, identity.id_of(key))
        await asyncio.to_thread(self._folder.key_file(coming).replace, self._folder.key_file(file))
        return identity.id_of(key)

    async def _add(self, name: str, userid: str) -> None:
        try:
            there: list[User] = await self._ask(colonies.GET_USERS, self._user(), {})
        except RequestError:
            there = []
        if any(each.userid == userid for each in there):
            return
        user = User(colonyname=self._colonyname, userid=userid, name=name.replace(":", "_"))
        try:
            await self._ask(colonies.ADD_USER, self._owner, {"user": user})
        except RequestError as error:
            raise AccessDenied(
                f"Access denied, Jupyter's user '{name}' could not be made a user of colony "
                f"'{self._colonyname}': {error.message}"
            ) from None
        log.info("Jupyter's user '%s' is a user of colony '%s' now", name, self._colonyname)

    async def _ask(self, message: Any, callerid: str, fields: dict[str, Any]) -> Any:
        given = fields or {"colonyname": self._colonyname}
        return await self._broker.call(
            message, message.request(msgtype=message.type, **given), callerid
        )
