"""`token …`: made once, listed without their secrets, revoked."""

import stat

import click
import pytest

from jupyter_colonies.commands.block import Line, Table, Text
from jupyter_colonies.core import token
from jupyter_colonies.errors import FileTroubles

ADD = "token add --name program --scope read --scope execute"


def test_a_token_is_shown_once_and_listed_until_it_is_revoked(desk) -> None:
    line, secret = desk.run(f"{ADD} --days 2")
    assert isinstance(secret, Text)
    assert token.is_secret(secret.text)
    assert line.fields["Scopes"] == "read execute"
    table = desk.one("token ls")
    assert isinstance(table, Table)
    assert table.rows[0][:3] == ["program", "read execute", "good"]
    assert secret.text not in str(table)
    desk.run(f"token remove --tokenid {line.fields['TokenId']}")
    assert desk.one("token ls").rows[0][2] == "revoked"
    assert desk.one(f"{ADD} --json").value.secret


def test_in_a_notebook_a_token_goes_into_a_file(desk, tmp_path) -> None:
    desk.frontend = "notebook"
    with pytest.raises(click.UsageError, match="--file"):
        desk.run(ADD)
    file = tmp_path / "token"
    line = desk.one(f"{ADD} --file {file}")
    assert isinstance(line, Line)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert token.is_secret(file.read_text().strip())
    assert token.PREFIX not in str(line)
    with pytest.raises(FileTroubles, match="exists"):
        desk.run(f"{ADD} --file {file}")


@pytest.mark.parametrize(
    "line", ["--scope all --name x", "--name x", "--scope read", f"{ADD} --days 400"]
)
def test_what_can_be_no_token(desk, line) -> None:
    with pytest.raises(click.UsageError):
        desk.run(f"token add {line}")
