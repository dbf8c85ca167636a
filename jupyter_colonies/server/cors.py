"""Which headers let pages of other origins talk to the own port (protocol part 01, section 1.2).

Every message on that port is signed, so any origin is welcome and no credentials are involved.
"""

from __future__ import annotations

from tornado.httputil import HTTPHeaders, HTTPServerRequest

PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS",
    "Access-Control-Allow-Headers": "Origin,Content-Length,Content-Type",
    "Access-Control-Max-Age": "43200",
}
PROVEN = ",Authorization,Content-Digest,Last-Event-ID,Signature,Signature-Input"


def is_foreign(sent: HTTPHeaders) -> bool:
    """Whether the request comes from a page of another origin than its own Host."""
    origin = sent.get("Origin")
    if not origin:
        return False
    host = sent.get("Host", "")
    return origin not in (f"http://{host}", f"https://{host}")


def headers(sent: HTTPHeaders) -> dict[str, str]:
    """CORS headers of the reply to a request with these headers that is no preflight."""
    return {"Access-Control-Allow-Origin": "*"} if is_foreign(sent) else {}


def preflight(request: HTTPServerRequest) -> dict[str, str]:
    """Headers of the reply to a preflight; the REST API takes proofs in headers."""
    if not request.path.startswith("/v1/"):
        return PREFLIGHT
    name = "Access-Control-Allow-Headers"
    return {**PREFLIGHT, name: PREFLIGHT[name] + PROVEN}
