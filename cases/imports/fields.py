"""Parsers of single cells, one per field type, in one table. Pure.

A parser takes (raw, spec, on) and gives the clean value, None for an empty cell, or raises FieldRefused(code).
`raw` is what the file holds: str, int, float, datetime or date. `spec` is the field's `Field` of headings.yaml.
"""
import re
from decimal import Decimal, InvalidOperation

from cases.imports.cells import INVISIBLE, FieldRefused, digits_lost, plain
from cases.imports.date_cells import parse_date, parse_date_or_month, parse_month
from cases.imports.id_cells import parse_id_number

LONGEST_NAME = 60
_MIDDLE_DOTS = str.maketrans("•・．‧∙●", "······")


def parse_text(raw, spec, on) -> str | None:
    text = re.sub(r"\s+", " ", plain(raw))
    if len(text) > spec.longest:
        raise FieldRefused("TOO_LONG")
    return text or None


def parse_name(raw, spec, on) -> str | None:
    """A name keeps its characters (no compatibility folding: rare characters are part of it)."""
    if not plain(raw):
        return None
    text = str(raw).translate(INVISIBLE).translate(_MIDDLE_DOTS).replace("\u3000", " ").strip().lstrip("'").strip()
    text = re.sub(r"\s+", " " if text.isascii() else "", text)
    if len(text) > LONGEST_NAME:
        raise FieldRefused("TOO_LONG")
    if any(mark in text for mark in "?？□\ufffd") or any(0xE000 <= ord(c) <= 0xF8FF for c in text):
        raise FieldRefused("NAME_CHARACTER_LOST")
    if not all(c.isalpha() or c in "·〇.' -" or ord(c) > 0xFFFF for c in text):
        raise FieldRefused("NAME_CHARACTERS")
    return text


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
    if digits_lost(raw, text):
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
