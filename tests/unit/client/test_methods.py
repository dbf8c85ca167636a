import inspect

from jupyter_colonies.client import generate
from jupyter_colonies.client.methods import Methods
from jupyter_colonies.core import messages
from jupyter_colonies.core.messages import REGISTRY, Message, Request, workflows
from jupyter_colonies.core.policy import Role


def test_the_methods_are_current():
    written = {path.name: path.read_text() for path in generate.TARGET.glob("*.py")}
    assert written == generate.sources(), "run `python -m jupyter_colonies.client.generate`"


def test_every_message_has_its_method():
    for message in REGISTRY.values():
        method = getattr(Methods, message.method)
        assert inspect.iscoroutinefunction(method) != message.streams
        assert f"`{message.type}`" in inspect.getdoc(method)


def test_a_new_declaration_gives_a_new_method(monkeypatch):
    class Greet(Request):
        """Say hello."""

        name: str = "you"
        times: int = 1

    toy = Message("greetmsg", "greet", Greet, list[str], does="greet", role=Role.MEMBER)
    monkeypatch.setattr(workflows, "GREET", toy, raising=False)
    monkeypatch.setattr(workflows, "Greet", Greet, raising=False)
    monkeypatch.setattr(Greet, "__module__", workflows.__name__)
    text = generate.sources()["workflows.py"]
    compile(text, "workflows.py", "exec")
    assert "    async def greet(\n        self,\n        *,\n" in text
    assert '        name: str = "you",\n        times: int = 1,\n    ) -> list[str]:\n' in text
    assert "            workflows.GREET,\n            workflows.Greet(\n" in text
    assert messages.__name__ in text
