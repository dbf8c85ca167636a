"""Whom a request comes from that a proxy has passed on."""

import pytest
from tornado.httputil import HTTPHeaders

from jupyter_colonies.server.proxied import address_behind, protocol_behind

PROXIES = {"10.0.0.1", "10.0.0.2"}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("", "10.0.0.1"),
        ("192.0.2.7", "192.0.2.7"),
        ("203.0.113.9, 192.0.2.7", "192.0.2.7"),
        ("192.0.2.7, 10.0.0.2", "192.0.2.7"),
        ("10.0.0.2", "10.0.0.2"),
        ("192.0.2.7, unknown", "10.0.0.1"),
        ("<script>, 10.0.0.2", "10.0.0.2"),
        ("2001:DB8::1", "2001:db8::1"),
    ],
    ids=["none", "one", "invented", "two", "itself", "no address", "inside", "six"],
)
def test_the_last_that_is_no_proxy(said, found):
    headers = HTTPHeaders({"X-Forwarded-For": said} if said else {})
    assert address_behind(PROXIES, "10.0.0.1", headers) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [("", "http"), ("https", "https"), ("http, HTTPS", "https"), ("gopher", "http")],
    ids=["none", "one", "two", "neither"],
)
def test_the_protocol(said, found):
    assert protocol_behind("http", HTTPHeaders({"X-Forwarded-Proto": said})) == found
