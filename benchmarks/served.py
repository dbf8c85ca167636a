"""A server in a process of its own, and signed requests to it over kept-alive connections."""

from __future__ import annotations

import base64
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_colonies.core import envelope, identity


@dataclass(frozen=True)
class Place:
    """Where the server is, which process it is, and the keys of its colony."""

    host: str
    port: int
    pid: int
    colonyname: str
    colony_key: str
    user_key: str

    def connection(self) -> closing[http.client.HTTPConnection]:
        """A connection that is kept alive."""
        return closing(http.client.HTTPConnection(self.host, self.port, timeout=60))

    def call(
        self, connection: http.client.HTTPConnection, payloadtype: str, key: str, **fields: Any
    ) -> Any:
        """One signed request and the message of its reply."""
        message = json.dumps({"msgtype": payloadtype, **fields}).encode()
        connection.request("POST", "/api", envelope.sealed(payloadtype, message, key))
        reply = json.loads(connection.getresponse().read())
        found = json.loads(base64.b64decode(reply["payload"]))
        if reply["error"]:
            raise RuntimeError(found["message"])
        return found

    def add_executor(self, executortype: str) -> str:
        """Register and approve an executor; its key."""
        key = identity.new_private_key()
        name = f"executor-{identity.id_of(key)[:8]}"
        executor = {
            "executorname": name,
            "executorid": identity.id_of(key),
            "executortype": executortype,
            "colonyname": self.colonyname,
        }
        with self.connection() as connection:
            self.call(connection, "addexecutormsg", self.colony_key, executor=executor)
            self.call(
                connection,
                "approveexecutormsg",
                self.colony_key,
                colonyname=self.colonyname,
                executorname=name,
            )
        return key

    def cpu(self) -> float:
        """CPU seconds the server has used so far, user and system."""
        stat = Path(f"/proc/{self.pid}/stat")
        if stat.exists():
            ticks = stat.read_text().rpartition(")")[2].split()[11:13]
            return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
        command = ["ps", "-o", "time=", "-p", str(self.pid)]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        seconds = 0.0
        for part in text.strip().split(":"):
            seconds = seconds * 60 + float(part)
        return seconds


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    """`jupyter colonies serve` on a fresh data folder."""
    runtime_file = folder / "runtime.json"
    ready, tell = os.pipe()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyter_colonies.cli", "serve", "--port", "0"),
            *("--data", str(folder / "data"), "--runtime-file", str(runtime_file)),
            *("--ready-fd", str(tell)),
        ],
        pass_fds=(tell,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(tell)
    try:
        with os.fdopen(ready) as pipe:
            pipe.read()
        runtime = json.loads(runtime_file.read_text())
        yield Place(
            runtime["host"],
            runtime["port"],
            runtime["pid"],
            runtime["colonyname"],
            Path(runtime["colonykeyfile"]).read_text().strip(),
            Path(runtime["userkeyfile"]).read_text().strip(),
        )
    finally:
        process.terminate()
        process.wait()
