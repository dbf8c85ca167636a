"""Writes what is committed of the REST API: `docs/openapi.json` and the table of `docs/rest.md`.

python -m jupyter_colonies.server.rest.write
"""

from __future__ import annotations

from pathlib import Path

from jupyter_colonies.server.rest import openapi
from jupyter_colonies.server.rest.api import resources

DOCS = Path(__file__).parents[3] / "docs"
BEGIN, END = "<!-- the operations: begin -->", "<!-- the operations: end -->"


def table() -> str:
    """All operations as a table for people, by noun."""
    operations = [each for offered in resources(inside=True).values() for each in offered.values()]
    lines = []
    noun = ""
    for each in sorted(operations, key=lambda each: (each.noun, each.path, each.method)):
        if each.noun != noun:
            noun = each.noun
            lines += [
                "",
                f"### {noun.capitalize()}",
                "",
                "| | What it does | Who |",
                "|---|---|---|",
            ]
        lines.append(f"| `{each.method} /{each.path}` | {each.summary} | {each.who} |")
    return "\n".join(lines[1:])


def with_table(text: str) -> str:
    """The documentation with the table as it is now."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{table()}\n\n{END}{tail}"


def main() -> None:
    """Write both."""
    (DOCS / "openapi.json").write_text(openapi.text(), encoding="utf-8")
    page = DOCS / "rest.md"
    page.write_text(with_table(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
