"""Days and months as files write them. Pure."""
import re
from datetime import date, datetime, timedelta

from cases.imports.cells import FieldRefused, plain

EXCEL_EPOCH = date(1899, 12, 30)
SERIALS = range(10000, 80000)
OLDEST_BIRTH_YEAR = 1890
_DATE_FORMS = (
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
    re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"),
)
_MONTH_FORMS = (
    re.compile(r"(\d{4})(\d{2})"),
    re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?"),
)
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(:00(\.0+)?)?$")


def parse_date(raw, spec, on) -> date | None:
    """2025-03-01, 2025/3/1, 2025.3.1, 2025年3月1日, 20250301, an Excel date or its serial number.

    No others: 01/03/2025 has two readings.
    """
    day = raw.date() if isinstance(raw, datetime) else raw
    if not isinstance(day, date):
        day = _date_of_text(plain(raw))
    if day is None:
        return None
    if day.year < OLDEST_BIRTH_YEAR or day.year > on.year + 50:
        raise FieldRefused("DATE_IMPLAUSIBLE")
    if spec.not_after_today and day > on:
        raise FieldRefused("DATE_IN_FUTURE")
    return day


def _date_of_text(text: str) -> date | None:
    text = _MIDNIGHT.sub("", text)
    if not text:
        return None
    for form in _DATE_FORMS:
        if found := form.fullmatch(text):
            return _real_date(*map(int, found.groups()))
    if text.isdigit() and int(text) in SERIALS:
        return EXCEL_EPOCH + timedelta(days=int(text))
    raise FieldRefused("DATE_FORM")


def _real_date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as wrong:
        raise FieldRefused("DATE_DOES_NOT_EXIST") from wrong


def parse_date_or_month(raw, spec, on) -> date | None:
    """As parse_date; a month alone (202403, 2024-03, 2024年3月) is its first day."""
    text = "" if isinstance(raw, date) else plain(raw)
    for form in _MONTH_FORMS:
        if found := form.fullmatch(text):
            return parse_date(_real_date(*map(int, found.groups()), 1), spec, on)
    return parse_date(raw, spec, on)


def parse_month(raw, spec, on) -> str | None:
    """'YYYY-MM'."""
    day = parse_date_or_month(raw, spec, on)
    return day and day.strftime("%Y-%m")
