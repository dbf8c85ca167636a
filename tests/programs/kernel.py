"""A kernel of a real Jupyter server, for tests that run code in it and end it."""

from __future__ import annotations

import json
import uuid
from typing import Any, Self

import websocket

from tests.programs.jupyter import TOKEN, Jupyter


class Kernel:
    """Started through Jupyter's address; shut down when the block ends, if it still runs."""

    def __init__(self, jupyter: Jupyter) -> None:
        self._jupyter = jupyter

    def __enter__(self) -> Self:
        status, kernel = self._jupyter.ask("POST", "api/kernels", {"name": "python3"})
        assert status == 201, kernel
        self.id = kernel["id"]
        self._connect()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self.act("DELETE")

    def act(self, method: str, action: str = "") -> int:
        """Ask Jupyter's REST API about the kernel; the status of the answer."""
        return self._jupyter.ask(method, f"api/kernels/{self.id}{action}")[0]

    def run(self, code: str, *, metadata: dict[str, Any] | None = None) -> str:
        """Run code and return what it printed. Raises AssertionError if it failed."""
        request = self._send(code, metadata or {})
        printed = ""
        while True:
            message = json.loads(self._connection.recv())
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    printed += content["text"]
                case "error":
                    raise AssertionError("\n".join(content["traceback"]))
                case "status" if content["execution_state"] == "idle":
                    return printed

    def leave(self, code: str) -> None:
        """Run code that nobody waits for, since the kernel ends with it."""
        self._send(code, {})

    def connect_again(self) -> None:
        """Jupyter ends the connection when it has started the kernel again."""
        self._connection.close()
        self._connect()

    def _connect(self) -> None:
        address = self._jupyter.url.replace("http", "ws", 1)
        self._connection = websocket.create_connection(
            f"{address}api/kernels/{self.id}/channels",
            timeout=90,
            header={"Authorization": f"token {TOKEN}"},
        )

    def _send(self, code: str, metadata: dict[str, Any]) -> str:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": ""}
        message = {
            "header": {**header, "session": "s", "date": "", "version": "5.3"},
            "parent_header": {},
            "metadata": metadata,
            "content": {
                "code": code,
                "silent": False,
                "store_history": False,
                "user_expressions": {},
                "allow_stdin": False,
            },
            "channel": "shell",
            "buffers": [],
        }
        self._connection.send(json.dumps(message))
        return header["msg_id"]
