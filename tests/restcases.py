"""Cases that schemathesis makes of the OpenAPI document, against a real server.

It knows nothing but the document: what it sends, and what it expects of the replies, is what a
client that was written from the document would.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from jupyter_colonies.core import identity
from jupyter_colonies.server.rest import openapi
from jupyter_colonies.server.rest.declaration import OPERATIONS
from jupyter_colonies.testing import RunningServer
from tests.integration.test_rest_signed import Api

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ALL_SCOPES = ["read", "submit", "execute", "manage"]
SPEC = {"funcname": "f", "conditions": {"executortype": "worker"}, "channels": ["c"]}

# Streams don't end, and what is only inside Jupyter is not on this port. What removes comes last.
TRIED = sorted(
    (
        name
        for name, each in OPERATIONS.items()
        if not each.inside and each.media != "text/event-stream"
    ),
    key=lambda name: OPERATIONS[name].method == "DELETE",
)
OTHERS = {
    "register_executor": {"executorname": "another"},
    "approve_executor": {"executorname": "another"},
    "remove_executor": {"executorname": "another"},
    "remove_member": {"membername": "nobody"},
}
"""What must not happen to those who send the cases."""


@cache
def document() -> Any:
    """The document without the ways to prove who one is: a token is sent with each case."""
    told = openapi.served()
    paths = {
        path: {
            method: {name: part for name, part in each.items() if name != "security"}
            for method, each in methods.items()
        }
        for path, methods in told["paths"].items()
    }
    components = {**told["components"], "securitySchemes": {}}
    bare = {**told, "paths": paths, "components": components, "security": []}
    return schemathesis.openapi.from_dict(bare)


class Stage:
    """A colony with one of everything, and tokens of everybody."""

    def __init__(self, server: RunningServer) -> None:
        self.base = f"http://{server.host}:{server.port}/v1"
        owner, user = Api(server, server.colony_key), Api(server, server.user_key)
        worker = Api(server, identity.new_private_key())
        registration = {"executortype": "worker", "executorid": identity.id_of(worker.key)}
        owner("PUT", "colonies/dev/executors/worker", registration)
        self.tokens = {
            "the colony owner": self._token(owner),
            "the executor": self._token(worker),
            "": self._token(user),
        }
        here = "colonies/dev/"
        user("POST", here + "processes", SPEC)
        taken = worker("POST", here + "executors/worker/assignments").body
        nodes = [{**SPEC, "nodename": "a"}]
        more = {"functionspecs": nodes, "name": "x"}
        cron = user("POST", here + "crons", {**more, "interval": 3600})
        generator = user("POST", here + "generators", {**more, "trigger": 9})
        flow = user("POST", here + "workflows", nodes)
        file = user("POST", here + "files", {"label": "/", "name": "f", "size": 1, "checksum": "x"})
        snapshot = user("POST", here + "snapshots", {"label": "/", "name": "s"})
        self.names = {
            "colonyname": "dev",
            "executorname": "worker",
            "membername": "tester",
            "processid": taken["processid"],
            "workflowid": flow.body["processgraphid"],
            "cronid": cron.body["cronid"],
            "generatorid": generator.body["generatorid"],
            "fileid": file.body["fileid"],
            "snapshotid": snapshot.body["snapshotid"],
            "channelname": "c",
        }

    def _token(self, api: Any) -> str:
        made = api("POST", "colonies/dev/tokens", {"name": "t", "scopes": ALL_SCOPES})
        return str(made.body["secret"])

    def token(self, name: str) -> str:
        """The token of somebody who may do it."""
        who = OPERATIONS[name].who
        return next(token for words, token in self.tokens.items() if who.startswith(words))


def attempt(stage: Stage, name: str, *, examples: int, number: int = 0) -> None:
    """Send cases of an operation, and hold the replies against the document."""
    operation = document().find_operation_by_id(name)
    names = {**stage.names, **OTHERS.get(name, {})}
    headers = {"Authorization": f"Bearer {stage.token(name)}"}

    @seed(number)
    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        case.path_parameters = {
            key: names.get(key, value) for key, value in (case.path_parameters or {}).items()
        }
        (case.query or {}).pop("wait", None)
        case.call_and_validate(base_url=stage.base, headers=headers, checks=CHECKS, timeout=30)

    send()
