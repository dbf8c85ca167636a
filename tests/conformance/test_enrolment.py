"""Executors that enrol themselves by a proof, for a lease."""

import pytest

from jupyter_colonies.core import enrolment
from tests.conformance.wire import Member, id_of, new_key, refused


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
