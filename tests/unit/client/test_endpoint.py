import pytest

from jupyter_colonies.client.endpoint import Endpoint, parse
from jupyter_colonies.errors import NoServer


@pytest.mark.parametrize(
    ("address", "api_url"),
    [
        ("localhost", "http://localhost:50080/api"),
        ("localhost:4711", "http://localhost:4711/api"),
        ("http://colonies.example", "http://colonies.example:80/api"),
        ("https://colonies.example", "https://colonies.example:443/api"),
        ("https://hub:8000/user/x/colonies/", "https://hub:8000/user/x/colonies/api"),
        ("http://h:1/api", "http://h:1/api"),
        ("[::1]:50080", "http://[::1]:50080/api"),
    ],
)
def test_an_address_may_be_host_and_port_or_a_url(address, api_url):
    assert parse(address).api_url == api_url


@pytest.mark.parametrize("address", ["", "ftp://h", "host:port", "http://", "http://h:99999"])
def test_what_is_no_address_is_refused_with_what_to_write(address):
    with pytest.raises(NoServer, match="write host:port or a URL"):
        parse(address)


def test_subscriptions_use_the_websocket_scheme():
    assert Endpoint(host="h", port=1, tls=True).pubsub_url == "wss://h:1/pubsub"
    assert Endpoint(host="h", port=1, path="/x").pubsub_url == "ws://h:1/x/pubsub"


def test_headers_may_be_secret_and_are_not_shown():
    assert "token" not in repr(Endpoint(host="h", port=1, headers=(("Authorization", "token"),)))
