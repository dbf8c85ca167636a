"""One method per message of the protocol; written by `client.generate`, do not edit."""

from jupyter_colonies.client.methods.assignments import AssignmentsMethods
from jupyter_colonies.client.methods.blueprints import BlueprintsMethods
from jupyter_colonies.client.methods.channels import ChannelsMethods
from jupyter_colonies.client.methods.checking import CheckingMethods
from jupyter_colonies.client.methods.colonies import ColoniesMethods
from jupyter_colonies.client.methods.crons import CronsMethods
from jupyter_colonies.client.methods.executors import ExecutorsMethods
from jupyter_colonies.client.methods.files import FilesMethods
from jupyter_colonies.client.methods.generators import GeneratorsMethods
from jupyter_colonies.client.methods.identities import IdentitiesMethods
from jupyter_colonies.client.methods.locations import LocationsMethods
from jupyter_colonies.client.methods.logs import LogsMethods
from jupyter_colonies.client.methods.monitor import MonitorMethods
from jupyter_colonies.client.methods.objects import ObjectsMethods
from jupyter_colonies.client.methods.processes import ProcessesMethods
from jupyter_colonies.client.methods.reruns import RerunsMethods
from jupyter_colonies.client.methods.server import ServerMethods
from jupyter_colonies.client.methods.snapshots import SnapshotsMethods
from jupyter_colonies.client.methods.tokens import TokensMethods
from jupyter_colonies.client.methods.workflows import WorkflowsMethods


class Methods(
    AssignmentsMethods,
    BlueprintsMethods,
    ChannelsMethods,
    CheckingMethods,
    ColoniesMethods,
    CronsMethods,
    ExecutorsMethods,
    FilesMethods,
    GeneratorsMethods,
    IdentitiesMethods,
    LocationsMethods,
    LogsMethods,
    MonitorMethods,
    ObjectsMethods,
    ProcessesMethods,
    RerunsMethods,
    ServerMethods,
    SnapshotsMethods,
    TokensMethods,
    WorkflowsMethods,
):
    """The protocol's operations as methods; `Client` gives them a server."""
