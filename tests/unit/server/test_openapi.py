"""What the REST API says of itself is current, valid and complete."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from jupyter_colonies.server.rest import openapi, page, scopes, write
from jupyter_colonies.server.rest.api import resources
from jupyter_colonies.server.rest.declaration import OPERATIONS, Visit, declare

COMMITTED = Path(__file__).parents[3] / "docs" / "openapi.json"
WRITE = "python -m jupyter_colonies.server.rest.write"
OPEN = {"get_openapi", "get_page"}


def test_the_committed_document_is_current():
    assert COMMITTED.read_text() == openapi.text(), f"write it anew: {WRITE}"
    page_of_docs = COMMITTED.with_name("rest.md").read_text()
    assert write.with_table(page_of_docs) == page_of_docs, f"write it anew: {WRITE}"


def test_the_document_is_valid_and_every_operation_is_in_it():
    document = openapi.document()
    validate(document)
    described = [
        each["operationId"] for path in document["paths"].values() for each in path.values()
    ]
    assert sorted(described) == sorted(OPERATIONS)
    assert {name for name, each in OPERATIONS.items() if each.open} == OPEN
    assert not re.search(r"jupyter_colonies\.", openapi.text())


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_operation_says_what_it_does_and_for_whom(operation):
    assert operation.summary.endswith(".")
    assert len(operation.summary) < 120
    assert operation.who
    assert operation.noun
    assert all(200 <= status < 300 for status in operation.replies)
    if operation.method == "GET":
        assert not operation.body
        assert not operation.once
    if not operation.open and not operation.inside and operation.name not in scopes.NAMED:
        assert operation.method == "GET"


def test_a_fixed_word_is_found_before_a_parameter():
    paths = list(resources(inside=True))
    for position, path in enumerate(paths):
        assert not any(re.fullmatch(earlier, path) for earlier in paths[:position])


def test_a_declaration_must_fit_its_path():
    async def strange(visit: Visit, other: str) -> None:
        """Nothing."""

    with pytest.raises(ValueError, match=r"takes \['other'\], its path has \['name'\]"):
        declare("GET", "x/{name}", who="nobody", replies={})(strange)


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.ids, self.targets = set(), set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        given = dict(attrs)
        self.ids.add(given.get("id"))
        self.targets.add(given.get("href"))
        assert not {"src", "style", "onclick"} & set(given)


def test_the_page_needs_nothing_else_and_its_links_lead_somewhere():
    links = Links()
    links.feed(page.html(openapi.served()))
    assert not links.tags & {"script", "link", "img", "iframe", "object", "form"}
    inside = {target for target in links.targets - {None} if target.startswith("#")}
    assert {target[1:] for target in inside} <= links.ids
    assert links.targets - inside - {None} == {"openapi.json"}
    assert set(OPERATIONS) <= links.ids


def test_what_is_told_is_text_on_the_page():
    document = openapi.document()
    document = {**document, "info": {"title": "<b>x</b>", "description": "`<i>`"}}
    shown = page.html(document)
    assert "<b>x" not in shown
    assert "<code>&lt;i&gt;</code>" in shown
