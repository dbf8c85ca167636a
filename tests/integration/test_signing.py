"""How the documentation signs, in each language; and that what was signed is good once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_colonies.testing import server_in_thread
from tests.integration.test_rest_signed import signed
from tests.node import NODE
from tests.restclient import RestClient

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
BROWSER = """
import { readFileSync } from 'node:fs';
const { headers } = await import(process.env.MODULE);
const [method, url, file] = process.argv.slice(1);
const key = readFileSync(process.env.COLONIES_PRVKEY_FILE, 'utf8').trim();
const body = file && new Uint8Array(readFileSync(file));
for (const pair of Object.entries(await headers(key, method, url, body))) {
  console.log(pair.join(': '));
}
"""
SIGNERS = {
    "python": [sys.executable, str(EXAMPLES / "sign.py")],
    "node": [NODE, str(EXAMPLES / "sign.mjs")],
    "browser": [NODE, "--input-type=module", "--eval", BROWSER, "--"],
    "shell": ["sh", str(EXAMPLES / "sign.sh")],
}
WORKFLOW = [{"nodename": "a", "funcname": "f", "conditions": {"executortype": "nobody"}}]
PATH = "colonies/dev/workflows"


def underscored(headers):
    return {name.replace("-", "_"): value for name, value in headers.items()}


@pytest.mark.parametrize("language", SIGNERS)
def test_each_language_signs(server, tmp_path, language) -> None:
    key, body = tmp_path / "key", tmp_path / "body"
    key.write_text(server.user_key + "\n")
    body.write_text(json.dumps(WORKFLOW))
    environment = {
        **os.environ,
        "COLONIES_PRVKEY_FILE": str(key),
        "MODULE": (EXAMPLES / "sign-browser.mjs").as_uri(),
    }

    def headers(*words):
        printed = subprocess.run(
            [*SIGNERS[language], *words], env=environment, check=True, timeout=60,
            capture_output=True, text=True,
        ).stdout  # fmt: skip
        return underscored(dict(line.split(": ", 1) for line in printed.splitlines()))

    client = RestClient(server.host, server.port)
    url = f"http://{server.host}:{server.port}/v1/{PATH}"
    made = client("POST", PATH, WORKFLOW, **headers("POST", url, str(body)))
    assert made.status == 201, made.body
    read = headers("GET", f"{url}?limit=1")
    assert client("GET", f"{PATH}?limit=1", **read).status == 200
    again = client("GET", f"{PATH}?limit=1", **read)
    assert (again.status, "used before" in again.body["detail"]) == (401, True)


def test_a_capture_is_worth_nothing_after_a_restart_either(tmp_path) -> None:
    root = "https://example.org"
    captured: dict[str, str] = {}
    for again in (False, True):
        with server_in_thread(tmp_path, public_url=root) as server:
            client = RestClient(server.host, server.port)
            fresh = underscored(signed("GET", f"{root}/v1/{PATH}", server.user_key))
            assert client("GET", PATH, **fresh).status == 200
            if again:
                refused = client("GET", PATH, **captured)
                assert (refused.status, "used before" in refused.body["detail"]) == (401, True)
            captured = fresh


def test_behind_a_proxy_with_a_prefix(tmp_path) -> None:
    seen = "https://example.org/prefix"
    with server_in_thread(tmp_path, public_url=seen) as server:
        headers = underscored(signed("GET", f"{seen}/v1/{PATH}", server.user_key))
        assert RestClient(server.host, server.port)("GET", PATH, **headers).status == 200
        other = underscored(signed("GET", f"https://evil.org/v1/{PATH}", server.user_key))
        assert RestClient(server.host, server.port)("GET", PATH, **other).status == 401
