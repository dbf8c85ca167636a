"""What each page of JupyterLab loads of the labextension stays small."""

from tests.bundle import chunks, for_development

# Bytes as gzip makes them; a build for development is readable, and several times as large.
CEILING = 200_000
CEILING_FOR_DEVELOPMENT = 600_000


def test_what_comes_with_each_page_is_small() -> None:
    first = [chunk for chunk in chunks() if chunk.with_the_page]
    ceiling = CEILING_FOR_DEVELOPMENT if for_development() else CEILING
    assert sum(chunk.compressed for chunk in first) < ceiling


def test_what_draws_graphs_comes_when_it_is_needed() -> None:
    found = chunks()
    largest = max(found, key=lambda chunk: chunk.size)
    assert not largest.with_the_page
