"""A workflow that is kept as text and started again and again, by a cron or a generator.

Protocol part 02, sections 8.2 and 9.2: everything that would be refused when it is started is
refused when it is kept.
"""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.decoding import decode
from jupyter_colonies.core.graph import check_workflow
from jupyter_colonies.core.spec import WorkflowSpec, canonical
from jupyter_colonies.errors import InvalidRequest, InvalidWorkflow


def workflow_in(text: str, colonyname: str) -> WorkflowSpec:
    """The workflow in a JSON text, in the colony that it is to run in.

    Raises InvalidRequest for a text that can't be read, another colony, and for every rule that
    a submitted workflow has to keep.
    """
    try:
        workflow: WorkflowSpec = decode(text.encode(), WorkflowSpec)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise InvalidRequest(f"The field workflowspec is no workflow in JSON: {error}") from None
    if workflow.colonyname not in ("", colonyname):
        raise InvalidRequest(
            f"The field workflowspec names the colony '{workflow.colonyname}': the workflow runs "
            f"in '{colonyname}', leave its colonyname out or name the same"
        )
    specs = workflow.functionspecs or []
    try:
        check_workflow(specs)
    except InvalidWorkflow as error:
        raise InvalidRequest(error.message) from None
    for spec in specs:
        canonical(spec)
    return WorkflowSpec(colonyname=colonyname, functionspecs=specs)
