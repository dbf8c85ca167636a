"""Submit, assign and close through a served colony: cycles per second and CPU per cycle.

    python benchmarks/cycle.py [--seconds 5]

One signed request after the other, as any SDK sends them; first one client, then several at
once. The server runs in a process of its own, whose CPU time is measured by itself.
"""

from __future__ import annotations

import argparse
import http.client
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import served

CLIENTS = (1, 4, 16)


def cycle(connection: http.client.HTTPConnection, place: served.Place, key: str) -> None:
    """One process from its submission to its end."""
    spec = {
        "funcname": "f",
        "conditions": {"colonyname": place.colonyname, "executortype": "benchmark"},
    }
    place.call(connection, "submitfuncspecmsg", key, spec=spec)
    process = place.call(
        connection, "assignprocessmsg", key, colonyname=place.colonyname, timeout=10
    )
    place.call(connection, "closesuccessfulmsg", key, processid=process["processid"], out=[1])


def measure(place: served.Place, clients: int, seconds: float) -> tuple[float, float, float]:
    """Cycles per second, and CPU time of server and clients per cycle in microseconds."""
    counts = [0] * clients
    keys = [place.add_executor("benchmark") for _ in range(clients)]
    end = time.monotonic() + seconds

    def work(number: int) -> None:
        with place.connection() as connection:
            while time.monotonic() < end:
                cycle(connection, place, keys[number])
                counts[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    of_server, of_clients, started = place.cpu(), time.process_time(), time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cycles = sum(counts)
    return (
        cycles / (time.monotonic() - started),
        (place.cpu() - of_server) / cycles * 1e6,
        (time.process_time() - of_clients) / cycles * 1e6,
    )


def main() -> None:
    """Print one line for each number of clients; the ratio is to the first line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    seconds = parser.parse_args().seconds
    print(f"{'clients':>8}{'cycles/s':>10}{'ratio':>7}{'server CPU µs':>15}{'client CPU µs':>15}")
    first = 0.0
    with TemporaryDirectory() as folder, served.place(Path(folder)) as place:
        measure(place, 1, min(seconds, 1.0))
        for clients in CLIENTS:
            rate, of_server, of_clients = measure(place, clients, seconds)
            first = first or rate
            print(
                f"{clients:>8}{rate:>10.0f}{rate / first:>7.1f}{of_server:>15.0f}"
                f"{of_clients:>15.0f}"
            )


if __name__ == "__main__":
    main()
