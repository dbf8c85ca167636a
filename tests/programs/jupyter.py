"""A Jupyter server as a program of its own, for tests that ask it from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

# Extensions that no test here is about: they take as long to start as all the rest.
OTHERS = ("jupyterlab", "notebook", "notebook_shim", "jupyter_lsp")
TOKEN = "letmein"
BASE = "/user/ada/"


class Jupyter:
    """`jupyter server` with the extension, below a folder, until the block ends."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.folder = folder
        self.runtime = folder / "runtime"
        self._options = options
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("COLONIES", "JUPYTER"))},
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_DATA_DIR": str(folder / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
            "JUPYTER_PLATFORM_DIRS": "1",
            **environment,
        }

    def __enter__(self) -> Self:
        config = self.folder / "config"
        config.mkdir(parents=True, exist_ok=True)
        without = {"ServerApp": {"jpserver_extensions": dict.fromkeys(OTHERS, False)}}
        (config / "jupyter_server_config.json").write_text(json.dumps(without))
        self._log = (self.folder / "jupyter.log").open("wb")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"),
                *("--ServerApp.port=0", f"--ServerApp.base_url={BASE}"),
                *(f"--IdentityProvider.token={TOKEN}", "--ServerApp.root_dir=" + str(self.folder)),
                *self._options,
            ],
            env=self._environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self.url = self._info()["url"]
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
        self._log.close()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the server and give its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(30)

    @property
    def log(self) -> str:
        """What the server has said."""
        return (self.folder / "jupyter.log").read_text()

    @property
    def runtime_file(self) -> Path:
        """The file that kernels of this server read."""
        return self.runtime / f"colonies-jpserver-{self.process.pid}.json"

    def ask(
        self, method: str, path: str, body: Any = None, *, token: str = TOKEN
    ) -> tuple[int, Any]:
        """Status and decoded body of a request to Jupyter's own address."""
        request = urllib.request.Request(
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode()
        )
        if token:
            request.add_header("Authorization", f"token {token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, _decoded(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _decoded(error.read())

    def hosts(self) -> Self:
        """Wait until the server hosts the colony."""
        self.until(self._is_host)
        return self

    def _is_host(self) -> bool:
        try:
            pid = json.loads(self.runtime_file.read_text())["pid"]
            return pid == self.process.pid and self.ask("GET", "colonies/health")[0] == 200
        except OSError:
            return False

    def _info(self) -> dict[str, Any]:
        file = self.runtime / f"jpserver-{self.process.pid}.json"
        self.until(lambda: file.exists() and file.read_text().endswith("}"))
        info: dict[str, Any] = json.loads(file.read_text())
        return info

    def until(self, condition: Callable[[], object]) -> None:
        """Another program's progress can only be seen by looking."""
        deadline = time.monotonic() + 90
        while not condition():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the Jupyter server is not ready:\n{self.log}")
            time.sleep(0.05)


def _decoded(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
