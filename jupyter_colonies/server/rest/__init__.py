"""The REST API: operations on resources, declared once each.

`declaration` says what a declaration is, the modules named after nouns hold them, `api` collects
them, `exchange` carries one out. `port` is the front of the own port, `server.routes` the one
inside Jupyter.
"""
