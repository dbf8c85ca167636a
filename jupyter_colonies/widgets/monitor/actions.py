"""What can be done from the monitor: each wish of the page is one request, answered in words."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from jupyter_colonies.client.client import Client
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.compose.workflow import Workflow
from jupyter_colonies.client.discovery import owner_key
from jupyter_colonies.errors import AccessDenied, ColoniesError
from jupyter_colonies.widgets.monitor import planning

T = TypeVar("T")

Message = Mapping[str, Any]

NO_KEY = (
    "Pausing, approving, rejecting and removing executors needs the key of the colony's owner, "
    "which is not at hand here: use the notebook server that made the colony, or set "
    "COLONIES_COLONY_PRVKEY before connecting"
)


class Actions:
    """The wishes that change something in a colony. All block and raise what the server refuses.

    `namespace` is where workflows are looked for by the names of variables.
    """

    def __init__(self, colony: Colony, namespace: Mapping[str, Any]) -> None:
        self._colony = colony
        self._namespace = namespace
        self._does: dict[str, Callable[[Message], str]] = {
            "pause": self._pause,
            "resume": self._resume,
            "approve": self._approve,
            "reject": self._reject,
            "remove executor": self._remove_executor,
            "cancel": self._cancel,
            "run cron": self._run_cron,
            "switch cron": self._switch_cron,
            "remove cron": self._remove_cron,
            "run generator": self._run_generator,
            "switch generator": self._switch_generator,
            "remove generator": self._remove_generator,
            "add cron": self._add_cron,
            "add generator": self._add_generator,
        }

    @property
    def owns(self) -> bool:
        """Whether the key of the colony's owner is at hand."""
        try:
            return bool(owner_key(self._colony.found))
        except ColoniesError:
            return False

    def knows(self, wish: str) -> bool:
        """Whether there is such a wish."""
        return wish in self._does

    def carry_out(self, message: Message) -> str:
        """Do what a message of the page asks for; what was done, in words."""
        return self._does[message["wish"]](message)

    def _ask(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._colony.call(coroutine)

    def _owner(self) -> Client:
        key = owner_key(self._colony.found)
        if not key:
            raise AccessDenied(NO_KEY)
        return self._colony.client.signed_by(key)

    def _pause(self, _: Message) -> str:
        self._ask(self._owner().pause_assignments(colonyname=self._colony.name))
        return "Assignments are paused: what runs goes on, what waits stays in the queue"

    def _resume(self, _: Message) -> str:
        self._ask(self._owner().resume_assignments(colonyname=self._colony.name))
        return "Assignments go on"

    def _approve(self, message: Message) -> str:
        self._ask(self._owner().approve_executor(**self._executor(message)))
        return f"{message['id']} is approved and may take work"

    def _reject(self, message: Message) -> str:
        self._ask(self._owner().reject_executor(**self._executor(message)))
        return f"{message['id']} is rejected and gets no more work"

    def _remove_executor(self, message: Message) -> str:
        self._ask(self._owner().remove_executor(**self._executor(message)))
        return f"{message['id']} is removed; what it ran goes back to the queue"

    def _executor(self, message: Message) -> dict[str, str]:
        return {"colonyname": self._colony.name, "executorname": str(message["id"])}

    def _cancel(self, message: Message) -> str:
        self._ask(self._colony.client.cancel_process(processid=str(message["id"])))
        return f"{message['name']} is cancelled"

    def _run_cron(self, message: Message) -> str:
        cronid = str(message["id"])
        before = self._ask(self._colony.client.get_cron(cronid=cronid)).prevprocessgraphid
        cron = self._ask(self._colony.client.run_cron(cronid=cronid))
        if cron.prevprocessgraphid == before:
            return f"{cron.name} was not started: the workflow before has not ended"
        return f"{cron.name} has started workflow {cron.prevprocessgraphid}"

    def _switch_cron(self, message: Message) -> str:
        enabled = bool(message["enabled"])
        cron = self._ask(
            self._colony.client.switch_cron(cronid=str(message["id"]), enabled=enabled)
        )
        return f"{cron.name} {_switched(enabled)}"

    def _remove_cron(self, message: Message) -> str:
        self._ask(self._colony.client.remove_cron(cronid=str(message["id"])))
        return f"{message['name']} is removed; what it started goes on"

    def _run_generator(self, message: Message) -> str:
        generator = self._ask(self._colony.client.run_generator(generatorid=str(message["id"])))
        return f"{generator.name} has started with what was packed"

    def _switch_generator(self, message: Message) -> str:
        enabled = bool(message["enabled"])
        generator = self._ask(
            self._colony.client.switch_generator(generatorid=str(message["id"]), enabled=enabled)
        )
        return f"{generator.name} {_switched(enabled)}"

    def _remove_generator(self, message: Message) -> str:
        self._ask(self._colony.client.remove_generator(generatorid=str(message["id"])))
        return f"{message['name']} is removed with what was packed"

    def _add_cron(self, message: Message) -> str:
        made = planning.cron(message["form"], self._colony.name, self._workflow(message))
        added = self._ask(self._colony.client.add_cron(cron=made))
        return f"Cron {added.name} is added"

    def _add_generator(self, message: Message) -> str:
        made = planning.generator(message["form"], self._colony.name, self._workflow(message))
        added = self._ask(self._colony.client.add_generator(generator=made))
        return f"Generator {added.name} is added"

    def _workflow(self, message: Message) -> str:
        chosen = self._namespace.get(str(message["form"].get("variable", "")))
        if isinstance(chosen, Workflow):
            self._colony.keep(chosen)
        return planning.workflow_text(message["form"], self._colony.name, self._namespace)


def _switched(enabled: bool) -> str:
    return "starts by itself again" if enabled else "starts nothing by itself any more"
