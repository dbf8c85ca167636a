"""Every route of both listeners asks who is there, apart from a short list."""

import json
import re

import pytest
from tornado import web

from jupyter_colonies.server import listener, routes
from jupyter_colonies.server.presence import Presence
from jupyter_colonies.server.rest import sockets
from jupyter_colonies.server.rest.api import resources
from tests.integration.test_server_port import ask

OPEN_ON_THE_OWN_PORT = {
    "POST /api",  # each message is signed (test_envelope)
    "GET /pubsub",  # each subscription is signed (test_server_pubsub)
    "GET /health",  # says nothing but that it is alive
    "OPTIONS *",  # preflights say nothing but which methods exist
    "GET /v1/docs",  # says what the API is, and nothing of this server
    "HEAD /v1/docs",
    "GET /v1/openapi.json",
    "HEAD /v1/openapi.json",
    "* /v1(?:/.*)?",  # 404 for whatever is no resource
}
OPEN_INSIDE_JUPYTER = {
    "POST /colonies/api",
    "GET /colonies/pubsub",
    "GET /colonies/health",
}
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD")


def own_rules(application):
    def walk(rules):
        for rule in rules:
            if isinstance(rule.target, type):
                yield rule
            elif hasattr(rule.target, "rules"):
                yield from walk(rule.target.rules)

    return list(walk(application.default_router.rules))


def path_of(rule):
    return rule.matcher.regex.pattern.removesuffix("$")


def example(path: str) -> str:
    return re.sub(r"\(\[\^/\]\+\)", "x", path)


def test_the_own_port(colony_server):
    application = listener.application(colony_server.broker, Presence())
    seen = {"POST /api", "OPTIONS *"}
    for rule in own_rules(application):
        path = path_of(rule)
        if path == "/v1(?:/.*)?":
            seen.add(f"* {path}")
            assert ask(colony_server, "GET", "/v1/secret")[0] == 404
            continue
        for method in METHODS:
            status, _, body = ask(colony_server, method, example(path))
            if status in {404, 401}:
                assert (
                    status == 404
                    or method == "HEAD"
                    or json.loads(body or b"{}").get("status", 401) == 401
                )
                continue
            seen.add(f"{method} {path}")
            assert status == (400 if path == "/pubsub" else 200)
    assert seen == OPEN_ON_THE_OWN_PORT
    unsigned = {path for path in map(path_of, own_rules(application)) if path.startswith("/v1/")}
    known = {*resources(inside=False), *sockets.PATHS}
    assert unsigned == {f"/v1/{path}" for path in known}


class Nobody:
    """A desk that must never be asked."""

    deploy_anywhere = False

    def hosting(self):
        raise AssertionError("the service was asked for without authentication")

    forwarding = hosting


@pytest.mark.parametrize("route", routes.routes(Nobody()), ids=lambda route: route[0])
def test_inside_jupyter_every_method_is_decorated(route):
    path, handler, _ = route
    for method in handler.SUPPORTED_METHODS:
        function = getattr(handler, method.lower())
        if function is web.RequestHandler._unimplemented_method:
            continue
        if method == "OPTIONS" and issubclass(handler, routes.ResourceHandler):
            continue
        is_open = getattr(function, "__allow_unauthenticated", False)
        assert is_open is (f"{method} {path}" in OPEN_INSIDE_JUPYTER), f"{method} {path}"
        if not is_open:
            assert function.__code__.co_qualname.startswith("authenticated"), f"{method} {path}"
            assert handler.auth_resource == "colonies"
