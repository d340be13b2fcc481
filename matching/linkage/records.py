"""One side of a comparison: what a row, or the register, says of a person, and the columns made of it. Pure."""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from stdnum.cn import ric

from cases.imports.cells import FieldRefused
from cases.imports.id_cells import modern_id_number
from matching.linkage import names
from matching.linkage.lunar import written_as_solar

SEXES = {"男": "male", "女": "female", "m": "male", "f": "female", "1": "male", "2": "female",
         "male": "male", "female": "female"}
FEWEST_SEEN = 4  # readable digits below which a number says nothing
PLACE_DIGITS = (12, 9, 6, 4, 2)
Columns = dict[str, str | None]


@dataclass(frozen=True)
class Given:
    """A person as one source writes them. key: row number of a load, or pensioner.id; number: as it stands there."""

    key: int
    name: str | None = None
    birth: str | None = None
    sex: str | None = None
    place: str | None = None
    number: str | None = None


def columns_of(given: Given) -> Columns:
    """What the settings "pensioners" compare; None where nothing can be read."""
    name, number = names.as_written(given.name), readable_number(given.number)
    birth = readable_birth(given.birth) or birth_in(number)
    found = _name_columns(name) | {
        "birth": birth, "birth_lunar": _lunar(birth), "sex": SEXES.get((given.sex or "").strip().lower()),
        "place": readable_place(given.place) or readable_place((number or "")[:6]), "number": number,
        "checks": "yes" if has_check_digit(number) else None,
        "seen": "yes" if number and sum(one != "*" for one in number) >= FEWEST_SEEN else None}
    return {"unique_id": str(given.key)} | found


def _name_columns(name: str | None) -> Columns:
    if not name:
        return dict.fromkeys(("name", "plain", "surname", "rest", "sound", "rough"))
    sound, surname, plain = names.sound(name), names.surname_of(name), names.plain(name)
    return {"name": name, "plain": plain, "surname": surname, "rest": plain.removeprefix(surname), "sound": sound,
            "rough": names.rough_sound(sound)}


def readable_number(text: str | None) -> str | None:
    """Upper case, no blanks, what was covered as `*`; 15 digits (GB 11643-1989) as the 18 they became."""
    kept = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text or "").upper())
    number = re.sub(r"[^0-9X*]", "*", kept)
    try:
        return modern_id_number(number) if re.fullmatch(r"[0-9]{15}", number) else number or None
    except FieldRefused:  # of somebody born before 1900
        return number


def has_check_digit(number: str | None) -> bool:
    """One wrong digit or two swapped neighbours never leave the check digit right (ISO 7064)."""
    return bool(re.fullmatch(r"[0-9]{17}[0-9X]", number or "")) and ric.calc_check_digit(number) == number[17]


def readable_birth(text: str | None) -> str | None:
    """YYYYMMDD, which need not be a day there is: 19480230 may be lunar, or day and month the wrong way round."""
    digits = re.sub(r"\D", "", text or "")
    parts = re.fullmatch(r"\D*(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*", text or "")
    if parts:
        year, month, day = parts.groups()
        return f"{year}{month:0>2}{day:0>2}"
    return digits if len(digits) == 8 else None


def birth_in(number: str | None) -> str | None:
    """The birth date inside a number of which that part can be read."""
    inside = (number or "")[6:14]
    return inside if len(number or "") == 18 and inside.isdigit() else None


def readable_place(text: str | None) -> str | None:
    """A code of GB/T 2260 (2, 4, 6 digits) or with its town and village (9, 12); ending zeros are no place below."""
    digits = (text or "").strip()
    if not digits.isdigit():
        return None
    length = next((one for one in PLACE_DIGITS if len(digits) >= one), 0)
    while length > 2 and not digits[PLACE_DIGITS[PLACE_DIGITS.index(length) + 1]:length].strip("0"):
        length = PLACE_DIGITS[PLACE_DIGITS.index(length) + 1]
    return digits[:length] or None


def _lunar(birth: str | None) -> str | None:
    try:
        return birth and written_as_solar(date(int(birth[:4]), int(birth[4:6]), int(birth[6:])))
    except ValueError:
        return None


def table(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> dict[str, list[Any]]:
    """Rows as named columns, each of which is there."""
    made: dict[str, list[Any]] = {name: [] for name in columns}
    for row in rows:
        for name, values in made.items():
            values.append(row.get(name))
    return made


Preparation = Callable[[Any], Columns]
