"""One row of a feed -> what it says of whom, or every reason why it says nothing. No database, no clock."""
from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from cases.imports.cells import FieldRefused, plain
from cases.imports.date_cells import parse_date
from cases.imports.errors import RowError, masked
from cases.imports.fields import parse_name
from cases.imports.headings import Field
from cases.imports.id_cells import modern_id_number, parse_id_number
from cases.imports.tables import SourceRow
from matching.feeds.columns import Columns
from matching.names import compared
from rules.feeds import SAYS_NOTHING, Source

EPOCH = date(1970, 1, 1)
UNDATED = NO_NAME = 0
KEY_BYTES, NAME_BYTES = 16, 8
HAPPENED = Field("day", "date", (), not_after_today=True)
MASKS = {"id_number": "id_number", "name": "name"}
_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")
_COMPACT_TIME = re.compile(r"(\d{8})\d{6}")


@dataclass(slots=True)
class Said:
    """person: keyed hash of the number, or of all that stands in place of one; name: of the name, NO_NAME without one;
    day: days since EPOCH or UNDATED; unlinked: what there is instead of a number, None where there is one."""

    row: int
    person: bytes
    name: int
    day: int
    code: int
    unlinked: dict[str, Any] | None = None


Read = Callable[[SourceRow], Said | list[RowError]]


def person_key(key: bytes, number: str) -> bytes:
    """Beginning of the keyed index of a number, as `database.types.blind_index` makes it."""
    return hmac.digest(key, number.encode(), "sha256")[:KEY_BYTES]


def name_key(key: bytes, name: str) -> int:
    """Keyed hash of a name as names are compared. Signed, 64 bits, never NO_NAME."""
    digest = hmac.digest(key, b"name|" + compared(name).encode(), "sha256")[:NAME_BYTES]
    return int.from_bytes(digest, "big", signed=True) or 1


def reader_of(source: Source, columns: Columns, on: date, key: bytes, own: frozenset[bytes] = frozenset()) -> Read:
    """A reader of rows. on: nothing may have happened after it; own: persons whose rows whoever loads may not bring."""
    at, codes = columns.at, source.codes
    code_of = _coder(at["status"] if source.decided_by else None, codes, source.meanings[0].code)
    needs_day = {meaning.code: meaning.day_needed for meaning in source.meanings} | {SAYS_NOTHING: False}
    day_of, name_of, number_of = _remembered(_day, on), _remembered(_name, key), _number(on)

    def read(row: SourceRow) -> Said | list[RowError]:
        if row.problem:
            return [RowError(row.number, "", row.problem)]
        errors: list[RowError] = []
        cells = row.raw
        code = code_of(cells, errors, row.number)
        day = UNDATED
        if code != SAYS_NOTHING and "day" in at:
            day = _taken(day_of, cells[at["day"]][1], "day", errors, row.number) or UNDATED
            if day == UNDATED and needs_day.get(code) and not _about(errors, "day"):
                errors.append(RowError(row.number, "day", "REQUIRED"))
        faults: list[RowError] = []  # of one of number and name the other makes up
        number = _taken(number_of, cells[at["id_number"]][1], "id_number", faults, row.number)
        name = _taken(name_of, cells[at["name"]][1], "name", faults, row.number) or NO_NAME
        if number is None and name == NO_NAME:
            errors += faults or [RowError(row.number, "id_number", "REQUIRED")]
        if errors or code is None:
            return errors
        if number is None:
            return _without_number(row, at, name, day, code, key)
        person = person_key(key, number)
        return [RowError(row.number, "id_number", "OWN_ROW")] if person in own else Said(
            row.number, person, name, day, code)

    return read


def _coder(place: int | None, codes: dict[str, int], fixed: int) -> Callable[..., int | None]:
    def code_of(cells: list[tuple[str, object]], errors: list[RowError], number: int) -> int | None:
        if place is None:
            return fixed
        raw = cells[place][1]
        code = codes.get(raw) if isinstance(raw, str) else None
        if code is None:
            code = _decided(raw, codes, errors, number)
        return code

    return code_of


def _decided(raw: object, codes: dict[str, int], errors: list[RowError], number: int) -> int | None:
    text = _taken(lambda cell: plain(cell).replace(" ", ""), raw, "status", errors, number) or ""
    if text not in codes and not _about(errors, "status"):
        errors.append(RowError(number, "status", "UNKNOWN_VALUE" if text else "REQUIRED", masked(text, "")))
    return codes.get(text)


def _about(errors: list[RowError], field: str) -> bool:
    return any(error.field == field for error in errors)


def _taken(parse: Callable[[Any], Any], raw: object, field: str, errors: list[RowError], number: int) -> Any:
    try:
        return parse(raw)
    except FieldRefused as refused:
        text = str(raw if isinstance(raw, (str, int, float, date)) else "=").strip()[:200]
        shown = "".join(char if char.isprintable() else "�" for char in text)
        errors.append(RowError(number, field, refused.code, masked(shown, MASKS.get(field, ""))))
        return None


def _remembered(parse: Callable[..., Any], given: Any) -> Callable[[Any], Any]:
    """Days and names come again and again; a refusal is told anew each time."""
    known = lru_cache(maxsize=100_000, typed=True)(lambda raw: _outcome(parse, raw, given))

    def parsed(raw: Any) -> Any:
        value, code = known(raw) if type(raw).__hash__ else _outcome(parse, raw, given)
        if code:
            raise FieldRefused(code)
        return value

    return parsed


def _outcome(parse: Callable[..., Any], raw: object, given: Any) -> tuple[Any, str]:
    try:
        return parse(raw, given), ""
    except FieldRefused as refused:
        return None, refused.code


def _day(raw: object, on: date) -> int | None:
    """Days since EPOCH; the hour of a certification or a crossing is left out."""
    if isinstance(raw, str):
        text = plain(raw)
        compact = _COMPACT_TIME.fullmatch(text)
        raw = compact[1] if compact else _TIME.sub("", text)
    day = parse_date(raw, HAPPENED, on)
    if day is not None and day <= EPOCH:
        raise FieldRefused("DATE_IMPLAUSIBLE")
    return day and (day - EPOCH).days


def _name(raw: object, key: bytes) -> int | None:
    name = parse_name(raw, None, None)
    return name and name_key(key, name)


def _number(on: date) -> Callable[[object], str | None]:
    def number_of(raw: object) -> str | None:
        text = parse_id_number(raw, None, on)
        return text and modern_id_number(text)

    return number_of


def _without_number(row: SourceRow, at: dict[str, int], name: int, day: int, code: int, key: bytes) -> Said:
    """Loaded, and left to be linked: the same words in another load are the same fact."""
    texts = {field: _text(row.raw[at[field]][1]) if field in at else "" for field in
             ("id_number", "name", "sex", "birth_on", "place")}
    person = hmac.digest(key, ("unlinked|" + "|".join(texts.values())).encode(), "sha256")[:KEY_BYTES]
    return Said(row.number, person, name, day, code, texts | {"day": day, "code": code})


def _text(raw: object) -> str:
    try:
        return plain(raw)
    except FieldRefused:
        return ""
