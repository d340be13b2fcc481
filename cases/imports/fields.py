"""Parsers of single cells, one per field type, in one table. Pure.

A parser takes (raw, spec, on) and gives the clean value, None for an empty cell, or raises FieldRefused(code).
`raw` is what the file holds: str, int, float, datetime or date. `spec` is the field's `Field` of headings.yaml.
"""
import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from stdnum.cn import ric
from stdnum.exceptions import ValidationError

EXCEL_EPOCH = date(1899, 12, 30)
SERIALS = range(10000, 80000)
OLDEST_BIRTH_YEAR = 1890
EXCEL_KEEPS_DIGITS = 15

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x00A0: 0x20}
_INVISIBLE = dict.fromkeys([0xFEFF, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0x202C, 0x202D])
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MIDDLE_DOTS = str.maketrans("•・．‧∙●", "······")
_DATE_FORMS = (
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
    re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"),
)
_MONTH_FORMS = (
    re.compile(r"(\d{4})(\d{2})"),
    re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?"),
)
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(:00(\.0+)?)?$")
_SCIENTIFIC = re.compile(r"[-+]?\d+(\.\d+)?[eE]\+?\d+")


class FieldRefused(Exception):
    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def plain(raw: object) -> str:
    """Text of a cell with half-width digits and letters, trimmed; "" when empty. Raises FORMULA, CELL_ERROR,
    CONTROL_CHARACTERS."""
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if not isinstance(raw, (str, int, float, date)):
        raise FieldRefused("FORMULA")
    if isinstance(raw, str) and _CONTROL.search(raw):
        raise FieldRefused("CONTROL_CHARACTERS")
    text = str(raw).translate(_INVISIBLE).translate(_HALF_WIDTH).strip().lstrip("'").strip()
    if text.startswith("="):
        raise FieldRefused("FORMULA")
    if text.startswith("#") and text.rstrip("!?").isupper():
        raise FieldRefused("CELL_ERROR")
    return text


def parse_text(raw, spec, on) -> str | None:
    text = re.sub(r"\s+", " ", plain(raw))
    if len(text) > spec.longest:
        raise FieldRefused("TOO_LONG")
    return text or None


def parse_name(raw, spec, on) -> str | None:
    """A name keeps its characters (no compatibility folding: rare characters are part of it)."""
    if not plain(raw):
        return None
    text = str(raw).translate(_INVISIBLE).translate(_MIDDLE_DOTS).replace("\u3000", " ").strip().lstrip("'").strip()
    text = re.sub(r"\s+", " " if text.isascii() else "", text)
    if len(text) > 60:
        raise FieldRefused("TOO_LONG")
    if any(mark in text for mark in "?？□\ufffd") or any(0xE000 <= ord(c) <= 0xF8FF for c in text):
        raise FieldRefused("NAME_CHARACTER_LOST")
    if not all(c.isalpha() or c in "·〇.' -" or ord(c) > 0xFFFF for c in text):
        raise FieldRefused("NAME_CHARACTERS")
    return text


def parse_id_number(raw, spec, on) -> str | None:
    """18 characters, upper-case X. A 15-digit number is answered as it stands; see `modern_id_number`."""
    text = plain(raw).replace(" ", "").replace("-", "").upper()
    if not text:
        return None
    if _SCIENTIFIC.fullmatch(text) or (isinstance(raw, (int, float)) and len(text) > EXCEL_KEEPS_DIGITS):
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


def parse_amount(raw, spec, on) -> int | None:
    """Fen. `1,234.50`, `￥1234.5`, `1234.50元`; never more than two decimals, never negative."""
    text = plain(raw).removeprefix("￥").removeprefix("¥").removesuffix("元").replace(",", "").replace("，", "").strip()
    if not text:
        return None
    try:
        yuan = Decimal(text)
    except InvalidOperation as wrong:
        raise FieldRefused("AMOUNT_FORM") from wrong
    if not yuan.is_finite() or "E" in text.upper():
        raise FieldRefused("AMOUNT_FORM")
    fen = yuan * 100
    nearest = fen.to_integral_value()
    noise = Decimal("0.0001") if isinstance(raw, float) else 0
    if abs(fen - nearest) > noise:
        raise FieldRefused("AMOUNT_FRACTION_OF_FEN")
    if nearest < 0:
        raise FieldRefused("AMOUNT_NEGATIVE")
    if nearest > spec.largest_fen:
        raise FieldRefused("AMOUNT_IMPLAUSIBLE")
    return int(nearest)


def parse_rate_history(raw, spec, on) -> tuple[tuple[str, int], ...] | None:
    """`2024-01:1200.00;2025-01:1260.00` -> (("2024-01", 120000), ...), ascending months, none twice."""
    text = plain(raw).replace("；", ";")
    if not text:
        return None
    rates = [_rate(part, spec, on) for part in re.split(r"[;\n]", text) if part.strip()]
    months = [month for month, _ in rates]
    if len(set(months)) != len(months):
        raise FieldRefused("RATE_MONTH_TWICE")
    return tuple(sorted(rates))


def _rate(part: str, spec, on) -> tuple[str, int]:
    month_text, colon, amount_text = part.partition(":")
    month, fen = parse_month(month_text, spec, on), parse_amount(amount_text, spec, on)
    if not colon or month is None or fen is None:
        raise FieldRefused("RATE_HISTORY_FORM")
    return month, fen


def parse_phones(raw, spec, on) -> tuple[str, ...] | None:
    parts = [re.sub(r"[\s()-]", "", part) for part in re.split(r"[,;/、，；|]|\s{1,}(?=1\d{10})", plain(raw))]
    numbers = tuple(dict.fromkeys(part for part in parts if part))
    if any(not re.fullmatch(r"\+?\d{7,15}", number) for number in numbers):
        raise FieldRefused("PHONE_FORM")
    return numbers or None


def parse_account(raw, spec, on) -> str | None:
    text = re.sub(r"[\s-]", "", plain(raw))
    if not text:
        return None
    if _SCIENTIFIC.fullmatch(text) or (isinstance(raw, (int, float)) and len(text) > EXCEL_KEEPS_DIGITS):
        raise FieldRefused("ACCOUNT_TRUNCATED")
    if not re.fullmatch(r"[0-9]{8,32}", text):
        raise FieldRefused("ACCOUNT_FORM")
    return text


def parse_code(raw, spec, on) -> str | None:
    text = plain(raw).replace(" ", "")
    if not text:
        return None
    if text not in spec.codes:
        raise FieldRefused("UNKNOWN_VALUE")
    return spec.codes[text]


PARSERS = {
    "text": parse_text,
    "name": parse_name,
    "id_number": parse_id_number,
    "date": parse_date,
    "date_or_month": parse_date_or_month,
    "month": parse_month,
    "amount": parse_amount,
    "rate_history": parse_rate_history,
    "phones": parse_phones,
    "account": parse_account,
    "code": parse_code,
    "reason": parse_text,
}
