"""How values are written on pages and in letters. Every filter answers the dash for nothing at all."""
from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_timedelta
from flask import Flask
from jinja2 import pass_context

from cases.money import written
from web.language import current_language
from workflows.citations import cite
from workflows.glossary import UnknownTerm
from workflows.glossary import next_step as glossary_next_step
from workflows.glossary import term as glossary_term
from workflows.transition import Refusal

NOTHING = "—"
CLOCK = ZoneInfo("Asia/Shanghai")
ID_HEAD, PHONE_HEAD, TAIL = 6, 3, 4


def term(key: str | None) -> str:
    """The glossary's word for `key` in the language of this page."""
    return glossary_term(key, current_language()) if key else NOTHING


def refusal(one: Refusal) -> str:
    """The blocking fact in words, its details filled in. A code without words shows as it is: the page that explains
    must not fail."""
    try:
        words = glossary_term(f"refusal.{one.code}", current_language())
    except UnknownTerm:
        return one.code
    return words.format_map(_Detail(one.detail))


def next_step(one: Refusal) -> str:
    """What to do after a refusal; empty when the glossary says nothing."""
    try:
        return glossary_next_step(one.code, current_language())
    except UnknownTerm:
        return ""


def cited(article: str) -> str:
    """The article of a refusal as people cite it: SC-29 -> 川社险办〔2022〕25号 第二十九条."""
    return "；".join(cite(article, lang=current_language()))


def money(fen: int | None) -> str:
    """Integer fen as yuan: 123456 -> ¥1,234.56; a negative amount carries its sign in front."""
    return NOTHING if fen is None else written(fen)


def count(number: int | None) -> str:
    """A number of things: 12345 -> 12,345."""
    return NOTHING if number is None else f"{number:,}"


def day(value: date | datetime | None) -> str:
    """2026-11-21. An instant is first brought to the clock of the office."""
    if value is None:
        return NOTHING
    return (_local(value) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")


def moment(value: datetime | None) -> str:
    """An instant (UTC, naive ones included) on the clock of the office: 2026-11-21 17:30."""
    return NOTHING if value is None else _local(value).strftime("%Y-%m-%d %H:%M")


def span(length: timedelta | None) -> str:
    """A length of time in its largest unit: 3小时, 3 hours."""
    return NOTHING if length is None else format_timedelta(length, locale=current_language())


def month(value: str | date | None) -> str:
    """"2026-03" or a date -> 2026年3月 / Mar 2026."""
    if not value:
        return NOTHING
    first = date.fromisoformat(f"{value}-01") if isinstance(value, str) else value
    return format_skeleton("yMMM", first, locale=current_language())


def mask_id(number: str | None) -> str:
    """110101199003071237 -> 110101********1237."""
    return mask(number, ID_HEAD)


def mask_phone(number: str | None) -> str:
    """13812345678 -> 138****5678."""
    return mask(number, PHONE_HEAD)


def mask(value: str | None, head: int = 0, tail: int = TAIL) -> str:
    """All but `head` and `tail` characters starred; a value too short to hide anything is starred whole."""
    if not value:
        return NOTHING
    if len(value) <= head + tail:
        return "*" * len(value)
    return value[:head] + "*" * (len(value) - head - tail) + value[-tail:]


class _Detail(dict[str, object]):
    """Details of a refusal; one that words name and nobody gave shows as the dash."""

    def __missing__(self, _key: str) -> str:
        return NOTHING


def _local(value: datetime) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(CLOCK)


FILTERS = (term, refusal, next_step, cited, money, count, day, moment, span, month, mask, mask_id, mask_phone)


def _each_time(one: Callable[..., str]) -> Callable[..., str]:
    """`one` as a filter that Jinja does not work out once, in the first reader's language, when it compiles a page."""
    @pass_context
    def answered(_context: object, *args: object, **options: object) -> str:
        return one(*args, **options)

    return answered


def init_app(app: Flask) -> None:
    named = {one.__name__: one for one in FILTERS if one is not count} | {"amount": count}
    app.jinja_env.filters.update({name: _each_time(one) for name, one in named.items()})
    app.jinja_env.globals["term"] = term
