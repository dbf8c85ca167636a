"""Scopes of tokens: every message needs one, or is for keys alone."""

import pytest

from jupyter_colonies.core import scope, token
from jupyter_colonies.core.messages import REGISTRY, contents, pages
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.scope import SCOPES, Scope
from jupyter_colonies.errors import AccessDenied, InvalidRequest


def test_every_message_has_its_scopes() -> None:
    assert set(SCOPES) == set(REGISTRY) | {message.type for message in (*pages.ALL, *contents.ALL)}
    assert sum(len(names.split()) for names in scope._NAMED.values()) == len(SCOPES)


@pytest.mark.parametrize("message", REGISTRY.values(), ids=lambda message: message.type)
def test_what_only_looks_is_no_change_and_what_changes_is_not_for_readers(message) -> None:
    needed = SCOPES[message.type]
    if message.role is Role.SERVER_OWNER:
        assert not needed
    elif not message.reads:
        assert Scope.READ not in needed
    elif needed and message.role is not Role.ITSELF:
        assert Scope.READ in needed


def test_a_token_needs_one_of_the_scopes() -> None:
    scope.check(SCOPES["channelappendmsg"], {Scope.EXECUTE})
    with pytest.raises(AccessDenied, match="lacks the scope 'submit' or 'execute'"):
        scope.check(SCOPES["channelappendmsg"], {Scope.READ, Scope.MANAGE})
    with pytest.raises(AccessDenied, match="no token may do this"):
        scope.check(SCOPES["addtokenmsg"], set(Scope))


def test_scopes_are_words() -> None:
    assert scope.parse(["manage", "read", "read"]) == [Scope.READ, Scope.MANAGE]
    for words in (["all"], []):
        with pytest.raises(InvalidRequest, match="read, submit, execute, manage"):
            scope.parse(words)
    assert all(each.meaning for each in Scope)


def test_a_secret_is_random_and_known_by_its_form() -> None:
    secret = token.new_secret()
    assert token.is_secret(secret)
    assert secret != token.new_secret()
    assert len(token.digest(secret)) == 64
    for text in ("", secret[:-1], secret + "a", secret.removeprefix(token.PREFIX)):
        assert not token.is_secret(text)


@pytest.mark.parametrize("seconds", [0, -1, token.LONGEST + 1])
def test_no_token_lasts_for_ever(seconds) -> None:
    with pytest.raises(InvalidRequest, match="366 days"):
        token.check_lifetime(seconds)
