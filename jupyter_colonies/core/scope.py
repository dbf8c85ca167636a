"""What a bearer token may be used for: words, and which of them each operation needs.

A token never gives more than its identity has: scopes only take away. What makes lasting proofs
of identity, changes who somebody is, or is for the server's owner, no token may do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from jupyter_colonies.errors import AccessDenied, InvalidRequest


class Scope(StrEnum):
    """A part of what an identity may do."""

    READ = "read"
    SUBMIT = "submit"
    EXECUTE = "execute"
    MANAGE = "manage"

    @property
    def meaning(self) -> str:
        """What a token with it is good for."""
        return _MEANINGS[self]


_MEANINGS = {
    Scope.READ: "look at everything that the identity may see",
    Scope.SUBMIT: "submit processes and workflows, cancel them and run them again, add files",
    Scope.EXECUTE: "register executors, take work with them, log, and close what they run",
    Scope.MANAGE: "remove things, and all that changes the colony: members, crons, blueprints",
}

ANY = frozenset(Scope)
NO_TOKEN: frozenset[Scope] = frozenset()
READING = frozenset({Scope.READ})
_WORK = frozenset({Scope.READ, Scope.EXECUTE})
_TALK = frozenset({Scope.SUBMIT, Scope.EXECUTE})
_HEAR = frozenset({Scope.READ, Scope.SUBMIT, Scope.EXECUTE})
_SUBMIT = frozenset({Scope.SUBMIT})
_EXECUTE = frozenset({Scope.EXECUTE})
_MANAGE = frozenset({Scope.MANAGE})

_NAMED: dict[frozenset[Scope], str] = {
    NO_TOKEN: """
        addtokenmsg gettokensmsg removetokenmsg getcredentialsmsg
        changeuseridmsg changeexecutoridmsg changecolonyidmsg changeserveridmsg
        page:colonies addcolonymsg removecolonymsg getcoloniesmsg getstatisticsmsg getclustermsg
    """,
    ANY: "versionmsg getserverinfomsg",
    READING: """
        getcolonymsg getcolonystatsmsg
        getusersmsg getusermsg getuserbyidmsg getpausestatusmsg getlocationsmsg getlocationmsg
        getblueprintdefinitionmsg getblueprintdefinitionsmsg getblueprintmsg getblueprintsmsg
        getblueprinthistorymsg getcronmsg getcronsmsg
        getgeneratormsg resolvegeneratormsg getgeneratorsmsg
        searchlogsmsg getprocessesmsg getprocesshistmsg getprocessgraphsmsg getrerunsmsg
        subscribeprocessesmsg subscribeworkflowmsg getworkfloweventsmsg
        getmonitormsg subscribecolonymsg
        page:members page:locations page:processes page:workflows page:runs page:log page:crons
        page:generators runcounts
    """,
    _WORK: """
        getexecutorsmsg getexecutormsg getexecutorbyidmsg getfunctionsmsg
        getprocessgraphmsg getattributemsg getlogsmsg subscribeprocessmsg
        subscribenotesmsg
        getfilemsg getfilesmsg getfilelabelsmsg getsnapshotmsg getsnapshotsmsg
        page:executors page:functions page:nodes page:processlog page:executorlog page:files
        page:labels page:snapshots progress
    """,
    _HEAR: "getprocessmsg channelreadmsg subscribechannelmsg",
    _TALK: "channelappendmsg addfilemsg createsnapshotmsg storefile maystore",
    _SUBMIT: """
        submitfuncspecmsg submitworkflowspecmsg cancelprocessmsg cancelprocessgraphmsg
        rerunworkflowmsg retryprocessmsg runcronmsg packgeneratormsg
        rungeneratormsg
    """,
    _EXECUTE: """
        enrolexecutormsg renewleasemsg leavecolonymsg subscribeexecutormsg
        reportallocationmsg updateexecutormsg addfunctionmsg removefunctionmsg addexecutorlogmsg
        assignprocessmsg assignprocessesmsg closesuccessfulmsg closefailedmsg closeprocessesmsg
        setoutputmsg addattributemsg setattributesmsg addlogmsg addchildmsg
        updateblueprintstatusmsg
    """,
    _MANAGE: """
        addusermsg removeusermsg
        addexecutormsg approveexecutormsg rejectexecutormsg removeexecutormsg
        pauseassignmentsmsg resumeassignmentsmsg addlocationmsg removelocationmsg
        addblueprintdefinitionmsg removeblueprintdefinitionmsg addblueprintmsg updateblueprintmsg
        removeblueprintmsg reconcileblueprintmsg
        addcronmsg switchcronmsg removecronmsg
        addgeneratormsg switchgeneratormsg removegeneratormsg
        removefilemsg movefilesmsg checkfilesmsg removesnapshotmsg removeallsnapshotmsg
        removeprocessmsg removeallprocessesmsg removeprocessgraphmsg removeallprocessgraphsmsg
    """,
}

SCOPES: Mapping[str, frozenset[Scope]] = MappingProxyType(
    {name: scopes for scopes, names in _NAMED.items() for name in names.split()}
)
"""The scopes of which a token needs one, by the type of the message."""


def parse(words: Collection[str]) -> list[Scope]:
    """Scopes in their order. Raises InvalidRequest for a word that is none, and without any."""
    every = ", ".join(Scope)
    for word in words:
        if word not in ANY:
            raise InvalidRequest(f"'{word}' is no scope of a token: there are {every}")
    if not words:
        raise InvalidRequest(f"The token has no scopes: name at least one of {every}")
    return [scope for scope in Scope if scope in words]


def check(needed: Collection[Scope], granted: Collection[Scope]) -> None:
    """Raise AccessDenied unless a token with these scopes may do what needs one of others."""
    if not needed:
        raise AccessDenied(
            "Access denied, no token may do this: sign the request with the identity's key"
        )
    if not set(needed) & set(granted):
        words = " or ".join(f"'{scope}'" for scope in Scope if scope in needed)
        raise AccessDenied(f"Access denied, the token lacks the scope {words}")
