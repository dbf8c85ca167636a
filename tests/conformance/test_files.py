"""Protocol part 03, section 1 and scenarios 1 to 11 and 24 to 29: files, labels, snapshots."""

import json
import re

import pytest

from tests.conformance.wire import NEVER, Member, envelope, moment, new_key, refused

HEX = re.compile(r"[0-9a-f]{64}")


def add(member, label="/l", name="n", **fields):
    """A new revision; its object has the name `object-<name>` unless given."""
    reference = {
        "protocol": "s3",
        "s3object": {
            "server": "storage",
            "port": 9000,
            "tls": True,
            "accesskey": "",
            "secretkey": "",
            "region": "r",
            "encryptionkey": "",
            "encryptionalg": "",
            "object": f"object-{name}",
            "bucket": "b",
        },
    }
    file = {
        "colonyname": member.colony.name,
        "label": label,
        "name": name,
        "size": 7,
        "checksum": "c",
        "checksumalg": "SHA256",
        "ref": reference,
    }
    return member.call("addfilemsg", file=file | fields)


def call(member, payloadtype, **fields):
    return member.call(payloadtype, colonyname=member.colony.name, **fields)


def get(member, **fields):
    return call(member, "getfilemsg", **fields)


def names(member, label):
    return [each["name"] for each in call(member, "getfilesmsg", label=label)]


def labels(member, name="", exact=False):
    found = call(member, "getfilelabelsmsg", name=name, exact=exact)
    return {each["name"]: each["files"] for each in found or ()}


def snapshot(member, label, name):
    return call(member, "createsnapshotmsg", label=label, name=name)


def outsiders(colony):
    return [colony.outsiders_executor(), colony.outsider(), Member(colony, "", "", colony.ownerkey)]


def test_scenario_1_a_file_is_what_was_added(e1):
    sent = {"fileid": "f" * 64, "sequencenr": 99, "added": NEVER}
    added = add(e1, **sent)
    assert HEX.fullmatch(added["fileid"])
    assert added["fileid"] != sent["fileid"]
    assert added["sequencenr"] > 0
    assert moment(added["added"]).year > 2020
    assert set(added) == {
        "fileid", "colonyname", "label", "name", "size", "sequencenr", "checksum",
        "checksumalg", "ref", "added", "initiatorid",
    }  # fmt: skip
    assert (added["size"], added["checksum"], added["checksumalg"]) == (7, "c", "SHA256")
    assert added["initiatorid"] == e1.id
    assert get(e1, fileid=added["fileid"]) == [added]


@pytest.mark.parametrize(
    ("payloadtype", "fields"),
    [
        ("getfilemsg", {"label": "/l", "name": "n"}),
        ("getfilesmsg", {"label": "/l"}),
        ("getfilelabelsmsg", {}),
        ("removefilemsg", {"label": "/l", "name": "n"}),
        ("createsnapshotmsg", {"label": "/l", "name": "new"}),
        ("getsnapshotmsg", {"name": "s"}),
        ("getsnapshotsmsg", {}),
        ("removesnapshotmsg", {"name": "s"}),
        ("removeallsnapshotmsg", {}),
    ],
)
def test_scenarios_2_and_27_outsiders_change_nothing(colony, e1, payloadtype, fields):
    add(e1)
    made = snapshot(e1, "/l", "s")
    for outsider in outsiders(colony):
        with refused(403):
            call(outsider, payloadtype, **fields)
        with refused(403):
            add(outsider)
    assert len(get(e1, label="/l", name="n")) == 1
    assert call(e1, "getsnapshotsmsg") == [made]


def test_scenario_3_malformed(wire, e1):
    with refused(400, "Failed to add file, invalid JSON"):
        wire.post(envelope("addfilemsg", b"{", e1.key))
    with refused(400, "Failed to add file, msg.MsgType does not match"):
        wire.post(envelope("addfilemsg", {"msgtype": "getfilemsg"}, e1.key))
    with refused(400):
        e1.call("addfilemsg", file=None)
    for field, value in (("size", "x"), ("label", 1), ("ref", []), ("name", {})):
        with refused(400, "Failed to add file, invalid JSON") as caught:
            add(e1, **{field: value})
        assert f"$.file.{field}" in caught.value.message


def test_scenario_4_revisions(e1):
    first, second = add(e1), add(e1)
    assert get(e1, label="/l", name="n", latest=True) == [second]
    assert get(e1, label="/l", name="n", latest=False) == [second, first]


def test_scenario_5_a_label_lists_its_own_files(e1):
    add(e1, "/l1", "b")
    add(e1, "/l1", "a")
    add(e1, "/l1", "a", size=8)
    add(e1, "/l1/below", "c")
    add(e1, "/l2", "d")
    assert call(e1, "getfilesmsg", label="/l1") == [
        {"name": "a", "checksum": "c", "size": 8, "s3filename": "object-a"},
        {"name": "b", "checksum": "c", "size": 7, "s3filename": "object-b"},
    ]
    assert call(e1, "getfilesmsg", label="/unknown") == []


def test_scenario_6_labels(e1):
    for label in ("/t1", "/t2", "/t2/s1"):
        add(e1, label)
    assert labels(e1) == {"/t1": 1, "/t2": 1, "/t2/s1": 1}
    assert labels(e1, "/t1", exact=True) == {"/t1": 1}
    assert labels(e1, "/t2", exact=True) == {"/t2": 1, "/t2/s1": 1}
    assert call(e1, "getfilelabelsmsg", name="/unknown", exact=True) is None


def test_labels_count_revisions_and_begin_as_texts_do(e1):
    for label in ("/a", "/a", "/ab", "/a/b/c", "/A", "/x_y", "/x%y", "/xzy"):
        add(e1, label)
    assert labels(e1, "/a") == {"/a": 2, "/ab": 1, "/a/b/c": 1}
    assert labels(e1, "/a", exact=True) == {"/a": 2, "/a/b/c": 1}
    assert labels(e1, "/x_") == {"/x_y": 1}
    assert labels(e1, "/x%") == {"/x%y": 1}
    assert labels(e1, "/x_y", exact=True) == {"/x_y": 1}
    assert set(labels(e1, "/", exact=True)) == set(labels(e1))


def test_labels_below_are_found_where_the_label_holds_nothing_itself(e1):
    add(e1, "/top/deep/down")
    assert labels(e1, "/top", exact=True) == {"/top/deep/down": 1}


def test_slashes_around_a_label_do_not_matter(e1):
    stored = [add(e1, label, "n") for label in ("x", "/x", "/x/")]
    assert [each["label"] for each in stored] == ["x", "/x", "/x/"]
    for label in ("x", "/x", "x/", "/x/"):
        assert get(e1, label=label, name="n", latest=True) == [stored[-1]]
        assert len(get(e1, label=label, name="n")) == 3
        assert names(e1, label) == ["n"]
        assert list(labels(e1, label, exact=True).values()) == [3]
        assert list(labels(e1, label).values()) == [3]
    add(e1, "y")
    assert "y" in labels(e1)


def test_the_root_and_the_empty_label(e1):
    file = add(e1, "")
    assert file["label"] == ""
    assert get(e1, label="/", name="n") == [file]
    assert names(e1, "") == names(e1, "/") == ["n"]


def test_scenario_7_removal(e1):
    one = add(e1)
    call(e1, "removefilemsg", fileid=one["fileid"])
    with refused(400, "Failed to get file"):
        get(e1, fileid=one["fileid"])
    first, second, third = (add(e1) for _ in range(3))
    call(e1, "removefilemsg", fileid=third["fileid"])
    assert get(e1, label="/l", name="n", latest=True) == [second]
    assert call(e1, "removefilemsg", label="l", name="n") == {}
    with refused(404, "Failed to get file"):
        get(e1, fileid="", label="/l", name="n")
    assert labels(e1) == {}
    # What is not there is removed already.
    call(e1, "removefilemsg", fileid=first["fileid"])
    call(e1, "removefilemsg", label="/l", name="n")


def test_scenario_8_what_is_meant_has_to_be_said(e1):
    add(e1)
    for fields in ({}, {"label": "/l"}, {"name": "n"}, {"fileid": None, "label": None}):
        with refused(400, "Failed to remove file"):
            call(e1, "removefilemsg", **fields)
        with refused(500, "Failed to get file"):
            get(e1, **fields)
    with refused(404, "Failed to get file"):
        get(e1, label="/l", name="absent", latest=True)
    with refused(400, "Failed to get file"):
        get(e1, fileid="a" * 64)


def test_the_id_of_another_colony_is_unknown(wire, e1):
    file = add(e1)
    other = wire.new_colony().executor()
    with refused(400, "Failed to get file"):
        get(other, fileid=file["fileid"])
    call(other, "removefilemsg", fileid=file["fileid"])
    assert get(e1, fileid=file["fileid"]) == [file]


def test_scenario_10_null_where_there_are_no_labels(e1):
    assert call(e1, "getfilelabelsmsg") is None


def test_scenario_11_numbers_rise_over_all_names(e1):
    numbers = [add(e1, name=name)["sequencenr"] for name in ("a", "b", "a")]
    assert numbers == sorted(set(numbers))


def test_a_number_is_not_given_out_again(e1):
    file = add(e1)
    call(e1, "removefilemsg", fileid=file["fileid"])
    assert add(e1)["sequencenr"] > file["sequencenr"]


def test_keys_are_never_told(e1):
    secret = {"accesskey": "a-secret", "secretkey": "a-secret", "encryptionkey": "a-secret"}
    object_ = {"server": "host:9000", "port": -1, "object": "o"} | secret
    added = add(e1, ref={"protocol": "other", "s3object": object_})
    assert added["ref"]["protocol"] == "s3"
    assert (added["ref"]["s3object"]["server"], added["ref"]["s3object"]["port"]) == ("host", 9000)
    found = get(e1, fileid=added["fileid"])
    assert "a-secret" not in json.dumps([added, found])
    unclear = add(e1, ref={"s3object": {"server": "host", "port": -1}})
    assert unclear["ref"]["s3object"]["port"] == -1


def test_nulls_of_sdks(e1):
    added = add(e1, fileid=None, added=None, sequencenr=None, ref=None)
    assert added["ref"]["s3object"]["object"] == ""


# --- snapshots ---


def test_scenario_24_the_newest_revisions_below_a_label(e1):
    add(e1, "/l", "b")
    deep = add(e1, "/l/sub", "a")
    newest = add(e1, "/l", "b")
    add(e1, "/lx", "c")
    made = snapshot(e1, "/l/", "s")
    assert set(made) == {"snapshotid", "colonyname", "label", "name", "fileids", "added"}
    assert HEX.fullmatch(made["snapshotid"])
    assert moment(made["added"]).year > 2020
    assert (made["label"], made["name"]) == ("/l", "s")
    assert made["fileids"] == [newest["fileid"], deep["fileid"]]
    assert call(e1, "getsnapshotmsg", snapshotid=made["snapshotid"]) == made
    assert call(e1, "getsnapshotmsg", name="s") == made


def test_scenario_25_later_revisions_change_no_snapshot(e1):
    old = add(e1)
    snapshot(e1, "/l", "s")
    add(e1)
    assert call(e1, "getsnapshotmsg", name="s")["fileids"] == [old["fileid"]]
    call(e1, "removefilemsg", label="/l", name="n")
    assert call(e1, "getsnapshotmsg", name="s")["fileids"] == [old["fileid"]]


def test_scenario_26_a_name_is_taken_once(wire, e1):
    made = snapshot(e1, "/l", "s")
    with refused(500) as caught:
        snapshot(e1, "/other", "s")
    assert "already exists" in caught.value.message
    assert call(e1, "getsnapshotsmsg") == [made]
    snapshot(wire.new_colony().executor(), "/l", "s")
    snapshot(e1, "/l", "with:colon")
    assert call(e1, "getsnapshotmsg", name="with:colon")["name"] == "with:colon"


def test_scenario_28_listing_and_removing(e1):
    assert call(e1, "getsnapshotsmsg") is None
    add(e1)
    made = [snapshot(e1, "/l", name) for name in ("one", "two", "three", "four")]
    assert call(e1, "getsnapshotsmsg") == made[::-1]
    call(e1, "removesnapshotmsg", snapshotid=made[0]["snapshotid"])
    call(e1, "removesnapshotmsg", name="two")
    assert call(e1, "getsnapshotsmsg") == [made[3], made[2]]
    call(e1, "removeallsnapshotmsg")
    assert call(e1, "getsnapshotsmsg") is None
    for fields in ({"name": "three"}, {"snapshotid": made[2]["snapshotid"]}, {}):
        with refused(500, "Failed to get snapshot"):
            call(e1, "getsnapshotmsg", **fields)
    assert call(e1, "removesnapshotmsg", name="three") == {}
    with refused(500, "Failed to remove snapshot"):
        call(e1, "removesnapshotmsg")
    assert names(e1, "/l") == ["n"]


def test_scenario_29_a_label_without_files(e1):
    made = snapshot(e1, "/none", "s")
    assert (made["label"], made["name"], made["fileids"]) == ("/none", "s", None)
    assert call(e1, "getsnapshotmsg", name="s") == made
    assert call(e1, "getsnapshotsmsg") == [made]


def test_a_removed_colony_takes_its_files_and_snapshots_along(wire):
    colony = wire.new_colony()
    member = colony.executor()
    add(member)
    snapshot(member, "/l", "s")
    wire.call("removecolonymsg", wire.serverkey, colonyname=colony.name)
    again = wire.new_colony(colony.name).executor(key=new_key())
    assert labels(again) == {}
    assert call(again, "getsnapshotsmsg") is None
    snapshot(again, "/l", "s")


# --- names of every kind ---


NASTY = [
    "..",
    "/",
    "a/b",
    "",
    "%_",
    "name with 'quotes\" and\nlines",
    "\u202eltr",
    "CON",
    "🙂" * 60,
]


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
def test_any_text_is_a_name_and_is_found_again(e1, name):
    add(e1, "/nasty", name)
    assert names(e1, "/nasty") == [name]
    add(e1, f"/{name}", "n")
    assert names(e1, f"/{name}") == ["n"]


@pytest.mark.parametrize(
    "where",
    [{"label": "/l" * 1000}, {"name": "n" * 1501}, {"label": "/l", "name": "zero\0"}],
    ids=["label", "name", "zero"],
)
def test_what_no_database_could_find_again_is_refused(e1, where):
    with refused(400, "A label and a name have together"):
        add(e1, **where)
    assert not labels(e1)


# --- moving, an extension ---


def move(member, label, tolabel, **fields):
    return call(member, "movefilesmsg", label=label, tolabel=tolabel, **fields)


def test_a_file_moves_with_all_its_revisions(e1):
    ids = [add(e1, "/a", "n")["fileid"] for _ in range(3)]
    add(e1, "/a", "other")
    taken = snapshot(e1, "/a", "before")
    assert move(e1, "a/", "/b/c", name="n", toname="m") == {"revisions": 3}
    assert names(e1, "/a") == ["other"]
    found = get(e1, label="/b/c", name="m")
    assert [each["fileid"] for each in found] == ids[::-1]
    assert {each["label"] for each in found} == {"/b/c"}
    assert call(e1, "getsnapshotmsg", name="before") == taken
    assert get(e1, fileid=ids[2])[0]["name"] == "m"


@pytest.mark.parametrize(
    ("label", "tolabel", "expected"),
    [
        ("/a", "/z", {"/z": 1, "/z/x": 2, "/z/x/y": 1, "/ab": 1}),
        ("/a", "/a/x", {"/a/x": 1, "/a/x/x": 2, "/a/x/x/y": 1, "/ab": 1}),
        ("/a/x", "/a", {"/a": 3, "/a/y": 1, "/ab": 1}),
        ("/a/x", "/", {"/": 2, "/a": 1, "/y": 1, "/ab": 1}),
        ("/", "/all", {"/all/a": 1, "/all/a/x": 2, "/all/a/x/y": 1, "/all/ab": 1}),
    ],
)
def test_a_label_moves_with_those_below_it(e1, label, tolabel, expected):
    add(e1, "/a", "top")
    for _ in range(2):
        add(e1, "/a/x", "in x")
    add(e1, "a/x/y", "in y")
    add(e1, "/ab", "beside")
    move(e1, label, tolabel)
    assert labels(e1) == expected


def test_nothing_is_moved_over_a_file(e1):
    add(e1, "/a", "same")
    add(e1, "/a/x", "free")
    add(e1, "/b", "same")
    with refused(409, "Failed to move files, there is a file 'same' in '/b' already"):
        move(e1, "/a", "/b")
    with refused(409):
        move(e1, "/a", "/b", name="same")
    assert labels(e1) == {"/a": 1, "/a/x": 1, "/b": 1}


@pytest.mark.parametrize(
    ("fields", "status", "text"),
    [
        ({"label": "/none", "tolabel": "/b"}, 404, "Failed to move files, there is no label"),
        ({"label": "/a", "tolabel": "/b", "name": "x"}, 404, "Failed to move files, there is no f"),
        ({"label": "/a", "tolabel": "a/"}, 400, "Failed to move files, '/a' is there already"),
        ({"label": "/a", "tolabel": "/b/../c"}, 400, "'/b/../c' is no label"),
        ({"label": "/a", "tolabel": "/b", "name": "n", "toname": "x/y"}, 400, "'x/y' is no name"),
        ({"label": "/a", "tolabel": "/b", "toname": "x"}, 400, "Failed to move files, a label"),
        ({"label": "/a", "tolabel": "/b" * 800}, 400, "A label and a name have together"),
    ],
)
def test_moves_that_are_refused(e1, fields, status, text):
    add(e1, "/a", "n")
    with refused(status, text):
        move(e1, **fields)
    assert labels(e1) == {"/a": 1}
