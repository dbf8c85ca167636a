"""Print the headers that sign a request: `python sign.py METHOD URL [FILE WITH THE BODY]`.

The private key, 64 hexadecimal characters, is in the file that COLONIES_PRVKEY_FILE names. What is
printed is good once and for five minutes:

    python sign.py GET "$URL" | curl -H @- "$URL"

It needs `pip install ecdsa`.
"""

import base64
import hashlib
import os
import secrets
import sys
import time
from pathlib import Path

import ecdsa


def headers(key, method, url, body=b""):
    """The headers of a request; `url` is the one that is asked, its query included."""
    private = ecdsa.SigningKey.from_string(bytes.fromhex(key), ecdsa.SECP256k1)
    public = private.verifying_key.to_string("uncompressed").hex()
    keyid = hashlib.sha3_256(public.encode()).hexdigest()
    covered = {"@method": method, "@target-uri": url}
    found = {}
    if body:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        found["Content-Digest"] = covered["content-digest"] = f"sha-256=:{digest}:"
    names = " ".join(f'"{name}"' for name in covered)
    nonce = secrets.token_urlsafe(16)
    signed = f'({names});created={int(time.time())};keyid="{keyid}";nonce="{nonce}"'
    lines = [f'"{name}": {value}' for name, value in covered.items()]
    base = "\n".join([*lines, f'"@signature-params": {signed}'])
    signature = private.sign(base.encode(), hashfunc=hashlib.sha3_256)
    found["Signature-Input"] = f"colonies={signed}"
    found["Signature"] = f"colonies=:{base64.b64encode(signature).decode()}:"
    return found


if __name__ == "__main__":
    key = Path(os.environ["COLONIES_PRVKEY_FILE"]).read_text().strip()
    method, url, *file = sys.argv[1:]
    body = Path(file[0]).read_bytes() if file else b""
    for name, value in headers(key, method, url, body).items():
        print(f"{name}: {value}")
