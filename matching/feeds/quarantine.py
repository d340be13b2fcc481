"""The quarantine of a load: which row, which field, why; values masked, safe to open in a spreadsheet."""
from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from sqlalchemy import Select, func, select

from cases.imports.errors import words
from cases.imports.quarantine import Line, titles
from cases.spreadsheets import write_csv
from database import db
from matching.feeds.models import FeedLoad, FeedQuarantine
from rules.feeds import catalogue


def reasons(load: FeedLoad, language: str) -> list[tuple[str, str, int]]:
    """(code, its words, rows) of the first reason of each row, most frequent first."""
    count = func.count()
    query = (select(FeedQuarantine.code, count).where(FeedQuarantine.load_id == load.id)
             .group_by(FeedQuarantine.code).order_by(count.desc(), FeedQuarantine.code))
    return [(code, words(code, language), number) for code, number in db.session.execute(query)]


def quarantined(load: FeedLoad, language: str = "zh", code: str | None = None, after: int = 0,
                most: int | None = None) -> Iterator[Line]:
    """(row number, heading of the field, value as written and masked, reason in words), one per error."""
    headings = {column.name: column.headings[0] for column in catalogue().sources[load.source].columns}
    for number, errors in db.session.execute(_query(load, code, after, most).execution_options(yield_per=500)):
        for error in errors:
            yield number, headings.get(error["field"], ""), error["shown"], words(error["code"], language)


def _query(load: FeedLoad, code: str | None, after: int, most: int | None) -> Select:
    query = (select(FeedQuarantine.row_number, FeedQuarantine.errors)
             .where(FeedQuarantine.load_id == load.id, FeedQuarantine.row_number > after)
             .order_by(FeedQuarantine.row_number).limit(most))
    return query.where(FeedQuarantine.code == code) if code else query


def write_quarantine(load: FeedLoad, stream: BinaryIO, language: str = "zh", code: str | None = None) -> int:
    """CSV; number of lines below the heading."""
    return write_csv(titles(language), quarantined(load, language, code), stream)
