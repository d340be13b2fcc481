"""A row's basis as people cite it: "SC-23、SC-24b" -> 川社险办〔2022〕25号 第二十三条、第二十四条."""
from __future__ import annotations

import re
from collections.abc import Iterable

from workflows.glossary import term

# short name -> area code (GB/T 2260) whose people it binds; "" everywhere
DOCUMENTS = {"SC": "51", "QD": "3702", "JS": "32", "GB": "", "RS": ""}
_ARTICLE = re.compile(r"(SC|QD|JS|GB|RS)-(\d+(?:\.\d+)*)[a-z]*")
_DIGITS = "零一二三四五六七八九"


def cite(basis: str | Iterable[str], area: str = "", lang: str = "zh") -> tuple[str, ...]:
    """One citation per document, in the order given; text that is a citation already stays as it is.

    area: code of the case's office; documents of other places are left out. House values come last, as such.
    """
    parts = re.split(r"、(?=[A-Z]{2}-|house)", basis) if isinstance(basis, str) else list(basis)
    articles: dict[str, list[str]] = {}
    texts, house = [], False
    for part in filter(None, parts):
        found = _ARTICLE.fullmatch(part)
        if part.startswith("house"):
            house = True
        elif found is None:
            texts.append(part)
        elif not area or area.startswith(DOCUMENTS[found[1]]):
            articles.setdefault(found[1], []).append(_article(found[2], lang))
    cited = [f"{term(f'document.{name}', lang)} {_joined(listed, lang)}" for name, listed in articles.items()]
    return (*texts, *cited, *((term("term.house_value", lang),) if house else ()))


def _joined(listed: list[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(dict.fromkeys(listed))


def _article(number: str, lang: str) -> str:
    if lang != "zh":
        return f"art. {number}"
    return f"第{number if '.' in number else _chinese(int(number))}条"


def _chinese(number: int) -> str:
    """1 to 99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")
