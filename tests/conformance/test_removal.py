"""Protocol part 02, sections 6.3 and 10.3, scenarios 44, 45 and 69: removing everything."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.wire import CANCELLED, FAILED, RUNNING, SUCCESS, WAITING, Refused, refused

ANY = -1
STATES = [WAITING, RUNNING, SUCCESS, FAILED, CANCELLED]


def remove_processes(colony, state):
    assert colony.owner("removeallprocessesmsg", state=state) == {}


def remove_graphs(colony, state):
    assert colony.owner("removeallprocessgraphsmsg", state=state) == {}


@pytest.fixture
def processes(e1):
    """A process of its own in each state."""
    made = {}
    e1.submit("cancelled")
    cancelled = e1.assign()
    e1.call("cancelprocessmsg", processid=cancelled["processid"])
    made[CANCELLED] = cancelled
    for state, end in ((SUCCESS, e1.close), (FAILED, e1.fail)):
        e1.submit()
        made[state] = e1.assign()
        end(made[state])
    e1.submit()
    made[RUNNING] = e1.assign()
    made[WAITING] = e1.submit(conditions={"executortype": "nobody"})
    return made


@pytest.fixture
def graphs(e1):
    """A workflow of two in each state, the finished ones with a parent that succeeded."""
    made = {}
    for state in (SUCCESS, FAILED, CANCELLED, RUNNING):
        graph = e1.submit_workflow(e1.spec(nodename="a", env={"A": "1"}, channels=["c"]), b=["a"])
        e1.run("out")
        if state in (SUCCESS, FAILED):
            (e1.close if state == SUCCESS else e1.fail)(e1.assign())
        elif state == CANCELLED:
            e1.call("cancelprocessgraphmsg", processgraphid=graph["processgraphid"])
        else:
            e1.assign()
        made[state] = graph
    untouched = e1.spec(nodename="a", conditions={"executortype": "nobody"})
    made[WAITING] = e1.submit_workflow(untouched, b=["a"])
    assert {state: e1.graph(graph)["state"] for state, graph in made.items()} == {
        state: state for state in made
    }
    return made


def there(e1, made, verb):
    """The states of those that are left."""
    left = set()
    for state, each in made.items():
        try:
            verb(each)
        except Refused as refusal:
            if refusal.status not in (404, 500):
                raise
        else:
            left.add(state)
    return left


@pytest.mark.parametrize("state", [WAITING, SUCCESS, FAILED, CANCELLED, ANY])
def test_scenario_69_all_processes_in_a_state(colony, e1, graphs, processes, state):
    remove_processes(colony, state)
    gone = set(STATES) if state == ANY else {state}
    assert there(e1, processes, e1.process) == set(STATES) - gone
    assert there(e1, graphs, e1.graph) == set(STATES)
    for graph in graphs.values():
        assert set(e1.members(graph)) == {"a", "b"}
    assert e1.members(graphs[SUCCESS])["a"]["spec"]["env"] == {"A": "1"}
    assert len(e1.processes(WAITING)) == (2 if WAITING in gone else 3)


@pytest.mark.parametrize("state", [WAITING, SUCCESS, FAILED, CANCELLED, ANY])
def test_scenario_44_all_workflows_in_a_state(colony, e1, processes, graphs, state):
    members = {each: e1.graph(graph)["processids"] for each, graph in graphs.items()}
    remove_graphs(colony, state)
    gone = set(STATES) if state == ANY else {state}
    assert there(e1, graphs, e1.graph) == set(STATES) - gone
    for each, ids in members.items():
        for processid in ids:
            assert bool(there(e1, {0: processid}, e1.process)) == (each not in gone)
    assert there(e1, processes, e1.process) == set(STATES)
    counted = e1.statistics()
    workflows = {
        WAITING: "waitingworkflows",
        RUNNING: "runningworkflows",
        SUCCESS: "successfulworkflows",
        FAILED: "failedworkflows",
        CANCELLED: "cancelledworkflows",
    }
    assert {each for each, name in workflows.items() if counted[name]} == set(STATES) - gone


@pytest.mark.parametrize("state", [SUCCESS, WAITING])
def test_scenario_45_a_running_workflow_keeps_its_members(colony, e1, graphs, state):
    remove_graphs(colony, state)
    remove_processes(colony, state)
    running = e1.members(graphs[RUNNING])
    assert {name: each["state"] for name, each in running.items()} == {"a": SUCCESS, "b": RUNNING}
    e1.close(running["b"])
    assert e1.graph(graphs[RUNNING])["state"] == SUCCESS


def test_what_is_not_possible(colony, e1, processes, graphs):
    with refused(400, "Not possible to remove running processes"):
        remove_processes(colony, RUNNING)
    with refused(400, "not possible to remove running processgraphs"):
        remove_graphs(colony, RUNNING)
    for state in (5, -2):
        with refused(400, "Invalid state when deleting all processes"):
            remove_processes(colony, state)
        with refused(400, "invalid state when deleting all processgraphs"):
            remove_graphs(colony, state)
    for member in (e1, colony.user(), colony.outsider()):
        for payloadtype in ("removeallprocessesmsg", "removeallprocessgraphsmsg"):
            with refused(403, "Access denied, not colony owner"):
                member.call(payloadtype, colonyname=colony.name, state=ANY)
    assert there(e1, processes, e1.process) == there(e1, graphs, e1.graph) == set(STATES)


def test_a_missing_state_means_waiting(colony, e1, processes, graphs):
    colony.owner("removeallprocessesmsg")
    colony.owner("removeallprocessgraphsmsg")
    assert there(e1, processes, e1.process) == set(STATES) - {WAITING}
    assert there(e1, graphs, e1.graph) == set(STATES) - {WAITING}


def test_other_colonies_are_left_alone(colony, wire, e1):
    other = wire.new_colony().executor()
    process, graph = other.submit(), other.submit_workflow(a=[])
    remove_processes(colony, ANY)
    remove_graphs(colony, ANY)
    assert other.process(process)
    assert other.graph(graph)


def test_the_executor_of_a_removed_process_is_told_when_it_closes(colony, e1, processes):
    remove_processes(colony, ANY)
    with refused(500, "Failed to close process as successful, process is nil"):
        e1.close(processes[RUNNING])
    assert e1.gets_nothing()


def test_logs_stay(colony, e1):
    e1.submit()
    process = e1.assign()
    e1.call("addlogmsg", processid=process["processid"], message="said")
    e1.close(process)
    remove_processes(colony, ANY)
    found = e1.call("searchlogsmsg", colonyname=colony.name, text="said", days=1, count=10)
    assert len(found) == 1


def test_many(colony, e1):
    for _ in range(3):
        e1.submit_workflow(*(e1.spec(nodename=f"n{number}") for number in range(400)))
    for _ in range(20):
        e1.submit()
    remove_graphs(colony, WAITING)
    assert e1.statistics()["waitingprocesses"] == 20
    remove_processes(colony, WAITING)
    assert e1.statistics()["waitingprocesses"] == 0


def test_what_is_taken_meanwhile_is_removed_before_or_stays_whole(colony, e1):
    """Whoever is handed a process while all waiting ones are removed can close it."""
    executors = [colony.executor() for _ in range(4)]
    for _ in range(5):
        for _ in range(10):
            e1.submit_workflow(e1.spec(nodename="a", env={"E": "1"}), b=["a"])
            e1.submit(env={"E": "1"})

        with ThreadPoolExecutor() as pool:
            working = [pool.submit(take_all, executor) for executor in executors]
            remove_graphs(colony, WAITING)
            remove_processes(colony, WAITING)
            taken = [process for each in working for process in each.result(60)]
        for process in taken:
            assert process["spec"]["env"] in ({"E": "1"}, {})
    remove_graphs(colony, WAITING)
    remove_processes(colony, WAITING)
    counted = e1.statistics()
    assert (counted["waitingprocesses"], counted["runningprocesses"]) == (0, 0)


def take_all(executor):
    """Take and close until there is nothing left."""
    taken = []
    while True:
        try:
            process = executor.assign()
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return taken
        executor.close(process)
        taken.append(process)
