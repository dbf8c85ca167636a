"""Which database a server uses, and that no setting shows its password."""

from pathlib import Path

import pytest

from jupyter_colonies.errors import InvalidConfiguration
from jupyter_colonies.server.settings import Settings, from_environment
from jupyter_colonies.store.address import PostgresAddress

VARIABLES = {
    "COLONIES_DB_TYPE": "postgresql",
    "COLONIES_DB_HOST": "db.example",
    "COLONIES_DB_PORT": "5433",
    "COLONIES_DB_USER": "ada",
    "COLONIES_DB_PASSWORD": "s3cret&=",
    "COLONIES_DB_NAME": "work",
    "COLONIES_DB_MAX_OPEN_CONNS": "5",
}


def test_variables_name_a_database(tmp_path: Path) -> None:
    wanted = from_environment(VARIABLES, data=tmp_path)
    assert wanted.database == PostgresAddress(
        "postgresql://?host=db.example&port=5433&user=ada&dbname=work", "s3cret&=", 2, 2
    )
    assert "s3cret" not in repr(wanted)


def test_an_option_comes_before_the_variables(tmp_path: Path) -> None:
    wanted = from_environment(VARIABLES, data=tmp_path, database="postgresql://u@h/d")
    assert wanted.database == "postgresql://u@h/d"


@pytest.mark.parametrize("kind", ["", "sqlite", "SQLite"])
def test_without_a_type_it_is_the_file_in_the_data_folder(tmp_path: Path, kind: str) -> None:
    environment = {**VARIABLES, "COLONIES_DB_TYPE": kind}
    assert from_environment(environment, data=tmp_path).database == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COLONIES_DB_TYPE", "mysql"),
        ("COLONIES_DB_PORT", "x"),
        ("COLONIES_DB_MAX_OPEN_CONNS", "many"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(InvalidConfiguration, match=f"{name} is '{value}'"):
        from_environment({**VARIABLES, name: value}, data=tmp_path)


def test_a_password_in_a_url_is_refused_without_showing_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match="leave it out") as caught:
        Settings(data=tmp_path, database="postgresql://u:s3cret@h/d")
    assert "s3cret" not in str(caught.value)
