"""What the extension does that no running Jupyter server shows within a test's time."""

from types import SimpleNamespace
from typing import Any

from jupyter_colonies.core.messages import processes
from jupyter_colonies.core.spec import Conditions, FunctionSpec
from jupyter_colonies.server.extension import ColoniesExtension
from jupyter_colonies.testing import running_server


async def test_work_keeps_the_server_from_being_culled(tmp_path):
    times: dict[str, object] = {}
    extension: Any = ColoniesExtension()
    extension.serverapp = SimpleNamespace(
        web_app=SimpleNamespace(settings={"last_activity_times": times})
    )
    async with running_server(tmp_path) as server:
        extension._hosting = server.hosting
        await extension.report_activity()
        assert times == {}
        spec = FunctionSpec(
            funcname="f", conditions=Conditions(colonyname="dev", executortype="cli")
        )
        request = processes.SubmitFunctionSpec(msgtype="submitfuncspecmsg", spec=spec)
        userid = server.hosting.ids.userid
        await server.broker.call(processes.SUBMIT_FUNCTION_SPEC, request, userid)
        await extension.report_activity()
        assert list(times) == ["colonies"]


def test_every_setting_is_explained():
    for name, trait in ColoniesExtension.class_own_traits(config=True).items():
        assert trait.help.endswith("."), name
