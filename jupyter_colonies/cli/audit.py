"""`jupyter colonies audit`: who changed what, from the files in a server's data folder."""

from __future__ import annotations

import re
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import msgspec

from jupyter_colonies.errors import NoServer
from jupyter_colonies.server import settings
from jupyter_colonies.server.audit.entry import Entry
from jupyter_colonies.server.audit.log import NAME
from jupyter_colonies.server.audit.reading import Wanted, entries

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@click.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Data folder of the server, if it is not the usual one.",
)
@click.option("--who", default="", help="Part of a name or of a proof, or the beginning of an id.")
@click.option("--operation", default="", help="Part of an operation's name, such as submit.")
@click.option("--colony", default="", help="Name of a colony.")
@click.option("--about", default="", help="Beginning of the id or name of what was changed.")
@click.option("--since", default="", help="Such as 30m, 12h or 7d ago, or a date and time in UTC.")
@click.option("--refused", is_flag=True, help="Only what was refused.")
@click.option(
    "--count", type=click.IntRange(min=1), default=50, show_default=True, help="The last so many."
)
@click.option("--json", "as_json", is_flag=True, help="The lines as they are in the file.")
def audit(
    *,
    data: Path | None,
    who: str,
    operation: str,
    colony: str,
    about: str,
    since: str,
    refused: bool,
    count: int,
    as_json: bool,
) -> None:
    """Show who changed what, and by which proof, on a server of this machine."""
    file = (data or settings.default_data_folder()).expanduser() / NAME
    if not file.exists():
        raise NoServer(
            f"There is no audit log {file}: name the data folder of the server with --data"
        )
    wanted = Wanted(who, operation, colony, about, _moment(since), refused)
    for entry in deque(entries(file, wanted), count):
        click.echo(msgspec.json.encode(entry).decode() if as_json else _line(entry))


def _line(entry: Entry) -> str:
    objects = " ".join(
        f"{name}={','.join(_short(value) for value in values[:3])}"
        + (f",… ({len(values)})" if len(values) > 3 else "")
        for name, values in entry.objects.items()
    )
    who = entry.who.name or _short(entry.who.id) or "nobody"
    refused = f"refused ({entry.status} {entry.error}) " if entry.status else ""
    place = f" from {entry.address}" if entry.address else ""
    return (
        f"{entry.time[:19]}Z {who}: {refused}{entry.operation} in {entry.colony or '-'} {objects} "
        f"[{entry.via}, {entry.proof or 'by itself'}{place}]"
    )


def _short(value: str) -> str:
    return value[:12] if re.fullmatch("[0-9a-f]{64}", value) else value


def _moment(text: str) -> str:
    if not text:
        return ""
    number, unit = text[:-1], text[-1]
    if number.isdecimal() and unit in _UNITS:
        return (datetime.now(UTC) - timedelta(**{_UNITS[unit]: int(number)})).isoformat()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(
            f"--since is '{text}': 30m, 12h, 7d or a date such as 2026-01-31 is expected"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
