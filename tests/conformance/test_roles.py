"""Who may do what: every declared message by every kind of caller, compared with its declaration.

Protocol part 01, section 3.
"""

import hashlib
import secrets

import pytest

from jupyter_colonies.core import enrolment
from jupyter_colonies.core.messages import REGISTRY
from jupyter_colonies.core.policy import Role
from tests.conformance.wire import Dropped, Member, Refused, id_of, new_key, refused

EVERYBODY = {
    "server owner",
    "colony owner",
    "foreign colony owner",
    "approved",
    "assigned",
    "pending",
    "rejected",
    "removed",
    "foreign executor",
    "user",
    "foreign user",
    "unknown key",
}
ALLOWED = {
    Role.ANYONE: EVERYBODY,
    Role.SIGNER: EVERYBODY,
    Role.SERVER_OWNER: {"server owner"},
    Role.COLONY_OWNER: {"colony owner"},
    Role.MEMBER: {"approved", "assigned", "user"},
    Role.MEMBER_OR_PENDING: {"approved", "assigned", "user", "pending"},
    Role.ASSIGNED_EXECUTOR: {"assigned"},
    Role.ITSELF: {"assigned"},
    Role.ENROLLED: set(),
}


class Cast:
    """A colony and one caller of each kind; `assigned` is who requests are about."""

    def __init__(self, wire):
        self.colony = wire.new_colony()
        foreign = wire.new_colony()
        self.assigned = self.colony.executor(name="assigned")
        approved = self.colony.executor(name="approved")
        rejected = self.colony.executor(name="rejected")
        self.colony.owner("rejectexecutormsg", executorname="rejected")
        removed = self.colony.executor(name="removed")
        self.colony.owner("removeexecutormsg", executorname="removed")
        self.keys = {
            "server owner": wire.serverkey,
            "colony owner": self.colony.ownerkey,
            "foreign colony owner": foreign.ownerkey,
            "approved": approved.key,
            "assigned": self.assigned.key,
            "pending": self.colony.pending(name="pending").key,
            "rejected": rejected.key,
            "removed": removed.key,
            "foreign executor": foreign.executor(name="foreign").key,
            "user": self.colony.user(name="user").key,
            "foreign user": foreign.user().key,
            "unknown key": new_key(),
        }

    @property
    def here(self):
        return {"colonyname": self.colony.name}

    def running(self):
        """A process that the assigned executor runs."""
        self.assigned.submit()
        return {"processid": self.assigned.assign()["processid"]}

    def waiting(self):
        return {"processid": self.assigned.submit(conditions={"executortype": "x"})["processid"]}

    def workflow(self):
        """The workflow's one process is running."""
        graph = self.assigned.submit_workflow(a=[])
        return self.assigned.assign() | {"processgraphid": graph["processgraphid"]}

    def waiting_workflow(self):
        spec = self.assigned.spec(conditions={"executortype": "x"})
        return {"processgraphid": self.assigned.submit_workflow(spec)["processgraphid"]}

    def executor(self):
        return self.here | {"executorname": self.colony.pending().name}

    def attribute(self):
        return {"targetid": self.running()["processid"], "key": "k", "attributetype": 1}

    def stored_attribute(self):
        added = self.assigned.call("addattributemsg", attribute=self.attribute())
        return {"attributeid": added["attributeid"]}


def some_name():
    return secrets.token_hex(6)


def child_of(cast):
    parent = cast.workflow()
    return {
        "processgraphid": parent["processgraphid"],
        "parentprocessid": parent["processid"],
        "spec": cast.assigned.spec(nodename="n"),
    }


def itself(cast):
    return cast.here | {"executorname": "assigned"}


REQUESTS = {
    "addcolonymsg": lambda _: {"colony": {"colonyid": "a" * 64, "name": some_name()}},
    "removecolonymsg": lambda cast: {"colonyname": cast.colony.wire.new_colony().name},
    "getcoloniesmsg": lambda _: {},
    "getcolonymsg": lambda cast: cast.here,
    "getcolonystatsmsg": lambda cast: cast.here,
    "addusermsg": lambda cast: {
        "user": cast.here | {"name": some_name(), "userid": id_of(new_key())}
    },
    "getusersmsg": lambda cast: cast.here,
    "getusermsg": lambda cast: cast.here | {"name": "user"},
    "removeusermsg": lambda cast: cast.here | {"name": cast.colony.user().name},
    "addexecutormsg": lambda cast: {
        "executor": cast.here | {"executorname": some_name(), "executorid": id_of(new_key())}
    },
    "getexecutorsmsg": lambda cast: cast.here,
    "getexecutormsg": itself,
    "approveexecutormsg": lambda cast: cast.executor(),
    "rejectexecutormsg": lambda cast: cast.executor(),
    "removeexecutormsg": lambda cast: cast.executor(),
    "addfunctionmsg": lambda cast: {"fun": itself(cast) | {"funcname": "f"}},
    "getfunctionsmsg": lambda cast: cast.here,
    "submitfuncspecmsg": lambda cast: {
        "spec": cast.assigned.spec(conditions={"executortype": "x"})
    },
    "assignprocessmsg": lambda cast: cast.here | {"timeout": -1},
    "assignprocessesmsg": lambda cast: cast.here | {"timeout": -1, "count": 2},
    "closeprocessesmsg": lambda cast: {"items": [cast.running()]},
    "closesuccessfulmsg": lambda cast: cast.running(),
    "closefailedmsg": lambda cast: cast.running(),
    "setoutputmsg": lambda cast: cast.running() | {"out": [1]},
    "cancelprocessmsg": lambda cast: cast.waiting(),
    "getprocessmsg": lambda cast: cast.waiting(),
    "getprocessesmsg": lambda cast: cast.here | {"count": 1},
    "removeprocessmsg": lambda cast: cast.waiting(),
    "submitworkflowspecmsg": lambda cast: {
        "spec": cast.here
        | {"functionspecs": [cast.assigned.spec(conditions={"executortype": "x"})]}
    },
    "getprocessgraphmsg": lambda cast: cast.waiting_workflow(),
    "getprocessgraphsmsg": lambda cast: cast.here | {"count": 1},
    "removeprocessgraphmsg": lambda cast: cast.waiting_workflow(),
    "cancelprocessgraphmsg": lambda cast: cast.waiting_workflow(),
    "addchildmsg": child_of,
    "addattributemsg": lambda cast: {"attribute": cast.attribute()},
    "getattributemsg": lambda cast: cast.stored_attribute(),
    "addlogmsg": lambda cast: cast.running() | {"message": "m"},
    "getlogsmsg": lambda cast: cast.running() | {"count": 1},
    "versionmsg": lambda _: {},
    "getserverinfomsg": lambda _: {},
    "getstatisticsmsg": lambda _: {},
    "subscribeprocessmsg": lambda cast: cast.waiting() | {"state": 3},
    "subscribeprocessesmsg": lambda cast: cast.here | {"state": 3, "executortype": "t"},
    "subscribeworkflowmsg": lambda cast: cast.waiting_workflow() | {"after": 2**40},
    "enrolexecutormsg": lambda cast: {
        "executor": cast.here | {"executorname": some_name(), "executorid": id_of(new_key())},
        "proof": hashlib.sha3_256(b"guessed").hexdigest(),
    },
    "renewleasemsg": lambda cast: itself(cast) | {"lease": 60},
    "leavecolonymsg": itself,
}


@pytest.fixture(scope="module")
def cast(wire):
    return Cast(wire)


def outcome(wire, message, key, fields):
    """200 or the refusal."""
    if not message.streams:
        return wire.call(message.type, key, **fields)
    with wire.socket() as socket:
        socket.send(message.type, key, timeout=0, **fields)
        try:
            return socket.receive()
        except Dropped:
            return None


def denied(wire, message, key, fields):
    """Whether the caller lacks the role: a 403, not one of the rules beyond the role."""
    try:
        outcome(wire, message, key, fields)
    except Refused as refusal:
        if refusal.status != 403:
            return False
        beyond = "Not allowed to add a function to another executor"
        return refusal.message != beyond
    return False


def test_every_declared_message_is_tried():
    assert set(REQUESTS) == set(REGISTRY)


@pytest.mark.parametrize("message", REGISTRY.values(), ids=lambda message: message.type)
def test_only_the_declared_role_may(wire, cast, message):
    if message.type == "leavecolonymsg":
        cast = Cast(wire)
    allowed = set()
    # Who may comes last: leaving the colony can be tried only once.
    for caller in sorted(cast.keys, key=lambda name: name in ALLOWED[message.role]):
        fields = REQUESTS[message.type](cast)
        if not denied(wire, message, cast.keys[caller], fields):
            allowed.add(caller)
    assert allowed == ALLOWED[message.role]


def test_a_result_in_a_batch_is_taken_from_the_assigned_executor_only(wire, cast):
    for caller in sorted(cast.keys, key=lambda name: name == "assigned"):
        process = cast.running()
        fields = {"items": [process | {"out": [1]}]}
        (outcome,) = wire.call("closeprocessesmsg", cast.keys[caller], **fields)
        with_one = refusal_of(wire, cast.keys[caller], process) if outcome["message"] else (200, "")
        assert (outcome["status"], outcome["message"]) == with_one
        assert (outcome["status"] == 200) == (caller == "assigned")


def refusal_of(wire, key, process):
    """How the single message is refused."""
    try:
        wire.call("closesuccessfulmsg", key, processid=process["processid"])
    except Refused as refusal:
        return refusal.status, refusal.message
    return 200, ""


def test_users_and_executors_of_one_name_are_not_confused(colony, e1):
    """`itself` is the executor of that name, not whoever is called so."""
    user = colony.user(name="E1")
    with refused(403):
        user.call("leavecolonymsg", colonyname=colony.name, executorname="E1")
    assert e1.submit()


def test_a_pending_executor_may_leave(colony, e1):
    pending = colony.pending(name="new")
    pending.call("leavecolonymsg", colonyname=colony.name, executorname="new")
    found = e1.call("getexecutormsg", colonyname=colony.name, executorname="new")
    assert found["state"] == 3


# --- enrolment, an extension ---


def enrol(server, colony, name, key, **fields):
    executor = {
        "colonyname": colony.name,
        "executorname": name,
        "executortype": "t",
        "executorid": id_of(key),
    }
    proof = enrolment.proof(server.broker.secret, colony.name, name, id_of(key))
    body = {"executor": executor, "proof": proof, "lease": 60} | fields
    return colony.wire.call("enrolexecutormsg", key, **body)


def test_who_knows_the_secret_enrols_without_an_owner(server, colony):
    key = new_key()
    enrolled = enrol(server, colony, "notebook", key)
    assert (enrolled["executorname"], enrolled["state"]) == ("notebook", 1)
    member = Member(colony, "notebook", "t", key)
    member.submit()
    assert member.assign()["assignedexecutorid"] == id_of(key)


def test_a_proof_is_good_for_one_executor(server, colony):
    key = new_key()
    proof = enrolment.proof(server.broker.secret, colony.name, "notebook", id_of(key))
    for executor in (
        {"executorname": "other", "executorid": id_of(key)},
        {"executorname": "notebook", "executorid": id_of(new_key())},
        {"executorname": "notebook", "executorid": id_of(key), "colonyname": "nowhere"},
    ):
        with refused(403):
            colony.wire.call(
                "enrolexecutormsg",
                key,
                proof=proof,
                executor={"colonyname": colony.name, "executortype": "t"} | executor,
            )


def test_a_silent_executor_with_a_lease_gives_its_work_back(server, colony, e1):
    key = new_key()
    enrol(server, colony, "notebook", key, lease=1)
    member = Member(colony, "notebook", "t", key)
    process = member.submit()
    member.assign()
    assert e1.assign(30)["processid"] == process["processid"]
    with refused(403):
        member.close(process)


@pytest.mark.parametrize("lease", [-1, 10**6])
def test_leases_have_limits(server, colony, lease):
    with refused(400):
        enrol(server, colony, "notebook", new_key(), lease=lease)
