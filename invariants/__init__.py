"""What must always be true, proved from the database alone (design.md section 3). Read only."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import text

from database import db
from invariants.erasure import QUERIES as OF_ERASURE
from invariants.erasure import READ as OF_READING_ERASURE
from invariants.matching import QUERIES as OF_MATCHING
from invariants.reading import READ as OF_READING
from invariants.tables import QUERIES as OF_TABLES

SHOWN = 20
QUERIES = OF_TABLES | OF_MATCHING | OF_ERASURE
READ = OF_READING | OF_READING_ERASURE
NOT_PROVED_HERE = (
    "P4: rights are checked in the transaction that uses them (tests/staff, tests/features)",
    "P9: somebody is eligible next while a decision is open (shown on its page; checked when it is submitted)",
    "A1: non-interference between areas (tests of every route)",
    "O1: nothing is half done after a kill (every command is one transaction)",
)


@dataclass(frozen=True)
class Breach:
    """invariant: its name, promise first; where: the rows that break it, at most SHOWN; count: how many there are."""

    invariant: str
    where: tuple[str, ...]
    count: int


def names() -> tuple[str, ...]:
    return (*QUERIES, *READ)


def check() -> Iterator[Breach | str]:
    """Every invariant in turn: its name when it holds, a Breach when it does not."""
    for name, query in QUERIES.items():
        yield _verdict(name, [" ".join(str(value) for value in row) for row in db.session.execute(text(query))])
    for name, find in READ.items():
        yield _verdict(name, list(find()))
    db.session.rollback()


def breaches() -> list[Breach]:
    return [verdict for verdict in check() if isinstance(verdict, Breach)]


def _verdict(name: str, found: list[str]) -> Breach | str:
    return Breach(name, tuple(found[:SHOWN]), len(found)) if found else name
