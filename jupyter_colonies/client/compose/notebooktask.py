"""A notebook as a step of a workflow: its parameters in, its recorded values out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jupyter_colonies.client.compose.specfile import specs_of
from jupyter_colonies.client.compose.task import After
from jupyter_colonies.client.compose.workflow import building, check_fields
from jupyter_colonies.core.deployment import name_of
from jupyter_colonies.core.file import DIGEST, File
from jupyter_colonies.core.notebook import read_notebook
from jupyter_colonies.core.notebookcall import EXECUTORTYPE, FUNCTION, LABEL, NotebookReference
from jupyter_colonies.core.parameters import Parameter, Parameters, parameters_of
from jupyter_colonies.core.spec import Conditions
from jupyter_colonies.errors import InvalidSpec, NotFound

if TYPE_CHECKING:
    from jupyter_colonies.client.storage.files import Files

_CONDITIONS = frozenset(Conditions.__struct_fields__)


class NotebookTask:
    """A notebook that is a node of a workflow when it is called, with parameters, inside of one.

    `fields` are what each node gets: fields of a function spec and of its conditions.
    """

    def __init__(
        self, reference: NotebookReference, parameters: Parameters, fields: Mapping[str, Any]
    ) -> None:
        check_fields(fields)
        self.reference = reference
        self.fields = dict(fields)
        self._parameters = parameters

    def __repr__(self) -> str:
        return (
            f"<NotebookTask {self.reference.notebook}({', '.join(map(_shown, self.parameters))})>"
        )

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What can be given, in the order of the tagged cell."""
        return self._parameters.known

    def __call__(self, *, after: After = (), **parameters: Any) -> Any:
        """Add a node to the workflow that is being built; without one, the function spec of a run.

        The node stands for the object of the values that the notebook gives back, so
        `train(rate=0.1)["score"]` can be given to other tasks. `after` names nodes to wait for
        without using their results. Raises InvalidRequest for an unknown parameter,
        InvalidWorkflow, and NotJson or InvalidSpec for a value that can't be sent.
        """
        self._parameters.check(parameters, self.reference.notebook)
        reference = msgspec.to_builtins(self.reference)
        fields = {"executortype": EXECUTORTYPE, **self.fields}
        name = fields.pop("nodename", name_of(self.reference.notebook))
        workflow = building()
        if workflow is not None:
            return workflow.call(
                FUNCTION,
                [reference],
                parameters,
                nodename=workflow.free_name(name),
                hint=dict,
                after=after,
                **fields,
            )
        own = {key: each for key, each in fields.items() if key not in _CONDITIONS}
        conditions = {key: each for key, each in fields.items() if key in _CONDITIONS}
        call = {"funcname": FUNCTION, "args": [reference], "kwargs": parameters}
        return specs_of(
            {"nodename": name, **own, **call, "conditions": conditions}, self.reference.notebook
        )

    def options(self, **fields: Any) -> NotebookTask:
        """The same notebook, whose runs get something else, such as `maxexectime` or `priority`.

        Raises TypeError for a field there is none of.
        """
        return NotebookTask(self.reference, self._parameters, {**self.fields, **fields})


def notebook_task(
    files: Files, path: str | Path, *, shared: bool, fields: Mapping[str, Any]
) -> NotebookTask:
    """Read a notebook and make it a task.

    Its bytes become a file of the colony, labelled `/notebooks`, unless they are its newest
    revision already; with `shared` only its absolute path is sent, for executors that see the same
    disk. Either way the bytes of now are pinned by their digest. Raises InvalidSpec if there is no
    such notebook and InvalidRequest if it can't be read as one.
    """
    file = Path(path).expanduser().absolute()
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InvalidSpec(f"The notebook {file} can't be read: {error.strerror}") from None
    parameters = parameters_of(read_notebook(data, file.name), file.name)
    digest = hashlib.sha256(data).hexdigest()
    if shared:
        reference = NotebookReference(notebook=file.name, path=str(file), sha256=digest)
    else:
        stored = _stored(files, file.name, digest) or files.put(data, LABEL, file.name)
        reference = NotebookReference(notebook=file.name, fileid=stored.fileid, sha256=digest)
    return NotebookTask(reference, parameters, fields)


def _stored(files: Files, name: str, digest: str) -> File | None:
    with suppress(NotFound):
        latest = files.latest(LABEL, name)
        if (latest.checksumalg.upper(), latest.checksum) == (DIGEST, digest):
            return latest
    return None


def _shown(parameter: Parameter) -> str:
    kind = f": {parameter.annotation}" if parameter.annotation else ""
    return f"{parameter.name}{kind}" + (f" = {parameter.default}" if parameter.default else "")
