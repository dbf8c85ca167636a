"""The signed record of a run: making it, keeping it in files and notebooks, reading it again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_colonies.client.runs.members import members
from jupyter_colonies.core import identity, record
from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.process import AttributeType, Process, State
from jupyter_colonies.core.record import Verification
from jupyter_colonies.core.times import NEVER
from jupyter_colonies.errors import ClientError, InvalidSpec

if TYPE_CHECKING:
    from jupyter_colonies.client.runs.repair import Repairable

MIME_TYPE = "application/vnd.colonies.record+json"
METADATA = "colonies"
"""The key of a notebook's metadata below which its record is kept."""

LISTED = 5_000
"""Processes that are asked for with one request; those of larger runs one by one."""

SOURCE_TEXT = "source.text"
"""The key of the attribute in which an executor says what code ran."""

AT_ONCE = 32
"""Processes of a larger run that are here at a time; of each only its entry is kept."""


class Record:
    """A signed record of a run, as the value of a cell a table that a saved notebook keeps.

    `document` is the record as JSON has it.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def verify(self) -> Verification:
        """Who signed the record, and what was changed since; asks no server."""
        return record.verified(self.document)

    @property
    def text(self) -> str:
        """The record as the text of a JSON document."""
        return json.dumps(self.document, ensure_ascii=False, indent=1)

    def save(self, path: str | Path) -> None:
        """Write the record to a JSON file; into the metadata of a notebook if it is an `.ipynb`.

        The rest of the notebook stays as it is. Raises InvalidSpec if the notebook can't be read.
        """
        file = Path(path).expanduser()
        if file.suffix != ".ipynb":
            with file.open("w", encoding="utf-8") as out:
                json.dump(self.document, out, ensure_ascii=False, indent=1)
                out.write("\n")
            return
        notebook = _json_of(file)
        metadata = notebook.setdefault("metadata", {}) if isinstance(notebook, dict) else None
        if not isinstance(metadata, dict):
            raise InvalidSpec(f"{file}: this is not a notebook")
        # A text: programs that save notebooks round large numbers.
        metadata.setdefault(METADATA, {})["record"] = self.text
        file.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def __repr__(self) -> str:
        found = self.verify()
        run = self.document.get("run") or {}
        return f"<Record of run {str(run.get('id'))[:8]}, {run.get('state')}. {found}>"

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        """The record itself, so that the saved notebook holds it, and a table of it."""
        return {
            MIME_TYPE: {"version": 1, "record": self.text},
            "text/html": self._html(),
            "text/plain": repr(self),
        }

    def _html(self) -> str:
        found = self.verify()
        if not found:
            return f"<pre>{escape(str(found))}</pre>"
        rows = "".join(
            f"<tr><td>{escape(node['nodename'])}</td><td>{escape(node['state'])}"
            f"{', kept' if node['keptfrom'] else ''}</td><td>{escape(node['executor']['name'])}"
            f"</td><td>{escape(node['endtime'])}</td>"
            f"<td><code>{node['output']['digest'][:16]}…</code></td></tr>"
            for node in self.document["nodes"][:100]
        )
        heads = "".join(
            f'<th scope="col">{head}</th>'
            for head in ("Node", "State", "Executor", "Ended", "Output")
        )
        return (
            f'<table style="text-align:left"><caption>{escape(str(found))}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )


def read(path: str | Path) -> Record:
    """The record in a JSON file, or the last one that a notebook holds: in its metadata, or shown.

    Raises InvalidSpec if there is none.
    """
    file = Path(path).expanduser()
    found = _json_of(file)
    if file.suffix == ".ipynb":
        texts = list(_texts_of(found))
        if not texts:
            raise InvalidSpec(f"{file}: this notebook holds no record of a run")
        found = json.loads(texts[-1])
    if not isinstance(found, dict):
        raise InvalidSpec(f"{file}: this is not a record of a run")
    return Record(found)


def verify(what: Record | Mapping[str, Any] | str | Path) -> Verification:
    """Who signed a record, and what was changed since; asks no server.

    `what` is a record, its document, or the file of a record or a notebook that holds one. Raises
    InvalidSpec for a file without one.
    """
    if isinstance(what, str | Path):
        what = read(what)
    return what.verify() if isinstance(what, Record) else record.verified(dict(what))


async def made(run: Repairable, sources: Iterable[str]) -> Record:
    """The record of a run that has ended, signed by the client's identity; a coroutine.

    `sources` are texts of which those are put in that a node names by digest. Raises ClientError
    if the run has not ended.
    """
    client, colony = run.colony.client, run.colony
    executors = await client.get_executors(colonyname=colony.name)
    names = {each.executorid: each.executorname for each in executors}
    found: Process | ProcessGraph
    if run.is_workflow:
        found = await client.get_process_graph(processgraphid=run.id)
        ids = found.processids or []
    else:
        found = await client.get_process(processid=run.id)
        ids = [run.id]
    texts = {record.source_digest(text): text for text in sources}
    nodes = [_entry(process, names, texts) async for process in _processes(run, ids)]
    unfinished = [node["nodename"] for node in nodes if node["state"] not in _ENDS]
    if unfinished:
        raise ClientError(
            f"Run {run.id} has not ended ({len(unfinished)} nodes, the first is '{unfinished[0]}'):"
            " wait for it, then record it"
        )
    used = {each["value"] for node in nodes for each in node["attributes"]}
    return Record(
        record.sealed(
            await _facts(run, found),
            nodes,
            {key: text for key, text in texts.items() if key in used},
            by=client.id,
            at=datetime.now(UTC).isoformat(),
            sign=client.sign,
        )
    )


_ENDS = {state.word for state in State if state.finished}


async def _processes(run: Repairable, ids: Sequence[str]) -> AsyncIterator[Process]:
    """Processes in order; of a very large run only a few are here at a time."""
    client = run.colony.client
    if len(ids) <= LISTED:
        for process in await members(run):
            yield process
        return
    for start in range(0, len(ids), AT_ONCE):
        asked = (client.get_process(processid=each) for each in ids[start : start + AT_ONCE])
        for process in await asyncio.gather(*asked):
            yield process


async def _facts(run: Repairable, found: Process | ProcessGraph) -> dict[str, Any]:
    server = await run.colony.client.get_server_info(nonce=identity.new_id())
    return {
        "id": run.id,
        "name": run.name,
        "colonyname": run.colony.name,
        "server": {"id": server.serverid, "version": server.buildversion},
        "workflow": run.is_workflow,
        "original": (found.original or "") if isinstance(found, ProcessGraph) else "",
        "state": found.state.word,
        "initiator": {"id": found.initiatorid, "name": found.initiatorname},
        **_times(found),
    }


def _entry(process: Process, names: Mapping[str, str], texts: dict[str, str]) -> dict[str, Any]:
    """What a record says of a process. Of values, and of the environment, it has digests only.

    The text of a source that is attached to it goes to `texts`, once for all processes.
    """
    spec = msgspec.to_builtins(process.spec)
    spec["env"] = {key: {"digest": record.digest(value)} for key, value in spec["env"].items()}
    executorid = process.assignedexecutorid
    attributes = []
    for each in process.attributes or ():
        if each.attributetype == AttributeType.ENV:
            continue
        value = each.value
        if each.key == SOURCE_TEXT:
            value = record.source_digest(each.value)
            texts.setdefault(value, each.value)
        attributes.append({"key": each.key, "type": each.attributetype, "value": value})
    return {
        "processid": process.processid,
        "nodename": process.spec.nodename or process.spec.funcname,
        "state": process.state.word,
        "keptfrom": process.keptfrom or "",
        "parents": process.parents,
        "spec": spec,
        "initiator": {"id": process.initiatorid, "name": process.initiatorname},
        "executor": {"id": executorid, "name": names.get(executorid, "")},
        "retries": process.retries,
        "input": _digested(process.input or []),
        "output": _digested(process.output or []),
        "errors": process.errors or [],
        "attributes": attributes,
        **_times(process),
    }


def _digested(values: list[Any]) -> dict[str, Any]:
    return {"count": len(values), "digest": record.digest(values)}


def _times(found: Any) -> dict[str, str]:
    moments = {name: getattr(found, name) for name in ("submissiontime", "starttime", "endtime")}
    return {name: moment.isoformat() if moment > NEVER else "" for name, moment in moments.items()}


def _json_of(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidSpec(f"{file}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise InvalidSpec(f"{file}: this is not JSON: {error}") from None


def _texts_of(notebook: Any) -> Iterable[str]:
    """The records in a notebook: those that cells show, then that of its metadata."""
    found: list[Any] = []
    if isinstance(notebook, dict):
        for cell in notebook.get("cells") or ():
            for output in cell.get("outputs") or ():
                shown = (output.get("data") or {}).get(MIME_TYPE)
                found.append(shown.get("record") if isinstance(shown, dict) else None)
        found.append(((notebook.get("metadata") or {}).get(METADATA) or {}).get("record"))
    return [text for text in found if isinstance(text, str)]
