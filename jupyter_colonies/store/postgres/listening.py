"""Hearing what other servers on the same database committed: LISTEN on a thread of its own."""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import threading
from collections.abc import Callable
from random import SystemRandom

import psycopg
from psycopg.rows import TupleRow

from jupyter_colonies.store.address import PostgresAddress
from jupyter_colonies.store.postgres.connection import connect

_random = SystemRandom()
CHANNEL = "colonies"
# PostgreSQL takes less than 8000 bytes; the mark of the server stands before the text.
LONGEST_NOTICE = 7900
LONGEST_PAUSE = 5.0

_log = logging.getLogger(__name__)


class Listener:
    """The listening connection.

    `heard` is called with each notice of another server, `again` after the connection was lost
    and made again: what was told meanwhile was missed.
    """

    def __init__(
        self,
        address: PostgresAddress,
        server: str,
        heard: Callable[[str], None],
        again: Callable[[], None],
    ) -> None:
        self._address = address
        self._server = server
        self._heard = heard
        self._again = again
        self._stopping = threading.Event()
        self._connection = self._connect()
        self._ended, self._end = os.pipe()
        self._thread = threading.Thread(target=self._work, name="colonies-listener", daemon=True)

    def start(self) -> None:
        """Begin. The connection listens already."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and close the connection."""
        self._stopping.set()
        os.write(self._end, b"x")
        self._thread.join()
        os.close(self._ended)
        os.close(self._end)

    def _connect(self) -> psycopg.Connection[TupleRow]:
        connection = connect(self._address)
        try:
            connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error:
            connection.close()
            raise
        return connection

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self._hear()
            except psycopg.Error as error:
                _log.warning("The connection that listens to other servers was lost: %s", error)
                self._reconnect()
        with contextlib.suppress(psycopg.Error):
            self._connection.close()

    def _hear(self) -> None:
        raw = self._connection
        with selectors.DefaultSelector() as selector:
            selector.register(raw.fileno(), selectors.EVENT_READ)
            selector.register(self._ended, selectors.EVENT_READ)
            while True:
                selector.select()
                if self._stopping.is_set():
                    return
                for notice in raw.notifies(timeout=0):
                    server, _, text = notice.payload.partition(" ")
                    if server != self._server:
                        self._heard(text)

    def _reconnect(self) -> None:
        pause = 0.05
        while not self._stopping.wait(pause):
            try:
                self._connection = self._connect()
            except psycopg.Error:
                pause = min(pause * (1.5 + _random.random()), LONGEST_PAUSE)
            else:
                _log.info("Listening to other servers again")
                self._again()
                return
