"""Every resource of the REST API, used as a program outside would."""

import hashlib
import http.client
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_colonies.core import identity
from jupyter_colonies.testing import server_in_thread
from tests.integration.test_rest_signed import Api


@pytest.fixture(scope="module")
def house(server_database, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rest")
    with server_in_thread(folder, database=server_database()) as server:
        yield server


@pytest.fixture(scope="module")
def user(house):
    return Api(house, house.user_key)


@pytest.fixture(scope="module")
def owner(house):
    return Api(house, house.colony_key)


@pytest.fixture(scope="module")
def root(house):
    return Api(house, house.server_key)


KEYED = {"Idempotency-Key": "bytes"}


def new_worker(house, owner, name):
    worker = Api(house, identity.new_private_key())
    body = {"executortype": name, "executorid": identity.id_of(worker.key)}
    assert owner("PUT", f"colonies/dev/executors/{name}", body).status == 201
    return worker


def spec(executortype, **more):
    return {"funcname": "sum", "conditions": {"executortype": executortype}, **more}


def pages(api, path):
    """All entries of a list, and how many pages they came in."""
    items, count, cursor = [], 0, ""
    joint = "&" if "?" in path else "?"
    while True:
        answer = api("GET", path + (f"{joint}cursor={cursor}" if cursor else ""))
        assert answer.status == 200, answer.body
        items += answer.body["items"]
        count += 1
        cursor = answer.body.get("next")
        if not cursor:
            assert "Link" not in answer.headers
            return items, count
        assert f'cursor={cursor.replace("=", "%3D")}>; rel="next"' in answer.headers["Link"]


def test_colonies_and_members(root, owner, user):
    assert "dev" in [each["name"] for each in root("GET", "colonies").body["items"]]
    key = identity.new_private_key()
    answer = root("PUT", "colonies/second", {"colonyid": identity.id_of(key)})
    assert (answer.status, answer.headers["Location"]) == (201, "/v1/colonies/second")
    again = root("PUT", "colonies/second", {"colonyid": identity.id_of(key)})
    assert (again.status, again.body["type"]) == (409, "urn:colonies:problem:name-taken")
    assert user("GET", "colonies/dev").body["name"] == "dev"
    assert user("GET", "colonies").status == 403
    assert root("DELETE", "colonies/second").status == 204
    assert root("DELETE", "colonies/second").status == 404
    ada = {"userid": identity.new_id(), "email": "ada@example.org"}
    assert owner("PUT", "colonies/dev/members/ada", ada).status == 201
    assert owner("PUT", "colonies/dev/members/ada", ada).status == 409
    assert user("GET", "colonies/dev/members/ada").body["email"] == "ada@example.org"
    assert pages(user, "colonies/dev/members?limit=1")[1] == 2
    assert pages(user, f"colonies/dev/members?userid={ada['userid']}")[0][0]["name"] == "ada"
    assert user("DELETE", "colonies/dev/members/ada").status == 403
    assert owner("DELETE", "colonies/dev/members/ada").status == 204
    assert user("GET", "colonies/dev/members/ada").status == 404
    statistics = user("GET", "colonies/dev/statistics")
    assert statistics.body["colonies"] == 1
    assert user("GET", "colonies/dev/monitor").body["paused"] is False
    assert root("GET", "statistics").body["colonies"] == 1


def test_a_pause(house, owner, user):
    worker = new_worker(house, owner, "paused")
    assert owner("PUT", "colonies/dev/pause", {"ispaused": True}).status == 204
    assert user("GET", "colonies/dev/pause").body == {"ispaused": True}
    answer = worker("POST", "colonies/dev/executors/paused/assignments")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert owner("PUT", "colonies/dev/pause", {"ispaused": False}).status == 204
    assert worker("POST", "colonies/dev/executors/paused/assignments").status == 204


def test_executors_and_their_functions(house, owner, user):
    worker = new_worker(house, owner, "gauge")
    path = "colonies/dev/executors/gauge"
    assert user("GET", path).body["executortype"] == "gauge"
    assert user("GET", "colonies/dev/executors?executortype=gauge&state=approved").body["items"]
    assert not user("GET", "colonies/dev/executors?executortype=gauge&state=pending").body["items"]
    assert worker("PUT", path + "/capabilities", {"software": [{"name": "x"}]}).status == 204
    assert worker("PUT", path + "/allocations", {"projects": {"p": {}}}).status == 204
    assert user("GET", path).body["capabilities"]["software"] == [{"name": "x"}]
    assert worker("PUT", path + "/lease", {"lease": 60}).body == {"lease": 60}
    assert user("PUT", path + "/lease", {"lease": 60}).status == 403
    made = worker("POST", path + "/functions", {"funcname": "sum"})
    assert made.status == 201
    place = made.headers["Location"].removeprefix("/v1/")
    assert user("GET", place).body["funcname"] == "sum"
    assert user("GET", path + "/functions").body["items"] == [user("GET", place).body]
    assert user("GET", "colonies/dev/functions?funcname=sum").body["items"]
    assert worker("DELETE", place).status == 204
    assert user("GET", place).status == 404
    assert owner("PUT", path + "/approval", {"approved": False}).status == 204
    assert user("GET", path).body["state"] == 2
    assert worker("DELETE", path).status in (204, 403)


def test_a_process_from_beginning_to_end(house, owner, user):
    worker = new_worker(house, owner, "single")
    submitted = user("POST", "colonies/dev/processes", spec("single", args=[1], channels=["talk"]))
    assert submitted.status == 201
    process = submitted.headers["Location"].removeprefix("/v1/")
    taken = worker("POST", "colonies/dev/executors/single/assignments?wait=5&count=3")
    assert [each["processid"] for each in taken.body] == [submitted.body["processid"]]
    assert worker("PUT", process + "/output", {"out": [1]}).status == 204
    assert user("GET", process + "/output").body == {"out": [1]}
    for number in range(5):
        assert worker("POST", process + "/log", {"message": f"line {number}"}).status == 204
    lines, many = pages(user, process + "/log?limit=2")
    assert ([each["message"] for each in lines], many) == ([f"line {n}" for n in range(5)], 3)
    newest = user("GET", process + "/log?sort=-timestamp&limit=1").body["items"][0]
    assert newest["message"] == "line 4"
    assert user("GET", process + f"/log?since={lines[2]['timestamp']}").body["items"] == lines[3:]
    assert len(pages(user, "colonies/dev/executors/single/log")[0]) == 5
    assert len(pages(user, "colonies/dev/log?text=line&limit=3")[0]) == 5
    assert not user("GET", "colonies/dev/log?text=li%25").body["items"]
    own = worker("POST", "colonies/dev/executors/single/log", {"message": "own"})
    assert own.status == 204
    added = worker("POST", process + "/attributes", {"key": "k", "value": "v"})
    assert user("GET", added.headers["Location"].removeprefix("/v1/")).body["value"] == "v"
    assert worker("PATCH", process + "/attributes", {"texts": {"k": "w", "l": "x"}}).status == 204
    found = user("GET", process + "/attributes").body
    assert {each["key"]: each["value"] for each in found} == {"k": "w", "l": "x"}
    talk = process + "/channels/talk"
    assert user("POST", talk, {"sequence": 1, "payload": "aGk="}).status == 204
    assert worker("POST", talk, {"sequence": 1, "payload": "bm8=", "inreplyto": 1}).status == 204
    entries = worker("GET", talk + "?limit=1").body
    assert [each["payload"] for each in entries["items"]] == ["aGk="]
    rest = user("GET", f"{talk}?after={entries['after']}").body
    assert ([each["payload"] for each in rest["items"]], rest["after"]) == (["bm8="], 2)
    done = worker(
        "POST",
        "colonies/dev/executors/single/results",
        [{"processid": submitted.body["processid"], "out": [2]}],
    )
    assert done.body[0]["status"] == 200
    assert user("GET", process).body["out"] == [2]
    again = user("POST", process + "/retries")
    assert (again.status, again.body["spec"]["args"]) == (201, [1])
    retry = again.headers["Location"].removeprefix("/v1/")
    assert user("PUT", retry + "/cancellation").status == 204
    assert user("GET", retry).body["state"] == 4
    assert user("DELETE", retry).status == 204
    assert user("GET", retry).status == 404
    assert owner("DELETE", "colonies/dev/processes?state=successful").status == 204


def test_lists_of_processes_are_stable_while_others_come(house, owner, user):
    worker = new_worker(house, owner, "lists")
    for number in range(7):
        body = spec("lists", label="even" if number % 2 else "odd", priority=number)
        assert user("POST", "colonies/dev/processes", body).status == 201
    path = "colonies/dev/processes?executortype=lists&limit=3"
    first = user("GET", path).body
    user("POST", "colonies/dev/processes", spec("lists", priority=7))
    second = user("GET", f"{path}&cursor={first['next']}").body
    third = user("GET", f"{path}&cursor={second['next']}").body
    seen = [each["spec"]["priority"] for part in (first, second, third) for each in part["items"]]
    assert (seen, "next" in third) == ([6, 5, 4, 3, 2, 1, 0], False)
    waiting, _ = pages(user, path + "&state=waiting")
    assert [each["spec"]["priority"] for each in waiting] == [7, 6, 5, 4, 3, 2, 1, 0]
    assert len(pages(user, path + "&label=even")[0]) == 3
    oldest, _ = pages(user, path + "&sort=submissiontime")
    since = oldest[2]["submissiontime"]
    assert len(pages(user, f"{path}&since={since}&until=2100-01-01T00:00:00Z")[0]) == 6
    for _ in range(3):
        taken = worker("POST", "colonies/dev/executors/lists/assignments").body
        worker("PUT", f"processes/{taken['processid']}/success", {})
    ended, many = pages(user, "colonies/dev/processes?executortype=lists&state=successful&limit=2")
    assert ([each["spec"]["priority"] for each in ended], many) == ([5, 6, 7], 2)
    running = user("GET", path + "&state=running")
    assert running.body["items"] == []


def test_a_workflow(house, owner, user):
    worker = new_worker(house, owner, "flow")
    nodes = [
        spec("flow", nodename=f"n{number}")
        if number == 0
        else {
            "nodename": f"n{number}",
            "funcname": "sum",
            "conditions": {"executortype": "flow", "dependencies": ["n0"]},
        }
        for number in range(5)
    ]
    made = user("POST", "colonies/dev/workflows", nodes)
    workflow = made.headers["Location"].removeprefix("/v1/")
    progress = user("GET", workflow + "/progress")
    assert (progress.body["waiting"], progress.headers["ETag"]) == (5, '"r1"')
    known = {"If-None-Match": progress.headers["ETag"]}
    assert user("GET", workflow + "/progress", headers=known).status == 304
    root = worker("POST", "colonies/dev/executors/flow/assignments").body
    child = {"spec": spec("flow", nodename="late")}
    added = worker("POST", f"processes/{root['processid']}/children", child)
    assert added.status == 201
    assert added.body["processid"] in user("GET", f"processes/{root['processid']}/children").body
    assert worker("PUT", f"processes/{root['processid']}/failure", {"errors": ["no"]}).status == 204
    assert user("GET", workflow + "/progress", headers=known).body["failed"] == 6
    members, many = pages(user, workflow + "/processes?limit=4")
    assert ([each["spec"]["nodename"] for each in members][:2], many) == (["n0", "n1"], 2)
    assert len(pages(user, workflow + "/processes?nodename=n3")[0]) == 1
    history = user("GET", workflow + "/history").body
    about_root = [e for e in history["events"] if e["processid"] == root["processid"]]
    assert [(e["state"], e["executorname"]) for e in about_root][::2] == [(1, "flow"), (3, "flow")]
    assert len(history["events"]) == 2 + 1 + 6
    assert history["revision"] == history["latest"]
    assert about_root[-1]["at"] <= history["now"]
    first = user("GET", workflow + "/history?limit=1").body
    after = first["revision"]
    assert (len(first["events"]), after, first["latest"]) == (1, 2, history["latest"])
    rest = user("GET", workflow + f"/history?after={after}").body
    assert first["events"] + rest["events"] == history["events"]
    assert user("GET", workflow + "/history?limit=0").status == 400
    again = user("POST", workflow + "/reruns", {})
    rerun = again.headers["Location"].removeprefix("/v1/")
    assert user("GET", rerun + "/progress").body["original"] == made.body["processgraphid"]
    assert len(user("GET", workflow + "/reruns").body) == 2
    assert user("PUT", rerun + "/cancellation").status == 204
    found, _ = pages(user, "colonies/dev/workflows?state=cancelled")
    assert [each["workflowid"] for each in found] == [again.body["processgraphid"]]
    listed, many = pages(user, "colonies/dev/workflows?limit=1&sort=submissiontime")
    assert (len(listed), many) == (2, 2)
    assert user("DELETE", workflow).status == 204
    assert user("GET", workflow).status == 404
    assert user("GET", workflow + "/history").status == 404
    assert owner("DELETE", "colonies/dev/workflows").status == 204
    assert pages(user, "colonies/dev/workflows")[0] == []


def test_crons_and_generators(user):
    nodes = [spec("none", nodename="a")]
    cron = {"name": "nightly", "functionspecs": nodes, "cronexpression": "0 0 3 * * *"}
    made = user("POST", "colonies/dev/crons", cron)
    assert made.status == 201
    assert user("POST", "colonies/dev/crons", cron).status == 409
    place = made.headers["Location"].removeprefix("/v1/")
    assert user("GET", place).body["name"] == "nightly"
    assert user("POST", place + "/runs").body["prevprocessgraphid"]
    assert len(pages(user, "colonies/dev/crons?name=nightly")[0]) == 1
    assert user("PUT", place + "/switch", {"enabled": False}).status == 200
    assert user("DELETE", place).status == 204
    assert user("GET", place).status == 404
    generator = {"name": "heap", "functionspecs": nodes, "trigger": 3}
    made = user("POST", "colonies/dev/generators", generator)
    place = made.headers["Location"].removeprefix("/v1/")
    assert user("POST", place + "/packs", {"arg": "1"}).status == 204
    assert user("GET", place).body["queuesize"] == 1
    assert len(pages(user, "colonies/dev/generators")[0]) == 1
    assert user("PUT", place + "/switch", {"enabled": False}).status == 200
    assert user("POST", place + "/runs").body["queuesize"] == 0
    assert user("DELETE", place).status == 204


def test_locations_and_snapshots_and_what_is_known_of_files(owner, user):
    made = owner("PUT", "colonies/dev/locations/lab", {"long": 22.1, "lat": 65.6})
    assert made.status == 201
    assert user("GET", "colonies/dev/locations/lab").body["lat"] == 65.6
    assert len(user("GET", "colonies/dev/locations").body["items"]) == 1
    assert owner("DELETE", "colonies/dev/locations/lab").status == 204
    files = "colonies/dev/files"
    for number in range(3):
        for name in ("b", "a"):
            body = {"label": "/x/y", "name": name, "size": number, "checksum": "0"}
            assert user("POST", files, body).status == 201
    newest, many = pages(user, files + "?label=x/y&limit=1")
    assert ([(each["name"], each["size"]) for each in newest], many) == ([("a", 2), ("b", 2)], 2)
    revisions, _ = pages(user, files + "?label=/x/y&name=a&revisions=true")
    assert [each["size"] for each in revisions] == [2, 1, 0]
    labels = user("GET", "colonies/dev/labels").body["items"]
    assert labels == [{"name": "/x/y", "files": 6}]
    made = user("POST", "colonies/dev/snapshots", {"label": "/x", "name": "now"})
    place = made.headers["Location"].removeprefix("/v1/")
    assert len(user("GET", place).body["fileids"]) == 2
    assert len(user("GET", "colonies/dev/snapshots").body["items"]) == 1
    assert user("POST", "colonies/dev/snapshots", {"label": "/x", "name": "now"}).status == 409
    one = f"{files}/{revisions[0]['fileid']}"
    assert user("GET", one).body == revisions[0]
    assert user("DELETE", one).status == 204
    assert user("GET", one).status == 404
    moved = user("POST", "colonies/dev/moves", {"label": "/x/y", "name": "b", "tolabel": "/z"})
    assert moved.body == {"revisions": 3}
    assert user("DELETE", files + "?label=/z&name=b").status == 204
    assert user("DELETE", place).status == 204
    assert user("DELETE", "colonies/dev/snapshots").status == 204


def keyed(api, key, path, body=None):
    return api("POST", path, body, headers={"Idempotency-Key": key})


def test_a_request_with_a_key_is_carried_out_once(house, owner, user):
    path, body = "colonies/dev/processes", spec("once")
    first = keyed(user, "one", path, body)
    again = keyed(user, "one", path, body)
    assert (first.status, again.status) == (201, 201)
    assert (first.body, first.headers["Location"]) == (again.body, again.headers["Location"])
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    other = keyed(user, "one", path, spec("once", args=[1]))
    assert (other.status, other.body["type"]) == (422, "urn:colonies:problem:key-reused")
    assert len(pages(user, "colonies/dev/processes?executortype=once")[0]) == 1
    worker = new_worker(house, owner, "once")
    assert keyed(worker, "one", path, body).body["processid"] != first.body["processid"]
    assert keyed(user, "two", path, body).body["processid"] != first.body["processid"]
    # What was refused leaves nothing: the same key may be used once it is mended.
    bad = spec("once", priority=10**6)
    assert keyed(user, "three", path, bad).status == 400
    assert keyed(user, "three", path, body).status == 201
    for key in ("", "ä", "x" * 300):
        answer = keyed(user, key.encode().decode("latin-1"), path, body)
        assert (answer.status, key) in ((201, ""), (400, key))
    assert keyed(user, "k", f"{path[:12]}/moves", {"label": "/a", "tolabel": "/b"}).status == 400


@pytest.mark.parametrize("size", [3, 1100], ids=["small", "large"])
def test_equal_requests_at_the_same_time_make_one_workflow(user, size):
    nodes = [spec("once", nodename=f"n{number}") for number in range(size)]
    before = user("GET", "colonies/dev/statistics").body["waitingworkflows"]
    with ThreadPoolExecutor(4) as pool:
        path = "colonies/dev/workflows"
        answers = list(pool.map(lambda _: keyed(user, f"at once {size}", path, nodes), range(4)))
    assert {each.status for each in answers} == {201}
    assert len({each.body["processgraphid"] for each in answers}) == 1
    assert user("GET", "colonies/dev/statistics").body["waitingworkflows"] == before + 1
    cancelled = answers[0].headers["Location"].removeprefix("/v1/")
    assert user("PUT", cancelled + "/cancellation").status == 204
    again = [keyed(user, f"again {size}", cancelled + "/reruns", {}) for _ in range(2)]
    assert [each.status for each in again] == [201, 201]
    assert again[0].body == again[1].body
    assert len(user("GET", cancelled + "/reruns").body) == 2


def test_every_kind_of_submission_takes_a_key(house, owner, user):
    worker = new_worker(house, owner, "kinds")
    nodes = [spec("kinds", nodename="a")]
    keyed(user, "flow", "colonies/dev/workflows", nodes)
    parent = worker("POST", "colonies/dev/executors/kinds/assignments").body["processid"]
    child = {"spec": spec("kinds", nodename="child")}
    ids = {keyed(worker, "c", f"processes/{parent}/children", child).body["processid"]
           for _ in range(2)}  # fmt: skip
    assert len(ids) == 1
    generator = {"name": "packed", "functionspecs": nodes, "trigger": 3}
    place = keyed(user, "g", "colonies/dev/generators", generator).headers["Location"]
    assert keyed(user, "g", "colonies/dev/generators", generator).headers["Location"] == place
    place = place.removeprefix("/v1/")
    for _ in range(2):
        assert keyed(user, "p", place + "/packs", {"arg": "x"}).status == 204
    assert user("GET", place).body["queuesize"] == 1


def test_the_bytes_of_files(house, user):
    content = bytes(range(256)) * 8192
    digest = hashlib.sha256(content).hexdigest()
    path = f"colonies/dev/files?label=/raw&name=data.bin&checksum={digest}"
    made = user("PUT", path, content)
    assert (made.status, made.body["size"], made.body["checksum"]) == (201, len(content), digest)
    place = made.headers["Location"].removeprefix("/v1/")
    whole = user("GET", place + "/content")
    assert (whole.status, whole.bytes == content) == (200, True)
    assert whole.headers["Content-Type"] == "application/octet-stream"
    known = {"If-None-Match": whole.headers["ETag"]}
    assert user("GET", place + "/content", headers=known).status == 304
    part = user("GET", place + "/content", headers={"Range": "bytes=1-3"})
    assert (part.status, part.bytes) == (206, b"\1\2\3")
    assert part.headers["Content-Range"] == f"bytes 1-3/{len(content)}"
    assert user("GET", place + "/content", headers={"Range": "bytes=9999999-"}).status == 416
    wrong = user("PUT", path, b"other")
    assert (wrong.status, wrong.body["errors"][0]["parameter"]) == (400, "checksum")
    files = "colonies/dev/files?label=/raw"
    empty = user("PUT", f"{files}&name=empty", b"")
    assert user("GET", empty.headers["Location"][4:] + "/content").bytes == b""
    assert user("PUT", f"{files}&name=..", b"x").status == 400
    first = user("PUT", f"{files}&name=k", b"x", headers=KEYED)
    assert first.body == user("PUT", f"{files}&name=k", b"x", headers=KEYED).body
    elsewhere = {"label": "/", "name": "n", "size": 1, "checksum": "x"}
    told = user("POST", "colonies/dev/files", elsewhere)
    assert user("GET", told.headers["Location"][4:] + "/content").status == 404


def test_a_token_is_good_for_packing(house, user):
    """What a token may do is looked at in a transaction that changes nothing."""
    nodes = [spec("none", nodename="a")]
    generator = {"name": "tokens", "functionspecs": nodes, "trigger": 3}
    place = user("POST", "colonies/dev/generators", generator).headers["Location"]
    scopes = {"name": "packer", "scopes": ["submit"]}
    token = user("POST", "colonies/dev/tokens", scopes).body["secret"]
    connection = http.client.HTTPConnection(house.host, house.port, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", f"{place}/packs", b'{"arg": "x"}', headers)
    assert connection.getresponse().status == 204
    connection.close()


def test_runs(house, owner, user):
    new_worker(house, owner, "runner")
    before = user("GET", "colonies/dev/runs/counts").body
    nodes = [spec("runner", nodename="a"), spec("runner", nodename="b")]
    path = "colonies/dev/workflows"
    named = user("POST", f"{path}?name=Quarterly%20ETL", nodes).body["processgraphid"]
    plain = user("POST", path, nodes).body["processgraphid"]
    single = user("POST", "colonies/dev/processes", spec("runner")).body["processid"]
    found, many = pages(user, "colonies/dev/runs?limit=1&state=waiting")
    ids = [each["runid"] for each in found]
    assert ids[:3] == [single, plain, named]
    assert many == len(ids)
    assert [each["name"] for each in found[:3]] == ["sum", "a, b", "Quarterly ETL"]
    for search in ("quarterly", "y%20et", named[:12]):
        assert [each["runid"] for each in pages(user, f"colonies/dev/runs?search={search}")[0]] == [
            named
        ]
    assert user("GET", f"workflows/{named}/progress").body["name"] == "Quarterly ETL"
    assert user("GET", "colonies/dev/runs?kind=process").body["items"][0]["runid"] == single
    counts = user("GET", "colonies/dev/runs/counts").body
    assert counts == {**before, "waiting": before["waiting"] + 3}
    assert user("GET", "colonies/dev/runs?sort=name").status == 400
    assert user("PUT", f"workflows/{plain}/cancellation").status == 204
    rerun = user("POST", f"workflows/{plain}/reruns", {}).body["processgraphid"]
    assert user("GET", f"workflows/{rerun}/progress").body["name"] == "a, b"
