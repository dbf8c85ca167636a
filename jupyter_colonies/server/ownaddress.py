"""The address at which this machine reaches a server that runs on it."""


def reachable(host: str) -> str:
    """Where this machine reaches a server that listens on a host: wildcards by loopback."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def url(host: str, port: int, *, tls: bool) -> str:
    """Address of a server as users and programs of this machine write it."""
    host = reachable(host)
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
