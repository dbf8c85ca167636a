"""What happens in the colony of a running JupyterLab while a page looks on."""

import secrets
from typing import Any

from playwright.async_api import APIRequestContext

from tests.ui.lab import Lab

FUNCTIONS = ("make", "total", "stumble")


class Colony:
    """The colony of a JupyterLab, and an executor in it that does what a test says."""

    def __init__(self, lab: Lab, request: APIRequestContext) -> None:
        self._url = f"{lab.url}colonies/v1/"
        self._headers = {"Authorization": f"token {lab.token}"}
        self._request = request
        self._name = ""
        self._worker = f"worker-{secrets.token_hex(4)}"

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """Send a request to the REST API; what it answers."""
        options: dict[str, Any] = {} if body is None else {"data": body}
        response = await self._request.fetch(
            self._url + path, method=method, headers=self._headers, **options
        )
        assert response.ok, f"{method} {path}: {response.status} {await response.text()}"
        return None if response.status == 204 else await response.json()

    def spec(self, nodename: str, funcname: str, *after: str) -> dict[str, Any]:
        """One process for the executor, which waits for those with these names."""
        conditions = {"executortype": self._worker, "dependencies": list(after)}
        return {"nodename": nodename, "funcname": funcname, "conditions": conditions}

    async def submit(self, *specs: dict[str, Any]) -> str:
        """Submit a workflow; its id."""
        if not self._name:
            self._name = (await self.ask("GET", "here"))["colonyname"]
            functions = [{"funcname": name} for name in FUNCTIONS]
            body = {"executortype": self._worker, "functions": functions}
            await self.ask("PUT", self._executor, body)
        graph = await self.ask("POST", f"colonies/{self._name}/workflows", list(specs))
        return str(graph["processgraphid"])

    async def finish_next(self, *, failed: bool = False) -> str:
        """Let the executor take the next process and end it; the name of its node."""
        process = await self.ask("POST", f"{self._executor}/assignments?wait=30")
        path = f"processes/{process['processid']}"
        if failed:
            await self.ask("PUT", f"{path}/failure", {"errors": ["no <b>luck</b> today"]})
        else:
            await self.ask("PUT", f"{path}/success", {"out": [1]})
        return str(process["spec"]["nodename"])

    async def process(self, workflowid: str, nodename: str) -> str:
        """The id of a process of a workflow."""
        path = f"workflows/{workflowid}/processes?nodename={nodename}"
        [process] = (await self.ask("GET", path))["items"]
        return str(process["processid"])

    @property
    def _executor(self) -> str:
        return f"colonies/{self._name}/executors/{self._worker}"
