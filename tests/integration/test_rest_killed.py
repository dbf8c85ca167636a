"""What was submitted with an idempotency key is there once, whatever became of the server."""

import threading
import urllib.error
from http.client import HTTPException
from types import SimpleNamespace

from tests.integration.killing import Server
from tests.integration.test_rest_signed import Api

SPEC = {"funcname": "f", "conditions": {"executortype": "none"}}
PATH = "colonies/dev/processes"


def keyed(api, number):
    return api("POST", PATH, SPEC, headers={"Idempotency-Key": f"number {number}"})


def test_a_server_that_is_killed_submits_nothing_twice(tmp_path):
    server = Server(tmp_path)
    answered: dict[int, str] = {}

    def user():
        wire = server.start()
        return Api(SimpleNamespace(host=wire.host, port=wire.port), server.key("user"))

    def submit(api, numbers):
        for number in numbers:
            try:
                answered[number] = keyed(api, number).body["processid"]
            except (OSError, HTTPException, urllib.error.URLError):
                return

    api = user()
    threads = [
        threading.Thread(target=submit, args=(api, range(start, 10_000, 4))) for start in range(4)
    ]
    for thread in threads:
        thread.start()
    while len(answered) < 20:
        threads[0].join(0.01)
    server.kill()
    for thread in threads:
        thread.join()
    before, tried = dict(answered), max(answered) + 5
    api = user()
    try:
        submit(api, range(tried))
        assert all(answered[number] == before[number] for number in before)
        cursor, ids = "", []
        while True:
            page = api("GET", f"{PATH}?limit=500" + (f"&cursor={cursor}" if cursor else "")).body
            ids += [each["processid"] for each in page["items"]]
            cursor = page.get("next", "")
            if not cursor:
                break
        assert sorted(ids) == sorted(answered.values())
    finally:
        server.stop()
