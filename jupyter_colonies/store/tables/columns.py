"""Kinds of columns and indexes that the tables share."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Text, text

BIG = BigInteger().with_variant(Integer, "sqlite")


def big(*, primary_key: bool = False) -> Column[int]:
    """A number of 64 bits."""
    return Column(BIG, primary_key=primary_key, nullable=False)


def wide_text() -> Column[str]:
    """A text of any length."""
    return Column(Text, nullable=False)


def text_in_order_of_bytes(*, primary_key: bool = False) -> Column[str]:
    """A text that sorts by its bytes on every database, whatever its language."""
    kind = String().with_variant(String(collation="C"), "postgresql")
    return Column(kind, primary_key=primary_key, nullable=False)


def partial_index(name: str, *columns: str, where: str) -> Index:
    """An index of the rows for which a condition holds."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))
