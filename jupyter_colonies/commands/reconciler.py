"""`blueprint log` and `blueprint doctor`: the executors that bring a blueprint about."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import click

from jupyter_colonies.commands import wording
from jupyter_colonies.commands.block import Block, Json, Line, Table, Text
from jupyter_colonies.commands.blueprint import NAME, blueprint, named
from jupyter_colonies.commands.follow import LOG_INTERVAL
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import Blocks, pass_session
from jupyter_colonies.core.blueprint import Blueprint, Handler, cron_name
from jupyter_colonies.core.member import Executor, ExecutorState, Log
from jupyter_colonies.core.times import NEVER

RECENTLY = timedelta(minutes=2)
OK, BAD = "ok", "missing"
MOST = 100


@blueprint.command("log")
@NAME
@click.option("-c", "--count", default=20, show_default=True, help="How many lines at most.")
@click.option("-f", "--follow", "following", is_flag=True, help="Go on until Ctrl-C.")
@pass_session
def log(session: Session, name: str, count: int, following: bool) -> Blocks:
    """Show what the executors at the blueprint's location wrote, or all reconcilers."""
    names = [each.executorname for each in _at_work(session, named(session, name))]
    if not names:
        yield Line(text="No reconcilers found")
        return
    logs = _newest(session, names, count)
    if session.json:
        yield Json(value=logs)
        return
    if not logs and not following:
        yield Line(text="No logs found")
    since = 0
    while True:
        if logs:
            since = logs[-1].timestamp
            yield Text(text="".join(each.message for each in logs))
        if not following:
            return
        time.sleep(LOG_INTERVAL)
        logs = [each for each in _newest(session, names, count) if each.timestamp > since]


def _at_work(session: Session, found: Blueprint) -> list[Executor]:
    everyone = session.ask(session.member.get_executors(colonyname=session.colonyname))
    location = found.metadata.locationname
    return [
        each
        for each in everyone
        if (each.locationname == location if location else "reconciler" in each.executortype)
    ]


def _newest(session: Session, names: list[str], count: int) -> list[Log]:
    logs: list[Log] = []
    for name in names:
        logs += session.ask(
            session.member.get_logs(
                colonyname=session.colonyname, executorname=name, count=count, latest=True
            )
        )
    return sorted(logs, key=lambda each: each.timestamp)[-count:]


@blueprint.command("doctor")
@NAME
@click.option("--fix", is_flag=True, help="Store the blueprint again where its cron is missing.")
@pass_session
def doctor(session: Session, name: str, fix: bool) -> list[Block]:
    """Check that somebody brings a blueprint about."""
    found = named(session, name)
    handler = _handler(session, found)
    checks = [("Definition", OK if handler else BAD, f"kind {found.kind}")]
    if handler is not None:
        checks += _reconcilers(session, found, handler)
    rows = [list(check) for check in checks]
    blocks: list[Block] = [Table(columns=["Check", "Result", "Detail"], rows=rows)]
    if fix and any(result != OK for _, result, _ in checks):
        session.ask(session.member.update_blueprint(blueprint=found))
        blocks.append(Line(text="Blueprint stored again", fields={"Name": name}))
    return session.either(
        [dict(zip(("check", "result", "detail"), row, strict=True)) for row in rows], blocks
    )


def _handler(session: Session, found: Blueprint) -> Handler | None:
    definitions = session.ask(
        session.member.get_blueprint_definitions(colonyname=session.colonyname)
    )
    return next(
        (each.spec.handler for each in definitions if each.spec.names.kind == found.kind), None
    )


def _reconcilers(
    session: Session, found: Blueprint, handler: Handler
) -> list[tuple[str, str, str]]:
    if not handler.complete:
        return [("Handler", BAD, "the definition names no executorType and functionName")]
    everyone = session.ask(session.member.get_executors(colonyname=session.colonyname))
    location = found.metadata.locationname or ""
    able = [
        each
        for each in everyone
        if each.executortype == handler.executortype
        and each.state == ExecutorState.APPROVED
        and (not location or (each.locationname or "").lower() == location.lower())
    ]
    heard = max((each.lastheardfromtime or NEVER for each in able), default=NEVER)
    recent = datetime.now(UTC) - heard < RECENTLY
    where = f"type {handler.executortype}" + (f" at {location}" if location else "")
    crons = session.ask(session.member.get_crons(colonyname=session.colonyname, count=MOST))
    cron = cron_name(found.kind, location)
    return [
        ("Cron", OK if any(each.name == cron for each in crons) else BAD, cron),
        ("Reconciler", OK if able else BAD, where),
        ("Last heard from", OK if recent else BAD, wording.moment(heard)),
    ]
