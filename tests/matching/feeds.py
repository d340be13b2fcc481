"""Feeds for tests: files as other departments would send them, and what became of their rows."""
from __future__ import annotations

from datetime import date
from pathlib import Path

from pyarrow import parquet

from matching.feeds.loading import load
from matching.feeds.models import FeedLoad
from matching.feeds.said import EPOCH
from matching.feeds.store import sign_files
from rules.feeds import catalogue
from staff.offices import office_by_code
from tests.people import actor

ON = date(2026, 3, 15)
RAIL = ("姓名", "身份证号", "乘车日期", "乘车状态")
BASE = ("姓名", "身份证号", "死亡日期", "人员状态")


def csv_file(folder: Path, rows: list[tuple[str, ...]], headings: tuple[str, ...] = RAIL, name: str = "数据.csv",
             encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("".join(",".join(line) + "\n" for line in (headings, *rows)).encode(encoding))
    return path


def loaded(path: Path, source: str = "rail_travel", office: str = "5101", who: str = "li.feeds",
           on: date = ON) -> FeedLoad:
    return load(path, source, office_by_code(office), actor(who), on)


def counts(one: FeedLoad) -> tuple[int, ...]:
    """rows, loaded, unchanged, duplicate, quarantined."""
    return one.rows, one.loaded, one.unchanged, one.duplicate, one.quarantined


def signs(one: FeedLoad) -> list[tuple[int, str | None, str, int, int]]:
    """(person, day, what the source said, sure, row), as they stand in the files, in their order."""
    found = []
    for path in sign_files(one.id).values():
        for row in parquet.read_table(path).to_pylist():
            day = date.fromordinal(EPOCH.toordinal() + row["day"]).isoformat() if row["day"] else None
            meaning = catalogue().meanings[row["code"]]
            found.append((row["person"], day, meaning.eligible or meaning.loss, row["sure"], row["row"]))
    return found


def facts(*loads: FeedLoad) -> set[tuple]:
    """What the signs of some loads say, wherever it stands in which file."""
    return {sign[:4] for one in loads for sign in signs(one)}
