"""What browsers are told about answers of the own port, whatever they are.

Nothing here is a page but what says so itself, so nothing may run, be framed, be guessed to be
something else, or tell another place where it was.
"""

from __future__ import annotations

from tornado.web import RequestHandler

from jupyter_colonies.server import cors

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def shield(handler: RequestHandler) -> None:
    """Set them, leave out what names the server, and let pages of other origins read."""
    handler.clear_header("Server")
    for name, value in {**HEADERS, **cors.headers(handler.request.headers)}.items():
        handler.set_header(name, value)
