"""The runtime file: where a running server of this user listens, and how to recognize it."""

from __future__ import annotations

import http.client
import secrets
from pathlib import Path

import msgspec
from jupyter_core.paths import jupyter_runtime_dir

from jupyter_colonies.client.endpoint import Endpoint
from jupyter_colonies.core import enrolment, envelope
from jupyter_colonies.core.decoding import decode
from jupyter_colonies.core.messages.server import SERVER_INFO, GetServerInfo, ServerInfo
from jupyter_colonies.errors import (
    ColoniesError,
    NoServer,
    ServerUnreachable,
    UntrustedServer,
)

ANSWER_TIMEOUT = 10.0


class Runtime(msgspec.Struct, kw_only=True):
    """What a server writes when it has started, readable by its user only.

    `secret` is the registration secret (`core.enrolment`); the key files are paths, empty where
    the key is not held on this machine. `socket` is the door of the data folder.
    """

    version: int = 1
    pid: int = 0
    host: str
    port: int
    tls: bool = False
    serverid: str
    secret: str
    colonyname: str
    username: str = ""
    userkeyfile: str = ""
    colonykeyfile: str = ""
    serverkeyfile: str = ""
    jupyter_url: str = ""
    socket: str = ""

    def __repr__(self) -> str:
        return f"<Runtime {self.endpoint.base_url} pid {self.pid}>"

    @property
    def endpoint(self) -> Endpoint:
        """Where the server is reached from this machine."""
        everywhere = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read
        host = everywhere.get(self.host, self.host)
        return Endpoint(host=host, port=self.port, tls=self.tls)


def serve_runtime_file() -> Path:
    """Where a server that runs outside Jupyter writes its runtime file."""
    return Path(jupyter_runtime_dir()) / "colonies-serve.json"


def read_runtime(path: Path) -> Runtime:
    """Read a runtime file. Raises NoServer if there is none or it can't be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Runtime)
    except FileNotFoundError:
        raise NoServer(f"There is no runtime file {path}: its server has stopped") from None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NoServer(f"The runtime file {path} can't be read: {error}") from None


def read_key(path: str | Path) -> str:
    """A private key from its file. Raises NoServer if it can't be read."""
    try:
        return Path(path).expanduser().read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NoServer(f"The key file {path} can't be read: {error}") from None


def prove(runtime: Runtime) -> None:
    """Make sure that the server of a runtime file is what answers at its address.

    The question is unsigned, so a stranger that took the port over learns nothing. Blocks for at
    most some seconds. Raises ServerUnreachable if nothing answers and UntrustedServer if
    something else does.
    """
    endpoint = runtime.endpoint
    nonce = secrets.token_hex(16)
    question = GetServerInfo(msgtype=SERVER_INFO.type, nonce=nonce)
    body = envelope.sealed(SERVER_INFO.type, msgspec.json.encode(question), "")
    kind = http.client.HTTPSConnection if runtime.tls else http.client.HTTPConnection
    connection = kind(endpoint.host, endpoint.port, timeout=ANSWER_TIMEOUT)
    try:
        connection.request("POST", "/api", body)
        answer = connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        raise ServerUnreachable(
            f"The Colonies server at {endpoint.base_url} can't be reached: {error}"
        ) from None
    finally:
        connection.close()
    try:
        info = decode(envelope.result(answer)[1], ServerInfo)
    except (ColoniesError, msgspec.MsgspecError):
        info = ServerInfo()
    expected = enrolment.server_proof(runtime.secret, nonce, runtime.serverid)
    if not enrolment.matches(expected, info.proof):
        raise UntrustedServer(
            f"What answers at {endpoint.base_url} is not the server that wrote the runtime file; "
            "nothing signed was sent. Restart the Jupyter server or `jupyter colonies serve`, "
            "then connect again"
        )
