"""What a kernel and its worker processes say to each other, over a pair of sockets."""

from __future__ import annotations

from typing import Any

import msgspec

from jupyter_colonies.core.process import Process


class Run(msgspec.Struct, tag="run"):
    """To the worker: run a process. `packed` is the code, unless it is known by its `digest`.

    `mount` is the folder with the files of the process, empty for none.
    """

    process: Process
    digest: str
    packed: bytes = b""
    mount: str = ""


class Wrote(msgspec.Struct, tag="wrote"):
    """From the worker: something was written to a stream, `stdout` or `stderr`.

    What is not `logged` is only shown.
    """

    stream: str
    text: str
    logged: bool = True


class Noted(msgspec.Struct, tag="noted"):
    """From the worker: something for the log that is not shown."""

    text: str


class Progressed(msgspec.Struct, tag="progressed"):
    """From the worker: how far the run is."""

    share: float
    text: str


class Ended(msgspec.Struct, tag="ended"):
    """From the worker: the outcome of the run.

    `memory` is what the worker takes, in bytes. `clean` says that the run has left no thread and
    no process behind, so that another one may follow.
    """

    output: list[Any]
    errors: list[str] | None
    abandoned: str
    memory: int
    clean: bool


Said = Wrote | Noted | Progressed | Ended

_encoder = msgspec.msgpack.Encoder()
encode = _encoder.encode
read_run = msgspec.msgpack.Decoder(Run).decode
read_said = msgspec.msgpack.Decoder(Said).decode
