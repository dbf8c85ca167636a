"""Members of a colony: its users."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.decoding import Name
from jupyter_colonies.core.member import User
from jupyter_colonies.core.messages import colonies, pages
from jupyter_colonies.core.policy import Role
from jupyter_colonies.server.rest.declaration import Reply, Visit, address, declare
from jupyter_colonies.server.rest.paging import Page, Paging, Text, page

ALL = "colonies/{colonyname}/members"
ONE = "colonies/{colonyname}/members/{membername}"


class MemberPaging(Paging, kw_only=True):
    """Which members."""

    userid: Text = ""


class NewMember(msgspec.Struct, kw_only=True):
    """Body of a new member: the id of the user's key, 64 hexadecimal characters."""

    userid: Name
    email: str = ""
    phone: str = ""


@declare("GET", ALL, who=Role.MEMBER_OR_PENDING, replies={200: Page[User]}, tagged=True)
async def list_members(visit: Visit, colonyname: str, *, query: MemberPaging) -> Reply:
    """Users of a colony by name."""
    filters = {"userid": query.userid}
    return await page(visit, pages.MEMBERS, query, filters=filters, colonyname=colonyname)


@declare("GET", ONE, who=Role.MEMBER_OR_PENDING, replies={200: User}, tagged=True)
async def get_member(visit: Visit, colonyname: str, membername: str) -> Reply:
    """One user of a colony."""
    return Reply(200, await visit.ask(colonies.GET_USER, colonyname=colonyname, name=membername))


@declare("PUT", ONE, who=Role.COLONY_OWNER, replies={201: User})
async def add_member(visit: Visit, colonyname: str, membername: str, *, body: NewMember) -> Reply:
    """Make a user of a colony. 409 if the name or the id is taken."""
    user = User(
        colonyname=colonyname,
        userid=body.userid,
        name=membername,
        email=body.email,
        phone=body.phone,
    )
    where = address("colonies", colonyname, "members", membername)
    return Reply(201, await visit.ask(colonies.ADD_USER, user=user), where)


@declare("DELETE", ONE, who=Role.COLONY_OWNER, replies={204: None})
async def remove_member(visit: Visit, colonyname: str, membername: str) -> Reply:
    """Remove a user from a colony; what they submitted stays."""
    await visit.ask(colonies.REMOVE_USER, colonyname=colonyname, name=membername)
    return Reply(204)
