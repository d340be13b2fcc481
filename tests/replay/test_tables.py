"""No table and no column is forgotten by the replay: it is compared, or named with the reason why not (R3)."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from sqlalchemy import Column, Table
from sqlalchemy.sql import visitors

import replay
from database import db
from replay import PARTS

pytestmark = pytest.mark.sqlite_is_enough
DECLARED = yaml.safe_load((Path(replay.__file__).parent / "tables.yaml").read_text(encoding="utf-8"))
TABLES: dict[str, str | dict[str, str]] = DECLARED["tables"]


def compared() -> dict[str, set[str]]:
    """Table -> columns that a query of some part reads: to be compared, or to know a row by."""
    found: dict[str, set[str]] = {}
    for part in PARTS:
        for element in visitors.iterate(part.query()):
            if isinstance(element, Column) or element.__visit_name__ == "column":
                table: Any = element.table  # type: ignore[attr-defined]
                while table is not None and not isinstance(table, Table):
                    table = getattr(table, "element", None)
                if table is not None:
                    found.setdefault(table.name, set()).add(element.name)  # type: ignore[attr-defined]
    return found


def test_each_table_is_replayed_or_has_a_reason(app: Flask) -> None:
    assert set(TABLES) == {*db.metadata.tables, "alembic_version"}


@pytest.mark.parametrize("table", [name for name, left in TABLES.items() if isinstance(left, dict)])
def test_each_column_of_a_replayed_table_is_compared_or_has_a_reason(app: Flask, table: str) -> None:
    columns = {column.name for column in db.metadata.tables[table].columns}
    left, read = TABLES[table], compared().get(table, set())
    assert columns - read - set(DECLARED["everywhere"]) == set(left), "named here, and not compared"


def test_each_reason_given_is_one_of_those_written_down() -> None:
    given = [one for left in [*TABLES.values(), DECLARED["everywhere"]]
             for one in (left.values() if isinstance(left, dict) else [left])]
    assert set(given) <= set(DECLARED["reasons"])
