"""How a server is set up: by Jupyter's traits, or by variables and options of `serve`.

`COLONIES_*` variables configure `jupyter colonies serve` alone (protocol part 01, section 6);
inside Jupyter they belong to the client.
"""

from __future__ import annotations

import getpass
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir

from jupyter_colonies.core import identity, schedule
from jupyter_colonies.core.messages.objects import Credentials
from jupyter_colonies.errors import InvalidConfiguration, InvalidRequest
from jupyter_colonies.server import limits
from jupyter_colonies.server.limits import Limits
from jupyter_colonies.store import address
from jupyter_colonies.store.address import Address

PORT = 50080
HOST = "127.0.0.1"
COLONY = "dev"
STALE_AFTER = 600
SYNCHRONOUS = ("full", "normal")
S3 = ("on", "off")
SHORTEST_TOKEN = 16
USERS = ("own", "one")
PUBLIC = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")


def os_user() -> str:
    """Name of the operating system's user; names with a colon are no names of users here."""
    try:
        return getpass.getuser().replace(":", "_") or "user"
    except (OSError, KeyError):
        return "user"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One server's settings; keys are given as text only where the environment gave them.

    `port` 0 takes any free port. Empty keys are made on the first start. `database` is the URL of
    a PostgreSQL database, without its password; empty for the SQLite file in the data folder, which
    is written as `synchronous` says (`store.address.SqliteAddress`). `cron_timezone` is that of
    cron expressions which name none. `retention` is how many seconds what was successful is kept, 0
    for ever. `stale_after` is the number of seconds after which an executor without a lease counts
    as silent, 0 for never; `give_back` takes from a silent one even what it runs without a
    deadline. `blobs` is where the bytes of files are, any URL that fsspec understands; empty for a
    folder in the data folder. `quota` is the number of bytes of files a colony may hold, 0 for any.
    `s3` says whether S3 clients reach them here; if it is off, `elsewhere` is what members are told
    of the S3 that is used instead, None for nothing. `metrics_token` opens `/metrics` on the own
    port, which is not there without one. `plaintext` says that the port may be open to other
    machines without TLS; `proxies` are the addresses whose X-Forwarded headers are believed.
    `limits` is what the port puts up with, `audit` whether it is written down who changed what.
    `public_url` is where a proxy shows the root of the own port: clients sign the address that they
    see. `plaintext_tokens` takes bearer tokens from other machines without TLS. `users` says
    whether each of Jupyter's users is a user of the colony of its own, or all are one.
    """

    data: Path
    database: str | Address = ""
    synchronous: str = SYNCHRONOUS[0]
    host: str = HOST
    port: int = PORT
    certificate: str = ""
    certificate_key: str = ""
    colonyname: str = COLONY
    username: str = field(default_factory=os_user)
    serverid: str = ""
    server_key: str = field(default="", repr=False)
    colony_key: str = field(default="", repr=False)
    user_key: str = field(default="", repr=False)
    allow_reregister: bool = False
    cron_timezone: str = ""
    retention: int = 0
    stale_after: int = STALE_AFTER
    give_back: bool = False
    blobs: str = ""
    quota: int = 0
    s3: str = S3[0]
    elsewhere: Credentials | None = field(default=None, repr=False)
    metrics_token: str = field(default="", repr=False)
    plaintext: bool = False
    proxies: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    audit: bool = True
    public_url: str = ""
    plaintext_tokens: bool = False
    users: str = USERS[0]

    def __post_init__(self) -> None:
        for name, key in (
            ("COLONIES_SERVER_PRVKEY", self.server_key),
            ("COLONIES_COLONY_PRVKEY", self.colony_key),
            ("COLONIES_PRVKEY", self.user_key),
        ):
            _check_key(name, key)
        if self.database:
            address.parse(self.database)
        if self.synchronous not in SYNCHRONOUS:
            raise InvalidConfiguration(
                f"COLONIES_DB_SYNCHRONOUS is '{self.synchronous}': full or normal is expected"
            )
        if self.s3 not in S3:
            raise InvalidConfiguration(f"COLONIES_S3 is '{self.s3}': on or off is expected")
        if self.metrics_token and len(self.metrics_token) < SHORTEST_TOKEN:
            raise InvalidConfiguration(
                f"COLONIES_METRICS_TOKEN has fewer than {SHORTEST_TOKEN} characters: make one that "
                "can't be guessed"
            )
        _check_zone(self.cron_timezone)
        if self.public_url and not PUBLIC.fullmatch(self.public_url):
            raise InvalidConfiguration(
                f"COLONIES_PUBLIC_URL is '{self.public_url}': a URL such as "
                "https://example.org/colonies is expected"
            )
        if self.retention < 0:
            raise InvalidConfiguration(
                f"The retention is {self.retention}: a number of seconds is expected, 0 to keep "
                "everything"
            )
        _check_serverid(self.serverid, self.server_key)
        _check_certificate(self.certificate, self.certificate_key)
        if not (self.certificate or self.plaintext or is_loopback(self.host)):
            raise InvalidConfiguration(
                f"{self.host} is open to other machines, and without TLS whoever is in between can "
                "read everything and repeat requests: name a certificate (COLONIES_TLSCERT and "
                "COLONIES_TLSKEY, or ColoniesExtension.certificate and certificate_key). Where a "
                "proxy or a closed network protects it, say so: --plaintext, COLONIES_TLS=false "
                "or ColoniesExtension.plaintext"
            )
        for proxy in self.proxies:
            _check_proxy(proxy)


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in ("localhost", "ip6-localhost")


def default_data_folder() -> Path:
    """JUPYTER_COLONIES_DATA, else `colonies` in Jupyter's data folder."""
    named = os.environ.get("JUPYTER_COLONIES_DATA")
    return Path(named) if named else Path(jupyter_data_dir()) / "colonies"


def from_environment(
    environment: Mapping[str, str],
    *,
    data: Path,
    host: str = "",
    port: int | None = None,
    database: str = "",
    synchronous: str = "",
    plaintext: bool = False,
) -> Settings:
    """Settings of `jupyter colonies serve`; options given on the command line come first.

    Raises InvalidConfiguration naming the variable that can't be used.
    """

    def text(*names: str) -> str:
        return next((environment[name] for name in names if environment.get(name)), "")

    certificate = text("COLONIES_TLSCERT", "COLONIES_SERVER_HTTP_TLS_CERT")
    certificate_key = text("COLONIES_TLSKEY", "COLONIES_SERVER_HTTP_TLS_KEY")
    tls = environment.get("COLONIES_TLS", "")
    if tls and not _truth("COLONIES_TLS", tls):
        certificate = certificate_key = ""
        plaintext = True
    elif tls and not certificate:
        raise InvalidConfiguration(
            "COLONIES_TLS is true, but no certificate is named: "
            "set COLONIES_TLSCERT and COLONIES_TLSKEY, or COLONIES_TLS=false"
        )
    s3 = (text("COLONIES_S3") or S3[0]).lower()
    return Settings(
        data=data,
        database=database or _database(environment),
        synchronous=(synchronous or text("COLONIES_DB_SYNCHRONOUS") or SYNCHRONOUS[0]).lower(),
        host=host or text("COLONIES_SERVER_HTTP_HOST") or HOST,
        port=port if port is not None else _port(environment),
        certificate=certificate,
        certificate_key=certificate_key,
        colonyname=text("COLONIES_COLONY_NAME") or COLONY,
        serverid=text("COLONIES_SERVER_ID"),
        server_key=text("COLONIES_SERVER_PRVKEY"),
        colony_key=text("COLONIES_COLONY_PRVKEY"),
        user_key=text("COLONIES_PRVKEY"),
        allow_reregister=_switch("COLONIES_ALLOW_EXECUTOR_REREGISTER", environment),
        cron_timezone=text("COLONIES_CRON_TIMEZONE"),
        retention=_retention(environment),
        stale_after=_number("COLONIES_STALE_EXECUTOR_DURATION", environment, STALE_AFTER),
        give_back=_switch("COLONIES_GIVE_BACK_UNRESPONSIVE", environment),
        blobs=text("COLONIES_BLOBS"),
        quota=_number("COLONIES_QUOTA", environment, 0),
        s3=s3,
        elsewhere=object_store(environment) if s3 == "off" else None,
        metrics_token=text("COLONIES_METRICS_TOKEN"),
        plaintext=plaintext,
        proxies=tuple(text("COLONIES_PROXIES").replace(",", " ").split()),
        limits=limits.limits_of(limits.read(text("COLONIES_LIMITS"))),
        audit=_switch("COLONIES_AUDIT", environment, default="true"),
        public_url=text("COLONIES_PUBLIC_URL"),
        plaintext_tokens=_switch("COLONIES_PLAINTEXT_TOKENS", environment),
    )


def object_store(environment: Mapping[str, str]) -> Credentials | None:
    """The S3 that the AWS_S3_* variables name (protocol part 03, section 1.8), None without any.

    Raises InvalidConfiguration if they name half of one.
    """
    names = ("AWS_S3_ENDPOINT", "AWS_S3_ACCESSKEY", "AWS_S3_SECRETKEY", "AWS_S3_BUCKET")
    found = [environment.get(name, "") for name in names]
    if not all(found):
        if not any(found):
            return None
        missing = ", ".join(name for name in names if not environment.get(name))
        raise InvalidConfiguration(
            f"S3 is off here, so clients are told another one, but {missing} is not set"
        )
    endpoint, accesskey, secretkey, bucket = found
    return Credentials(
        endpoint=endpoint,
        accesskey=accesskey,
        secretkey=secretkey,
        bucket=bucket,
        region=environment.get("AWS_S3_REGION", ""),
        tls=_switch("AWS_S3_TLS", environment),
        skipverify=_switch("AWS_S3_SKIPVERIFY", environment),
    )


def _database(environment: Mapping[str, str]) -> str | Address:
    """What COLONIES_DB_* say; libpq's own variables and files complete it."""
    kind = environment.get("COLONIES_DB_TYPE", "").lower()
    if kind in ("", "sqlite"):
        return ""
    if kind not in address.POSTGRESQL:
        raise InvalidConfiguration(
            f"COLONIES_DB_TYPE is '{kind}': postgresql or sqlite is expected"
        )
    for number in ("COLONIES_DB_PORT", "COLONIES_DB_MAX_OPEN_CONNS"):
        if environment.get(number) and not environment[number].isdecimal():
            raise InvalidConfiguration(
                f"{number} is '{environment[number]}': a whole number is expected"
            )
    return address.postgresql(
        host=environment.get("COLONIES_DB_HOST", ""),
        port=environment.get("COLONIES_DB_PORT", ""),
        user=environment.get("COLONIES_DB_USER", ""),
        name=environment.get("COLONIES_DB_NAME", ""),
        password=environment.get("COLONIES_DB_PASSWORD", ""),
        connections=int(environment.get("COLONIES_DB_MAX_OPEN_CONNS") or 9),
    )


def _retention(environment: Mapping[str, str]) -> int:
    """Seconds that what was successful is kept, 0 for ever (part 01, sections 6 and 7.2)."""
    if not _switch("COLONIES_RETENTION", environment):
        return 0
    age = environment.get("COLONIES_RETENTION_POLICY", "")
    if not age.isdecimal() or int(age) == 0:
        raise InvalidConfiguration(
            f"COLONIES_RETENTION is true and COLONIES_RETENTION_POLICY is '{age}': a number of "
            "seconds above 0 is expected, such as 604800 for a week"
        )
    return int(age)


def _check_zone(name: str) -> None:
    try:
        schedule.zone_of(name)
    except InvalidRequest as error:
        raise InvalidConfiguration(
            f"The time zone of crons (COLONIES_CRON_TIMEZONE) can't be used: {error.message}"
        ) from None


def _port(environment: Mapping[str, str]) -> int:
    for name in ("COLONIES_SERVER_HTTP_PORT", "COLONIES_SERVER_PORT"):
        value = environment.get(name, "")
        if not value:
            continue
        if not value.isdecimal() or int(value) > 65535:
            raise InvalidConfiguration(f"{name} is '{value}': a port from 0 to 65535 is expected")
        return int(value)
    return PORT


def _number(name: str, environment: Mapping[str, str], otherwise: int) -> int:
    value = environment.get(name, "")
    if value and not value.isdecimal():
        raise InvalidConfiguration(f"{name} is '{value}': a whole number is expected")
    return int(value) if value else otherwise


def _switch(name: str, environment: Mapping[str, str], default: str = "false") -> bool:
    return _truth(name, environment.get(name, "") or default)


def _truth(name: str, value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise InvalidConfiguration(f"{name} is '{value}': true or false is expected")
    return value.lower() == "true"


def _check_key(name: str, key: str) -> None:
    if not key:
        return
    try:
        identity.id_of(key)
    except InvalidRequest:
        raise InvalidConfiguration(
            f"{name} is no private key: 64 hexadecimal characters are expected"
        ) from None


def _check_serverid(serverid: str, server_key: str) -> None:
    if not serverid:
        return
    if not identity.is_id(serverid):
        raise InvalidConfiguration(
            "COLONIES_SERVER_ID is no id: 64 lower-case hexadecimal characters are expected"
        )
    if server_key and identity.id_of(server_key) != serverid:
        raise InvalidConfiguration(
            "COLONIES_SERVER_ID is not the id of COLONIES_SERVER_PRVKEY: leave one of them out"
        )


def _check_certificate(certificate: str, certificate_key: str) -> None:
    if bool(certificate) != bool(certificate_key):
        raise InvalidConfiguration(
            "TLS needs both a certificate and its key (COLONIES_TLSCERT and COLONIES_TLSKEY, or "
            "ColoniesExtension.certificate and ColoniesExtension.certificate_key)"
        )
    for path in filter(None, (certificate, certificate_key)):
        if not Path(path).is_file():
            raise InvalidConfiguration(f"TLS was asked for, but there is no file '{path}'")


def _check_proxy(address: str) -> None:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise InvalidConfiguration(
            f"'{address}' is no address of a proxy (COLONIES_PROXIES): an IP address is expected"
        ) from None
