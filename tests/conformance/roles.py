"""Who may send which message: the tables of protocol part 01, section 3.4, written off by hand.

Nothing here is derived from the package, so that a wrong declaration there shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SIGNERS = {
    "server owner",
    "colony owner",
    "approved",
    "assigned",
    "pending",
    "rejected",
    "removed",
    "user",
    "foreign colony owner",
    "foreign approved",
    "foreign pending",
    "foreign rejected",
    "foreign removed",
    "foreign user",
    "unknown key",
    "wrong signature",
}
EVERYBODY = SIGNERS | {"unsigned"}

MEMBERS = {"approved", "assigned", "user"}


@dataclass(frozen=True)
class Who:
    """Who succeeds, and how everybody else is refused.

    `role` is what the package must have declared. `otherwise` holds the status of those who have
    the role but break a further rule; all others get a 403 whose message begins with `text`.
    """

    role: str
    may: set[str]
    otherwise: dict[str, int] = field(default_factory=dict)
    text: str = "Access denied, not a member of Colony with name <"


ANY = Who("ANYONE", EVERYBODY)
SERVER = Who("SERVER_OWNER", {"server owner"}, text="Access denied, not server owner")
OWNER = Who("COLONY_OWNER", {"colony owner"}, text="Access denied, not colony owner")
MEMBER = Who("MEMBER", MEMBERS)
MEMBER_OR_PENDING = Who("MEMBER_OR_PENDING", MEMBERS | {"pending"})
ASSIGNED = Who("ASSIGNED_EXECUTOR", {"assigned"}, {"approved": 403, "user": 403})
EXECUTOR = Who("MEMBER", {"approved", "assigned"}, {"user": 500})
PARENTS_EXECUTOR = Who("MEMBER", {"assigned"}, {"approved": 400, "user": 400})
MEMBER_ITSELF = Who("MEMBER", {"assigned"}, {"approved": 403, "user": 403})
PENDING_ITSELF = Who(
    "MEMBER_OR_PENDING", {"assigned"}, {"approved": 400, "user": 400, "pending": 400}
)
ANY_USER = Who("MEMBER_OR_PENDING", {"user"}, {"approved": 400, "assigned": 400, "pending": 400})
ANY_EXECUTOR = Who("MEMBER_OR_PENDING", {"approved", "assigned", "pending"}, {"user": 400})
MEMBER_OR_OWNER = Who(
    "MEMBER_OR_OWNER", MEMBERS | {"colony owner"}, text="Access denied, not colony owner"
)
CHANNEL = Who("PARTY", {"assigned"}, {"approved": 403, "user": 403})

NO_SERVER_SIDE = {"getnodemsg", "getnodesmsg", "getnodesbylocationmsg"}

WHO = {
    # Colonies
    "addcolonymsg": SERVER,
    "removecolonymsg": SERVER,
    "getcoloniesmsg": SERVER,
    "getcolonymsg": MEMBER,
    "getcolonystatsmsg": MEMBER,
    # Users
    "addusermsg": OWNER,
    "getusersmsg": MEMBER_OR_PENDING,
    "getusermsg": MEMBER_OR_PENDING,
    "getuserbyidmsg": MEMBER_OR_PENDING,
    "removeusermsg": OWNER,
    # Executors
    "addexecutormsg": OWNER,
    "getexecutorsmsg": MEMBER_OR_PENDING,
    "getexecutormsg": MEMBER,
    "getexecutorbyidmsg": MEMBER,
    "approveexecutormsg": OWNER,
    "rejectexecutormsg": OWNER,
    "removeexecutormsg": OWNER,
    "reportallocationmsg": PENDING_ITSELF,
    "updateexecutormsg": PENDING_ITSELF,
    # Functions
    "addfunctionmsg": MEMBER_ITSELF,
    "getfunctionsmsg": MEMBER,
    "removefunctionmsg": MEMBER_ITSELF,
    # Attributes
    "addattributemsg": ASSIGNED,
    "getattributemsg": MEMBER,
    # Logs
    "addlogmsg": ASSIGNED,
    "addexecutorlogmsg": MEMBER_ITSELF,
    "getlogsmsg": MEMBER,
    "searchlogsmsg": MEMBER,
    # Locations
    "addlocationmsg": OWNER,
    "getlocationsmsg": MEMBER_OR_PENDING,
    "getlocationmsg": MEMBER_OR_PENDING,
    "removelocationmsg": OWNER,
    # Change of ids
    "changeuseridmsg": ANY_USER,
    "changeexecutoridmsg": ANY_EXECUTOR,
    "changecolonyidmsg": OWNER,
    "changeserveridmsg": SERVER,
    # Server
    "getstatisticsmsg": SERVER,
    "getclustermsg": SERVER,
    "versionmsg": ANY,
    "getserverinfomsg": ANY,
    # Assignment pause
    "pauseassignmentsmsg": OWNER,
    "resumeassignmentsmsg": OWNER,
    "getpausestatusmsg": MEMBER_OR_PENDING,
    # WebSocket
    "subscribeprocessesmsg": MEMBER,
    "subscribeprocessmsg": MEMBER,
    "subscribechannelmsg": CHANNEL,
    # Processes
    "submitfuncspecmsg": MEMBER,
    "assignprocessmsg": EXECUTOR,
    "getprocesshistmsg": MEMBER,
    "getprocessesmsg": MEMBER,
    "getprocessmsg": MEMBER,
    "removeprocessmsg": MEMBER,
    "removeallprocessesmsg": OWNER,
    "closesuccessfulmsg": ASSIGNED,
    "closefailedmsg": ASSIGNED,
    "cancelprocessmsg": MEMBER,
    "setoutputmsg": ASSIGNED,
    # Workflows
    "submitworkflowspecmsg": MEMBER,
    "getprocessgraphmsg": MEMBER,
    "getprocessgraphsmsg": MEMBER,
    "removeprocessgraphmsg": MEMBER,
    "removeallprocessgraphsmsg": OWNER,
    "cancelprocessgraphmsg": MEMBER,
    "addchildmsg": PARENTS_EXECUTOR,
    # Crons and generators
    "addcronmsg": MEMBER,
    "getcronmsg": MEMBER,
    "getcronsmsg": MEMBER,
    "runcronmsg": MEMBER,
    "removecronmsg": MEMBER,
    "addgeneratormsg": MEMBER,
    "getgeneratormsg": MEMBER,
    "resolvegeneratormsg": MEMBER,
    "getgeneratorsmsg": MEMBER,
    "packgeneratormsg": MEMBER,
    "removegeneratormsg": MEMBER,
    # Files and snapshots
    "addfilemsg": MEMBER,
    "getfilemsg": MEMBER,
    "getfilesmsg": MEMBER,
    "getfilelabelsmsg": MEMBER,
    "removefilemsg": MEMBER,
    "createsnapshotmsg": MEMBER,
    "getsnapshotmsg": MEMBER,
    "getsnapshotsmsg": MEMBER,
    "removesnapshotmsg": MEMBER,
    "removeallsnapshotmsg": MEMBER,
    # Channels
    "channelappendmsg": CHANNEL,
    "channelreadmsg": CHANNEL,
    # Blueprints
    "addblueprintdefinitionmsg": OWNER,
    "getblueprintdefinitionmsg": MEMBER_OR_OWNER,
    "getblueprintdefinitionsmsg": MEMBER_OR_OWNER,
    "removeblueprintdefinitionmsg": OWNER,
    "addblueprintmsg": MEMBER_OR_OWNER,
    "getblueprintmsg": MEMBER_OR_OWNER,
    "getblueprintsmsg": MEMBER_OR_OWNER,
    "updateblueprintmsg": MEMBER_OR_OWNER,
    "removeblueprintmsg": MEMBER_OR_OWNER,
    "updateblueprintstatusmsg": MEMBER,
    "reconcileblueprintmsg": MEMBER,
    "getblueprinthistorymsg": MEMBER_OR_OWNER,
}

# What this server has beyond the protocol.
ITSELF = Who(
    "ITSELF", {"assigned"}, {"approved": 403, "user": 403, "pending": 403}, text="Access denied"
)
EXTENSIONS = {
    "assignprocessesmsg": EXECUTOR,
    "closeprocessesmsg": Who("SIGNER", SIGNERS),
    "enrolexecutormsg": Who("ENROLLED", set(), text="Access denied, the proof of enrolment"),
    "renewleasemsg": ITSELF,
    "leavecolonymsg": ITSELF,
    "subscribeexecutormsg": ITSELF,
    "setattributesmsg": ASSIGNED,
    "subscribeworkflowmsg": MEMBER,
    "subscribenotesmsg": MEMBER,
    "rerunworkflowmsg": MEMBER,
    "getrerunsmsg": MEMBER,
    "getworkfloweventsmsg": MEMBER,
    "retryprocessmsg": MEMBER,
    "getcredentialsmsg": MEMBER,
    "movefilesmsg": MEMBER,
    "checkfilesmsg": OWNER,
    "addtokenmsg": MEMBER_OR_OWNER,
    "gettokensmsg": MEMBER_OR_OWNER,
    "removetokenmsg": Who(
        "MEMBER_OR_OWNER",
        {"assigned", "colony owner"},
        {"approved": 404, "user": 404},
        text="Access denied, not colony owner",
    ),
    "getmonitormsg": MEMBER,
    "subscribecolonymsg": MEMBER,
    "switchcronmsg": MEMBER,
    "switchgeneratormsg": MEMBER,
    "rungeneratormsg": MEMBER,
}
