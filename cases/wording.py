"""How values are written in letters and dossiers: by the language asked for, not by the reader's session."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cases.money import written
from translations.catalogue import ROOT, Catalogue, load_catalogue
from workflows.glossary import UnknownTerm, entries, term

CLOCK = ZoneInfo("Asia/Shanghai")
HTML_CODES = {"zh": "zh-CN", "en": "en"}
NOTHING = "—"
DIGITS, PLACES, GROUPS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟"), ("", "万", "亿", "万亿")
# A reason or status may stand under one of several prefixes of the glossary.
PREFIXES = ("reason", "loss", "action", "status", "death_source", "method", "means", "evidence", "cause")


class Wording:
    """Words and figures in one language: `zh` or `en`."""

    def __init__(self, lang: str) -> None:
        if lang not in HTML_CODES:
            raise ValueError(f"no wording in {lang!r}")
        self.lang, self.html_lang = lang, HTML_CODES[lang]

    def say(self, chinese: str, **values: Any) -> str:
        """The page text in this language."""
        text = _catalogues()[self.lang].gettext(chinese)
        return text % values if values else text

    def term(self, key: str | None) -> str:
        """The glossary's word for `prefix.name`; a key that it lacks stays as it is."""
        if not key:
            return NOTHING
        try:
            return term(key, self.lang)
        except UnknownTerm:
            return key.rpartition(".")[2]

    def word(self, name: str | None, *prefixes: str) -> str:
        """The glossary's word for a name under the first prefix that has it; other text stays as it is."""
        if not name:
            return NOTHING
        keys = (f"{prefix}.{name}" for prefix in prefixes or PREFIXES)
        return next((self.term(key) for key in keys if key in entries()), name)

    def day(self, value: date | str | None) -> str:
        """2026年3月15日 / 15 March 2026."""
        if not value:
            return NOTHING
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return f"{day.year}年{day.month}月{day.day}日" if self.lang == "zh" else f"{day.day} {day:%B %Y}"

    def month(self, value: str | None) -> str:
        """"2026-03" -> 2026年3月 / March 2026."""
        if not value:
            return NOTHING
        first = date.fromisoformat(f"{value}-01")
        return f"{first.year}年{first.month}月" if self.lang == "zh" else f"{first:%B %Y}"

    def moment(self, value: datetime | str | None) -> str:
        """An instant on the clock of the office: 2026-03-15 17:30:05."""
        if not value:
            return NOTHING
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
        aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        return aware.astimezone(CLOCK).strftime("%Y-%m-%d %H:%M:%S")

    def money(self, fen: int | None) -> str:
        """Integer fen: 123456 -> ¥1,234.56 ."""
        return NOTHING if fen is None else written(fen)

    def join(self, parts: Iterable[str]) -> str:
        return ("；" if self.lang == "zh" else "; ").join(parts)


def capital(fen: int) -> str:
    """Integer fen (not negative, below 10^16 yuan) in Chinese capital numerals: 10050 -> 壹佰元伍角整."""
    yuan, jiao, cent = fen // 100, fen // 10 % 10, fen % 10
    head = f"{_whole(yuan)}元" if yuan or not fen else ""
    if not (jiao or cent):
        return f"{head}整"
    tenths = f"{DIGITS[jiao]}角" if jiao else ("零" if yuan else "")
    return head + tenths + (f"{DIGITS[cent]}分" if cent else "整")


def _whole(number: int) -> str:
    if number == 0:
        return DIGITS[0]
    digits = str(number)
    text, zero, group_empty = "", False, True
    for index, figure in enumerate(digits):
        place = len(digits) - 1 - index
        if figure == "0":
            zero = True
        else:
            text += (DIGITS[0] if zero and text else "") + DIGITS[int(figure)] + PLACES[place % 4]
            zero, group_empty = False, False
        if place % 4 == 0:
            text += "" if group_empty else GROUPS[place // 4]
            group_empty = True
    return text


def environment(wording: Wording) -> Environment:
    """Templates of print: escaped, strict about names, no request and no session in reach."""
    made = Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.do"])
    made.globals.update(_=wording.say, w=wording)
    made.filters.update(term=wording.term, word=wording.word, day=wording.day, month=wording.month,
                        moment=wording.moment, money=wording.money, capital=capital)
    return made


@cache
def print_environment(lang: str) -> Environment:
    return environment(Wording(lang))


@cache
def _catalogues() -> dict[str, Catalogue]:
    return load_catalogue()
