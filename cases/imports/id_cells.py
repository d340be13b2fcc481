"""ID numbers as files hold them (GB 11643-1999), and what they tell. Pure."""
import re
from datetime import date
from operator import mul

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from cases.imports.cells import FieldRefused, digits_lost, plain
from cases.imports.date_cells import OLDEST_BIRTH_YEAR

_WHOLE = re.compile(r"[0-9]{17}[0-9X]")
_WEIGHTS, _CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
_OF_ZEROS = ord("0") * sum(_WEIGHTS)


def is_sound(text: str, on: date) -> bool:
    """A whole number of 18 characters of which all is good; ten times as fast as to find what is wrong with one."""
    if not _WHOLE.fullmatch(text):
        return False
    if _CHECKS[(sum(map(mul, _WEIGHTS, text.encode())) - _OF_ZEROS) % len(_CHECKS)] != text[17]:
        return False
    try:
        born_on = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return born_on.year >= OLDEST_BIRTH_YEAR and born_on <= on


def parse_id_number(raw, spec, on) -> str | None:
    """18 characters, upper-case X. A 15-digit number is answered as it stands; see `modern_id_number`."""
    if isinstance(raw, str) and is_sound(raw, on):
        return raw
    text = plain(raw).replace(" ", "").replace("-", "").upper()
    if not text:
        return None
    if digits_lost(raw, text):
        raise FieldRefused("ID_NUMBER_TRUNCATED")
    if len(text) not in (15, 18):
        raise FieldRefused("ID_NUMBER_LENGTH")
    if not re.fullmatch(r"[0-9]{15}([0-9]{2}[0-9X])?", text):
        raise FieldRefused("ID_NUMBER_CHARACTERS")
    _check_id_number(modern_id_number(text), on)
    return text


def modern_id_number(text: str) -> str:
    """The 18-character form of a 15-digit number (GB 11643-1999). Sequences 996-999 were those born before 1900."""
    if len(text) == 18:
        return text
    if text[12:] >= "996":
        raise FieldRefused("ID_NUMBER_CENTURY")
    longer = f"{text[:6]}19{text[6:]}"
    return longer + ric.calc_check_digit(longer + "0")


def _check_id_number(number: str, on: date) -> None:
    if ric.calc_check_digit(number) != number[17]:
        raise FieldRefused("ID_NUMBER_CHECK_DIGIT")
    try:
        birth_on = ric.get_birth_date(number)
    except ValidationError as wrong:
        raise FieldRefused("ID_NUMBER_BIRTH_DATE") from wrong
    if birth_on > on or birth_on.year < OLDEST_BIRTH_YEAR:
        raise FieldRefused("ID_NUMBER_BIRTH_DATE")


def sex_of(id_number: str) -> str:
    return "male" if int(id_number[16]) % 2 else "female"


def birth_of(id_number: str) -> date:
    return ric.get_birth_date(id_number)
