"""The grammar of the commands: help, mistakes, and what is not offered."""

import click
import pytest

from jupyter_colonies.commands.block import Details, Json, Text
from jupyter_colonies.commands.root import run, tree
from jupyter_colonies.commands.session import Session
from jupyter_colonies.commands.verb import NotOffered, Noun, Verb


def unreachable() -> None:
    raise AssertionError("this command needs no server")


SESSION = Session(connect=unreachable, owner_key=lambda _: "")  # type: ignore[arg-type]


def answer(*words: str):
    return list(run(tree("jupyter colonies"), words, SESSION))


def commands(group: click.Group, path=()):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = [path for path, _ in commands(tree("jupyter colonies"))]


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_verb_explains_itself_without_a_server(path) -> None:
    (block,) = answer(*path, "--help")
    assert isinstance(block, Text)
    assert f"jupyter colonies {' '.join(path)}" in block.text
    assert "Sign with the private key" in block.text


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_option_has_help(path) -> None:
    command = dict(commands(tree("c")))[path]
    assert command.help
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            assert option.help, option.name


def test_a_noun_alone_lists_its_verbs() -> None:
    (block,) = answer("workflow")
    assert "submit" in block.text
    (block,) = answer()
    assert "workflow" in block.text


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("wrkflow get", "did you mean 'workflow'?"),
        ("workflow sbmit", "There is no 'jupyter colonies workflow sbmit': did you mean 'submit'?"),
        ("user xyzzy", "there are: add, chid, get, ls, remove"),
        ("workflow get", "Missing option '--workflowid'"),
        ("workflow get --id 1", "No such option '--id'"),
        ("process psw --count many", "not a valid integer"),
    ],
)
def test_a_mistake_is_explained(line, text) -> None:
    with pytest.raises(click.UsageError) as raised:
        answer(*line.split())
    assert text in raised.value.format_message()


@pytest.mark.parametrize("noun", ["completion", "database", "monitor"])
def test_nouns_that_have_no_place_here_say_why(noun) -> None:
    with pytest.raises(NotOffered, match="jupyter"):
        answer(noun, "create")


def test_a_server_is_started_by_another_verb() -> None:
    with pytest.raises(NotOffered, match="jupyter colonies serve"):
        answer("server", "start")


def test_lines_become_json_on_request() -> None:
    (block,) = answer("security", "generate", "--json")
    assert isinstance(block, Json)
    assert set(block.value) == {"Id", "PrvKey"}


def test_a_front_end_adds_verbs_to_a_noun() -> None:
    @click.command("mine", cls=Verb)
    def mine():
        return [Details(rows=[("a", "b")])]

    own = tree("c", {"executor": Noun("executor", commands={"mine": mine}), "mine": mine})
    executor = own.commands["executor"]
    assert isinstance(executor, Noun)
    assert {"mine", "ls"} <= set(executor.commands)
    assert list(run(own, ["mine"], SESSION)) == [Details(rows=[("a", "b")])]
    shared = tree("c").commands["executor"]
    assert isinstance(shared, Noun)
    assert "mine" not in shared.commands
