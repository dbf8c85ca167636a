"""Who may do what: every declared message by every kind of caller, compared with the protocol.

Protocol part 01, section 3.
"""

import hashlib
import json
import secrets

import pytest

from jupyter_colonies.core.messages import REGISTRY
from tests.conformance.roles import EVERYBODY, EXTENSIONS, NO_SERVER_SIDE, WHO
from tests.conformance.wire import (
    Dropped,
    Refused,
    envelope,
    id_of,
    new_key,
    refused,
    reply_type,
    signature,
)


class Cast:
    """A colony and one caller of each kind; `assigned` is who requests are about."""

    def __init__(self, wire):
        self.colony = wire.new_colony()
        foreign = wire.new_colony()
        self.assigned = self.colony.executor(name="assigned")
        self.keys = {
            "server owner": wire.serverkey,
            "assigned": self.assigned.key,
            "unknown key": new_key(),
            "unsigned": self.assigned.key,
            "wrong signature": self.assigned.key,
            **everyone_of(self.colony),
            **{f"foreign {kind}": key for kind, key in everyone_of(foreign).items()},
        }
        assert set(self.keys) == EVERYBODY

    @property
    def here(self):
        return {"colonyname": self.colony.name}

    def running(self):
        """A process that the assigned executor runs, before what others left in the queue."""
        self.assigned.submit(priority=1)
        return {"processid": self.assigned.assign()["processid"]}

    def talking(self):
        """A process with a channel, submitted and run by the assigned executor."""
        self.assigned.submit(channels=["c"], priority=1)
        return {"processid": self.assigned.assign()["processid"], "name": "c"}

    def file(self):
        """The id of a file."""
        file = self.here | {"label": "/l", "name": "n"}
        return self.assigned.call("addfilemsg", file=file)["fileid"]

    def snapshot(self):
        made = self.assigned.call("createsnapshotmsg", label="/l", name=some_name(), **self.here)
        return self.here | {"snapshotid": made["snapshotid"]}

    def waiting(self):
        return {"processid": self.assigned.submit(conditions={"executortype": "x"})["processid"]}

    def workflow(self):
        """The workflow's one process is running."""
        graph = self.assigned.submit_workflow(self.assigned.spec(nodename="a", priority=1))
        return self.assigned.assign() | {"processgraphid": graph["processgraphid"]}

    def waiting_workflow(self):
        spec = self.assigned.spec(conditions={"executortype": "x"})
        return {"processgraphid": self.assigned.submit_workflow(spec)["processgraphid"]}

    def cancelled_workflow(self):
        graph = self.waiting_workflow()
        self.assigned.call("cancelprocessgraphmsg", **graph)
        return graph

    def cancelled(self):
        process = self.waiting()
        self.assigned.call("cancelprocessmsg", **process)
        return process

    def work(self):
        """The colony has a process that every executor may take."""
        self.assigned.submit()
        return self.here

    def executor(self):
        return self.here | {"executorname": self.colony.pending().name}

    def function(self):
        fun = self.here | {"executorname": "assigned", "funcname": "f"}
        return {"functionid": self.assigned.call("addfunctionmsg", fun=fun)["functionid"]}

    def location(self):
        place = self.here | {"name": some_name()}
        self.colony.wire.call("addlocationmsg", self.colony.ownerkey, location=place)
        return place

    def new_token(self):
        return self.here | {"name": "program", "scopes": ["read", "execute"]}

    def token(self):
        """The id of a token of the assigned executor."""
        made = self.assigned.call("addtokenmsg", **self.new_token())
        return self.here | {"tokenid": made["token"]["tokenid"]}

    def attribute(self):
        return {"targetid": self.running()["processid"], "key": "k", "attributetype": 1}

    def stored_attribute(self):
        added = self.assigned.call("addattributemsg", attribute=self.attribute())
        return {"attributeid": added["attributeid"]}

    def definition(self):
        name = some_name()
        metadata = self.here | {"name": name}
        return {"metadata": metadata, "spec": {"names": {"kind": name}, "handler": HANDLER}}

    def defined(self):
        definition = self.definition()
        self.colony.owner("addblueprintdefinitionmsg", blueprintdefinition=definition)
        return definition["metadata"]["name"]

    def blueprint(self):
        metadata = self.here | {"name": some_name()}
        return {"kind": self.defined(), "metadata": metadata, "spec": {"a": 1}}

    def stored_blueprint(self):
        return self.assigned.call("addblueprintmsg", blueprint=self.blueprint())

    def named_blueprint(self):
        return self.there | {"name": self.stored_blueprint()["metadata"]["name"]}

    @property
    def there(self):
        return {"namespace": self.colony.name}


HANDLER = {"executorType": "x", "functionName": "reconcile"}


def everyone_of(colony):
    """A key of each kind that a colony knows."""
    keys = {"colony owner": colony.ownerkey, "user": colony.user(name="user").key}
    for kind in ("approved", "rejected", "removed"):
        keys[kind] = colony.executor(name=kind).key
    keys["pending"] = colony.pending(name="pending").key
    colony.owner("rejectexecutormsg", executorname="rejected")
    colony.owner("removeexecutormsg", executorname="removed")
    return keys


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


def workflow_text(cast):
    spec = cast.assigned.spec(nodename="n", conditions={"executortype": "x"})
    return json.dumps({"colonyname": cast.colony.name, "functionspecs": [spec]})


def new_cron(cast):
    return cast.here | {
        "name": some_name(),
        "interval": 100_000,
        "workflowspec": workflow_text(cast),
    }


def a_cron(cast):
    return {"cronid": cast.assigned.call("addcronmsg", cron=new_cron(cast))["cronid"]}


def new_generator(cast):
    return cast.here | {
        "name": some_name(),
        "trigger": 100_000,
        "workflowspec": workflow_text(cast),
    }


def a_generator(cast):
    added = cast.assigned.call("addgeneratormsg", generator=new_generator(cast))
    return {"generatorid": added["generatorid"]}


def a_packed_generator(cast):
    generator = a_generator(cast)
    cast.assigned.call("packgeneratormsg", arg="1", **generator)
    return generator


def a_generators_name(cast):
    generator = new_generator(cast)
    cast.assigned.call("addgeneratormsg", generator=generator)
    return cast.here | {"generatorname": generator["name"]}


REQUESTS = {
    "addcronmsg": lambda cast: {"cron": new_cron(cast)},
    "getcronmsg": a_cron,
    "getcronsmsg": lambda cast: cast.here | {"count": 1},
    "runcronmsg": a_cron,
    "removecronmsg": a_cron,
    "addgeneratormsg": lambda cast: {"generator": new_generator(cast)},
    "getgeneratormsg": a_generator,
    "resolvegeneratormsg": a_generators_name,
    "getgeneratorsmsg": lambda cast: cast.here | {"count": 1},
    "packgeneratormsg": lambda cast: a_generator(cast) | {"arg": "a"},
    "removegeneratormsg": a_generator,
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
    "getuserbyidmsg": lambda cast: cast.here | {"userid": id_of(cast.keys["user"])},
    "removeusermsg": lambda cast: cast.here | {"name": cast.colony.user().name},
    "addexecutormsg": lambda cast: {
        "executor": cast.here | {"executorname": some_name(), "executorid": id_of(new_key())}
    },
    "getexecutorsmsg": lambda cast: cast.here,
    "getexecutormsg": itself,
    "getexecutorbyidmsg": lambda cast: {"executorid": cast.assigned.id},
    "approveexecutormsg": lambda cast: cast.executor(),
    "rejectexecutormsg": lambda cast: cast.executor(),
    "removeexecutormsg": lambda cast: cast.executor(),
    "reportallocationmsg": lambda cast: itself(cast) | {"allocations": {"projects": {}}},
    "updateexecutormsg": lambda cast: itself(cast) | {"capabilities": {"hardware": []}},
    "addfunctionmsg": lambda cast: {"fun": itself(cast) | {"funcname": "f"}},
    "getfunctionsmsg": lambda cast: cast.here,
    "removefunctionmsg": lambda cast: cast.function(),
    "submitfuncspecmsg": lambda cast: {
        "spec": cast.assigned.spec(conditions={"executortype": "x"})
    },
    "assignprocessmsg": lambda cast: cast.work() | {"timeout": -1},
    "assignprocessesmsg": lambda cast: cast.work() | {"timeout": -1, "count": 2},
    "closeprocessesmsg": lambda cast: {"items": [cast.running()]},
    "closesuccessfulmsg": lambda cast: cast.running(),
    "closefailedmsg": lambda cast: cast.running(),
    "setoutputmsg": lambda cast: cast.running() | {"out": [1]},
    "cancelprocessmsg": lambda cast: cast.waiting(),
    "getprocessmsg": lambda cast: cast.waiting(),
    "getprocessesmsg": lambda cast: cast.here | {"count": 1},
    "getprocesshistmsg": lambda cast: cast.here | {"seconds": 60},
    "removeprocessmsg": lambda cast: cast.waiting(),
    "removeallprocessesmsg": lambda cast: cast.here | {"state": 2},
    "removeallprocessgraphsmsg": lambda cast: cast.here | {"state": 2},
    "submitworkflowspecmsg": lambda cast: {
        "spec": cast.here
        | {"functionspecs": [cast.assigned.spec(conditions={"executortype": "x"})]}
    },
    "getprocessgraphmsg": lambda cast: cast.waiting_workflow(),
    "getprocessgraphsmsg": lambda cast: cast.here | {"count": 1},
    "removeprocessgraphmsg": lambda cast: cast.waiting_workflow(),
    "cancelprocessgraphmsg": lambda cast: cast.waiting_workflow(),
    "addchildmsg": child_of,
    "rerunworkflowmsg": lambda cast: cast.cancelled_workflow(),
    "getrerunsmsg": lambda cast: cast.waiting_workflow(),
    "getworkfloweventsmsg": lambda cast: cast.waiting_workflow(),
    "retryprocessmsg": lambda cast: cast.cancelled(),
    "channelappendmsg": lambda cast: cast.talking() | {"sequence": 1},
    "channelreadmsg": lambda cast: cast.talking(),
    "subscribechannelmsg": lambda cast: cast.talking() | {"timeout": -1},
    "addfilemsg": lambda cast: {"file": cast.here | {"label": "/l", "name": "n"}},
    "getfilemsg": lambda cast: cast.here | {"fileid": cast.file()},
    "getfilesmsg": lambda cast: cast.here | {"label": "/l"},
    "getfilelabelsmsg": lambda cast: cast.here,
    "movefilesmsg": lambda cast: (
        cast.file() and cast.here | {"label": "/l", "name": "n", "tolabel": f"/{some_name()}"}
    ),
    "removefilemsg": lambda cast: cast.here | {"fileid": cast.file()},
    "createsnapshotmsg": lambda cast: cast.here | {"label": "/l", "name": some_name()},
    "getsnapshotmsg": lambda cast: cast.snapshot(),
    "getsnapshotsmsg": lambda cast: cast.here,
    "removesnapshotmsg": lambda cast: cast.snapshot(),
    "removeallsnapshotmsg": lambda cast: cast.here,
    "addattributemsg": lambda cast: {"attribute": cast.attribute()},
    "getattributemsg": lambda cast: cast.stored_attribute(),
    "addlogmsg": lambda cast: cast.running() | {"message": "m"},
    "addexecutorlogmsg": lambda cast: itself(cast) | {"message": "m"},
    "getlogsmsg": lambda cast: cast.running() | {"count": 1},
    "searchlogsmsg": lambda cast: cast.here | {"text": "m", "days": 1, "count": 1},
    "addlocationmsg": lambda cast: {"location": cast.here | {"name": some_name()}},
    "getlocationsmsg": lambda cast: cast.here,
    "getlocationmsg": lambda cast: cast.location(),
    "removelocationmsg": lambda cast: cast.location(),
    "changeuseridmsg": lambda cast: cast.here | {"userid": id_of(new_key())},
    "changeexecutoridmsg": lambda cast: cast.here | {"executorid": id_of(new_key())},
    # To the id it has, so that the others go on.
    "changecolonyidmsg": lambda cast: cast.here | {"colonyid": id_of(cast.colony.ownerkey)},
    "changeserveridmsg": lambda cast: {"serverid": id_of(cast.colony.wire.serverkey)},
    "pauseassignmentsmsg": lambda cast: cast.here,
    "resumeassignmentsmsg": lambda cast: cast.here,
    "getpausestatusmsg": lambda cast: cast.here,
    "versionmsg": lambda _: {},
    "getserverinfomsg": lambda _: {},
    "getstatisticsmsg": lambda _: {},
    "getclustermsg": lambda _: {},
    "subscribeprocessmsg": lambda cast: cast.waiting() | {"state": 3, "timeout": 0},
    "subscribeprocessesmsg": lambda cast: (
        cast.here | {"state": 3, "executortype": "t", "timeout": 0}
    ),
    "setattributesmsg": lambda cast: cast.running() | {"texts": {"k": "v"}},
    "subscribeexecutormsg": lambda cast: itself(cast) | {"timeout": 0},
    "subscribeworkflowmsg": lambda cast: cast.waiting_workflow() | {"after": 2**40, "timeout": 0},
    "subscribenotesmsg": lambda cast: cast.waiting() | {"timeout": 0},
    "enrolexecutormsg": lambda cast: {
        "executor": cast.here | {"executorname": some_name(), "executorid": id_of(new_key())},
        "proof": hashlib.sha3_256(b"guessed").hexdigest(),
    },
    "renewleasemsg": lambda cast: itself(cast) | {"lease": 60},
    "leavecolonymsg": itself,
    "getmonitormsg": lambda cast: cast.here,
    "subscribecolonymsg": lambda cast: cast.here | {"timeout": 0},
    "switchcronmsg": lambda cast: a_cron(cast) | {"enabled": False},
    "switchgeneratormsg": lambda cast: a_generator(cast) | {"enabled": False},
    "rungeneratormsg": a_packed_generator,
    "getcredentialsmsg": lambda cast: cast.here,
    "checkfilesmsg": lambda cast: cast.here,
    "addtokenmsg": lambda cast: cast.new_token(),
    "gettokensmsg": lambda cast: cast.here,
    "removetokenmsg": lambda cast: cast.token(),
    "addblueprintdefinitionmsg": lambda cast: {"blueprintdefinition": cast.definition()},
    "getblueprintdefinitionmsg": lambda cast: cast.here | {"name": cast.defined()},
    "getblueprintdefinitionsmsg": lambda cast: cast.here,
    "removeblueprintdefinitionmsg": lambda cast: cast.there | {"name": cast.defined()},
    "addblueprintmsg": lambda cast: {"blueprint": cast.blueprint()},
    "getblueprintmsg": lambda cast: cast.named_blueprint(),
    "getblueprintsmsg": lambda cast: cast.there,
    "updateblueprintmsg": lambda cast: {"blueprint": cast.stored_blueprint()},
    "removeblueprintmsg": lambda cast: cast.named_blueprint(),
    "updateblueprintstatusmsg": lambda cast: (
        cast.here | {"blueprintname": cast.named_blueprint()["name"], "status": {"ready": True}}
    ),
    "reconcileblueprintmsg": lambda cast: cast.named_blueprint(),
    "getblueprinthistorymsg": lambda cast: {"blueprintid": cast.stored_blueprint()["blueprintid"]},
}


# Nobody could act as before afterwards.
ENDS_THE_CAST = {
    "leavecolonymsg",
    "pauseassignmentsmsg",
    "changeuseridmsg",
    "changeexecutoridmsg",
}


@pytest.fixture(scope="module")
def cast(wire):
    return Cast(wire)


FORGED = {
    "unsigned": lambda *_: "",
    "wrong signature": lambda payload, key: signature(payload + "x", key),
}


def outcome(wire, message, cast, caller, fields):
    """Status and text of what a caller is answered."""
    body = {"msgtype": message.type, **fields}
    sign = FORGED.get(caller, signature)
    request = envelope(message.type, body, cast.keys[caller], sign)
    try:
        if message.streams:
            with wire.socket() as socket:
                socket.send_raw(request)
                socket.receive(payloadtype=message.type)
        else:
            wire.post(request, reply_type(message.type))
    except Refused as refusal:
        return refusal.status, refusal.message
    except Dropped:
        return 200, "the subscription's time was over"
    return 200, ""


def test_every_declared_message_is_in_the_table_and_tried():
    assert set(REQUESTS) == set(REGISTRY)
    assert {name for name, message in REGISTRY.items() if message.extension} == set(EXTENSIONS)
    assert set(REGISTRY) == (WHO.keys() | EXTENSIONS)
    assert len(WHO.keys() | NO_SERVER_SIDE) == 102


@pytest.mark.parametrize("message", REGISTRY.values(), ids=lambda message: message.type)
def test_the_declared_role_is_that_of_the_protocol(message):
    assert message.role.name == (WHO | EXTENSIONS)[message.type].role


@pytest.mark.parametrize("message", REGISTRY.values(), ids=lambda message: message.type)
def test_only_whom_the_protocol_names_may(wire, cast, message):
    who = (WHO | EXTENSIONS)[message.type]
    if message.type in ENDS_THE_CAST:
        cast = Cast(wire)
    wrong = {}
    # Who may comes last: leaving the colony can be tried only once.
    for caller in sorted(cast.keys, key=lambda name: name in who.may):
        status, text = outcome(wire, message, cast, caller, REQUESTS[message.type](cast))
        expected = 200 if caller in who.may else who.otherwise.get(caller, 403)
        beginning = who.text if caller not in who.may and caller not in who.otherwise else ""
        if caller == "unsigned" and caller not in who.may:
            beginning = "" if message.streams else "Invalid signature length"
        if status != expected or not text.startswith(beginning):
            wrong[caller] = (status, text)
    assert wrong == {}


@pytest.mark.parametrize("payloadtype", sorted(NO_SERVER_SIDE))
def test_what_has_no_server_side_is_nobodys(wire, cast, payloadtype):
    for key in cast.keys.values():
        with refused(403, f"invalid rpcMsg.PayloadType: {payloadtype}"):
            wire.call(payloadtype, key, colonyname=cast.colony.name)


def test_a_result_in_a_batch_is_taken_from_the_assigned_executor_only(wire, cast):
    for caller in sorted(cast.keys.keys() - FORGED, key=lambda name: name == "assigned"):
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
