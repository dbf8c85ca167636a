"""Which variables configure `serve`, and what is said of those that can't be used."""

from pathlib import Path

import pytest

from jupyter_colonies.core import identity
from jupyter_colonies.errors import InvalidConfiguration
from jupyter_colonies.server.settings import from_environment

DATA = Path("data")
KEY = "ddf7f7791208083b6a9ed975a72684f6406a269cfa36f1b1c32045c0a71fff05"


def test_nothing_has_to_be_set():
    settings = from_environment({}, data=DATA)
    assert (settings.host, settings.port, settings.colonyname) == ("127.0.0.1", 50080, "dev")
    assert settings.username
    assert not settings.certificate


def test_the_newer_name_of_the_port_comes_first():
    environment = {"COLONIES_SERVER_HTTP_PORT": "1", "COLONIES_SERVER_PORT": "2"}
    assert from_environment(environment, data=DATA).port == 1
    assert from_environment({"COLONIES_SERVER_PORT": "2"}, data=DATA).port == 2
    assert from_environment(environment, data=DATA, port=0).port == 0


def test_the_servers_host_binds():
    environment = {"COLONIES_SERVER_HTTP_HOST": "0.0.0.0", "COLONIES_TLS": "false"}
    assert from_environment(environment, data=DATA).host == "0.0.0.0"
    assert from_environment(environment, data=DATA, host="::1").host == "::1"


def test_the_clients_host_does_not_bind():
    settings = from_environment({"COLONIES_SERVER_HOST": "0.0.0.0"}, data=DATA)
    assert settings.host == "127.0.0.1"
    assert from_environment({}, data=DATA, host="0.0.0.0", plaintext=True).host == "0.0.0.0"


def test_keys_and_names():
    environment = {
        "COLONIES_SERVER_PRVKEY": KEY,
        "COLONIES_SERVER_ID": identity.id_of(KEY),
        "COLONIES_COLONY_PRVKEY": KEY,
        "COLONIES_PRVKEY": KEY,
        "COLONIES_COLONY_NAME": "lab",
        "COLONIES_ALLOW_EXECUTOR_REREGISTER": "true",
    }
    settings = from_environment(environment, data=DATA)
    assert settings.server_key == settings.colony_key == settings.user_key == KEY
    assert settings.colonyname == "lab"
    assert settings.allow_reregister
    assert KEY not in repr(settings)


def test_how_much_is_on_disk():
    assert from_environment({}, data=DATA).synchronous == "full"
    environment = {"COLONIES_DB_SYNCHRONOUS": "NORMAL"}
    assert from_environment(environment, data=DATA).synchronous == "normal"
    assert from_environment(environment, data=DATA, synchronous="full").synchronous == "full"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"COLONIES_SERVER_PORT": "http"}, "COLONIES_SERVER_PORT"),
        ({"COLONIES_SERVER_HTTP_PORT": "65536"}, "COLONIES_SERVER_HTTP_PORT"),
        ({"COLONIES_DB_SYNCHRONOUS": "off"}, "COLONIES_DB_SYNCHRONOUS"),
        ({"COLONIES_TLS": "yes"}, "COLONIES_TLS"),
        ({"COLONIES_TLS": "true"}, "COLONIES_TLSCERT"),
        ({"COLONIES_TLSCERT": "/none.pem"}, "COLONIES_TLSKEY"),
        ({"COLONIES_TLSCERT": "/none.pem", "COLONIES_TLSKEY": "/none.key"}, "/none.pem"),
        ({"COLONIES_SERVER_ID": "abc"}, "COLONIES_SERVER_ID"),
        ({"COLONIES_SERVER_ID": "0" * 64, "COLONIES_SERVER_PRVKEY": KEY}, "COLONIES_SERVER_ID"),
        ({"COLONIES_PRVKEY": "abc"}, "COLONIES_PRVKEY"),
        ({"COLONIES_STALE_EXECUTOR_DURATION": "-1"}, "COLONIES_STALE_EXECUTOR_DURATION"),
        ({"COLONIES_GIVE_BACK_UNRESPONSIVE": "1"}, "COLONIES_GIVE_BACK_UNRESPONSIVE"),
        ({"COLONIES_RETENTION": "true"}, "COLONIES_RETENTION_POLICY"),
        ({"COLONIES_CRON_TIMEZONE": "No/Where"}, "COLONIES_CRON_TIMEZONE"),
        ({"COLONIES_ALLOW_EXECUTOR_REREGISTER": "1"}, "COLONIES_ALLOW_EXECUTOR_REREGISTER"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_what_cannot_be_used_is_named(environment, named):
    with pytest.raises(InvalidConfiguration, match=named) as refused:
        from_environment(environment, data=DATA)
    assert KEY not in str(refused.value)


def test_retention_needs_an_age_and_is_off_without_being_asked_for():
    environment = {"COLONIES_RETENTION_POLICY": "60"}
    assert from_environment(environment, data=DATA).retention == 0
    environment["COLONIES_RETENTION"] = "true"
    assert from_environment(environment, data=DATA).retention == 60
    for age in ("0", "-1", "soon"):
        environment["COLONIES_RETENTION_POLICY"] = age
        with pytest.raises(InvalidConfiguration, match="COLONIES_RETENTION_POLICY"):
            from_environment(environment, data=DATA)


def test_silence_is_ten_minutes_unless_told_otherwise():
    settings = from_environment({}, data=DATA)
    assert (settings.stale_after, settings.give_back) == (600, False)
    environment = {
        "COLONIES_STALE_EXECUTOR_DURATION": "0",
        "COLONIES_GIVE_BACK_UNRESPONSIVE": "true",
    }
    settings = from_environment(environment, data=DATA)
    assert (settings.stale_after, settings.give_back) == (0, True)


def test_crons_go_by_utc_unless_told_otherwise():
    assert from_environment({}, data=DATA).cron_timezone == ""
    environment = {"COLONIES_CRON_TIMEZONE": "Europe/Stockholm"}
    assert from_environment(environment, data=DATA).cron_timezone == "Europe/Stockholm"


def test_tls_can_be_switched_off(tmp_path):
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    certificate.touch()
    key.touch()
    names = {"COLONIES_TLSCERT": str(certificate), "COLONIES_TLSKEY": str(key)}
    assert from_environment(names, data=DATA).certificate == str(certificate)
    assert not from_environment({**names, "COLONIES_TLS": "false"}, data=DATA).certificate


ELSEWHERE = {
    "COLONIES_S3": "off",
    "AWS_S3_ENDPOINT": "store:9000",
    "AWS_S3_ACCESSKEY": "A",
    "AWS_S3_SECRETKEY": "very secret",
    "AWS_S3_BUCKET": "files",
    "AWS_S3_TLS": "true",
}


def test_files_may_be_in_another_s3_which_is_named_whole():
    settings = from_environment(ELSEWHERE, data=DATA)
    assert settings.s3 == "off"
    where = settings.elsewhere
    assert (where.endpoint, where.accesskey, where.bucket) == ("store:9000", "A", "files")
    assert (where.tls, where.skipverify) == (True, False)
    assert "very secret" not in repr(settings)
    assert from_environment({"COLONIES_S3": "off"}, data=DATA).elsewhere is None
    assert from_environment(ELSEWHERE | {"COLONIES_S3": "on"}, data=DATA).elsewhere is None
    with pytest.raises(InvalidConfiguration, match="AWS_S3_SECRETKEY is not set"):
        from_environment(ELSEWHERE | {"AWS_S3_SECRETKEY": ""}, data=DATA)
    with pytest.raises(InvalidConfiguration, match="COLONIES_METRICS_TOKEN has fewer"):
        from_environment({"COLONIES_METRICS_TOKEN": "short"}, data=DATA)
    with pytest.raises(InvalidConfiguration, match="on or off"):
        from_environment({"COLONIES_S3": "maybe"}, data=DATA)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_other_machines_need_tls_or_a_word(host):
    with pytest.raises(InvalidConfiguration, match="--plaintext"):
        from_environment({}, data=DATA, host=host)
    assert from_environment({"COLONIES_TLS": "false"}, data=DATA, host=host).plaintext


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_needs_neither(host):
    assert not from_environment({}, data=DATA, host=host).plaintext


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("body", "name=number"),
        ("body=many", "name=number"),
        ("bodies=1", "no limit 'bodies'"),
        ("body=0", "a whole number from 1"),
    ],
    ids=["number", "digits", "name", "zero"],
)
def test_limits_that_are_none_are_named(text, message):
    with pytest.raises(InvalidConfiguration, match=message):
        from_environment({"COLONIES_LIMITS": text}, data=DATA)


def test_limits_and_proxies():
    environment = {
        "COLONIES_LIMITS": "body=1000, requests_each=0",
        "COLONIES_PROXIES": "192.0.2.1 ::1",
    }
    settings = from_environment(environment, data=DATA)
    assert (settings.limits.body, settings.limits.requests_each) == (1000, 0)
    assert settings.proxies == ("192.0.2.1", "::1")
    with pytest.raises(InvalidConfiguration, match="COLONIES_PROXIES"):
        from_environment({"COLONIES_PROXIES": "proxy.example"}, data=DATA)
