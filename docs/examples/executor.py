"""An executor that needs nothing but Python's standard library, and a bearer token.

    COLONIES_URL=http://127.0.0.1:50080 COLONIES_TOKEN_FILE=token python3 executor.py

It offers the function `sum`, which adds up its arguments and what its parents put out. While the
server is away it waits for it. SIGTERM lets the running process finish; a second one, or the end
of GRACE seconds, gives it back.
"""

import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

URL = os.environ.get("COLONIES_URL", "http://127.0.0.1:50080").rstrip("/") + "/v1/"
COLONY = os.environ.get("COLONIES_COLONY_NAME", "dev")
NAME = os.environ.get("EXECUTOR_NAME", "python")
TYPE = os.environ.get("EXECUTOR_TYPE", "outside")
GRACE = float(os.environ.get("GRACE", "30"))
POLL = 20  # seconds that the server holds a request for work
LEASE = 60  # seconds of silence after which the server gives the work to others
EXECUTOR = f"colonies/{COLONY}/executors/{NAME}"


class Refused(Exception):
    """The server said no; `status` is that of HTTP."""

    def __init__(self, status, detail):
        super().__init__(f"{status}: {detail}")
        self.status = status


class Stopped(BaseException):
    """A signal came: whatever is going on ends here."""


def token():
    file = os.environ.get("COLONIES_TOKEN_FILE")
    return Path(file).read_text().strip() if file else os.environ["COLONIES_TOKEN"]


HEADERS = {"Authorization": f"Bearer {token()}", "Content-Type": "application/json"}


def ask(method, path, body=None, *, patient=True):
    """One request and its reply; while the server is away, again if that is worth it."""
    pause = 0.2
    while True:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(URL + path, data, HEADERS, method=method)
        try:
            with urllib.request.urlopen(request, timeout=POLL + 30) as reply:
                text = reply.read()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            with error:
                detail = error.read().decode(errors="replace")
            if error.code not in (429, 502, 503):
                raise Refused(error.code, detail) from None
        except (OSError, json.JSONDecodeError) as error:
            detail = error
        if not patient:
            raise Refused(503, detail)
        say(f"trying again: {detail}")
        time.sleep(pause)
        pause = min(pause * 2, 10)


def say(text):
    print(text, file=sys.stderr, flush=True)


class Executor:
    """Takes processes and runs them, one after the other."""

    def __init__(self):
        self.stopping = False
        self.running = None
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        signal.signal(signal.SIGALRM, self.give_up)

    def stop(self, *_):
        """A signal: the end now if nothing runs, else when that is done."""
        if self.running is None or self.stopping:
            raise Stopped
        self.stopping = True
        say("finishing what runs")
        signal.setitimer(signal.ITIMER_REAL, GRACE)

    def give_up(self, *_):
        raise Stopped

    def work(self):
        try:
            self.register()
            while not self.stopping:
                process = self.take()
                if process is not None:
                    self.running = process["processid"]
                    self.run(process)
                    self.running = None
        except Stopped:
            say("stopping")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        ask("DELETE", EXECUTOR, patient=False)  # what still runs goes back to the queue
        say(f"{NAME} has left")

    def register(self):
        functions = [{"funcname": "sum", "description": "adds up numbers"}]
        ask("PUT", EXECUTOR, {"executortype": TYPE, "lease": LEASE, "functions": functions})
        say(f"{NAME} is ready")

    def take(self):
        """The next process, None if there is none for a while."""
        try:
            return ask("POST", f"{EXECUTOR}/assignments?wait={POLL}")
        except Refused as refused:
            if refused.status != 403:
                raise
            # The server was away, or this program, for longer than the lease.
            self.register()
            return None

    def run(self, process):
        """Run a process and say what came of it."""
        path = f"processes/{process['processid']}"
        try:
            with Alive():
                out = [self.sum(path, *process["spec"]["args"], *process["in"])]
            end, result = "success", {"out": out}
        except Refused as refused:
            say(f"{path} is given up: {refused}")
            return
        except Exception as error:
            end, result = "failure", {"errors": [f"{type(error).__name__}: {error}"]}
        try:
            ask("PUT", f"{path}/{end}", result)
        except Refused as refused:
            say(f"{path} is not ours any more: {refused}")

    def sum(self, path, *numbers):
        total = 0
        for count, number in enumerate(numbers, 1):
            total += number
            ask("POST", f"{path}/log", {"message": f"after {count}: {total}\n"})
            progress = f"{count}/{len(numbers)}"
            ask("PATCH", f"{path}/attributes", {"texts": {"progress": progress}})
            time.sleep(float(os.environ.get("SECONDS_EACH", "0")))
        return total


class Alive:
    """Keeps the lease while something runs that says nothing for a long time."""

    def __init__(self):
        self.done = threading.Event()

    def __enter__(self):
        threading.Thread(target=self.renew, daemon=True).start()

    def __exit__(self, *_):
        self.done.set()

    def renew(self):
        while not self.done.wait(LEASE / 3):
            try:
                ask("PUT", f"{EXECUTOR}/lease", {"lease": LEASE})
            except Refused as refused:
                say(f"the lease was not renewed: {refused}")
                return


if __name__ == "__main__":
    try:
        Executor().work()
    except Refused as refused:
        sys.exit(f"{NAME} can't go on: {refused}")
