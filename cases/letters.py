"""A notice as a letter: page, plain text and PDF, in Chinese or English.

Name and ID number are read from the record when the letter is made (A2); the ID number is always masked.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from flask import current_app
from markupsafe import Markup

from cases.citing import binds, letter_basis
from cases.models import Notice
from cases.notice_kinds import NoticeKind, kinds, remedies
from cases.pdf import render
from cases.periods import area_of, rules_of_case
from cases.wording import Wording, capital, print_environment

TEMPLATE_VERSION = "2"
PUBLIC_CHANNELS = frozenset({"posting"})  # read by everybody: the name is shortened
STYLES = ("print-document.css", "print-letter.css")
DAYS = frozenset({"on", "due_on", "died_on", "return_by", "lodged_on", "evidence_on", "closed_on"})
MONTHS = frozenset({"from_month", "arrears_month"})
OF_FACTS = {"overpaid": "amount_fen", "kept": "kept_fen"}
WORDS = {"reason": ("reason",), "decision_kind": ("kind",)}


@dataclass(frozen=True)
class Letter:
    """What a letter says, in one language, ready for the template."""

    lang: str
    title: str
    salutation: str
    person: str
    reason: str
    paragraphs: tuple[str, ...]
    next_step: str
    basis: tuple[str, ...]
    amount_label: str
    amount_fen: int
    remedies: tuple[tuple[str, str], ...]  # (text, basis)
    lines: tuple[dict[str, Any], ...]
    notice: Notice

    @property
    def content(self) -> dict[str, Any]:
        return self.notice.content

    @property
    def totals(self) -> dict[str, int]:
        """Column sums of the arrears sheet, in fen."""
        return {name: sum(line[name] for line in self.lines) for name in ("entitled_fen", "pay_fen", "forfeited_fen")}


def letter(notice: Notice, lang: str = "zh") -> Letter:
    """The letter of a notice. Raises KeyError for an unknown kind."""
    wording, content = Wording(lang), notice.content
    facts = content["facts"]
    row = kinds()[notice.kind].fitting(facts)
    words = {name: _written(name, value, wording) for name, value in facts.items()}
    words |= {"amount_capital": capital(facts.get("amount_fen") or 0)}
    values = content.get("rules") or row.values(rules_of_case(notice.case, notice.on))  # older ones lack it
    words |= values
    label, amount = _amount(row, content)
    return Letter(
        lang=lang, title=wording.term(row.title), salutation=_salutation(notice, wording),
        person=_person(notice), reason=_reason(row, facts, wording),
        paragraphs=tuple(text.format_map(words) for text in row.body[lang] if _holds(text, words)),
        next_step=row.next[lang],
        basis=tuple(content["basis"]), amount_label=label, amount_fen=amount,
        remedies=tuple((remedies()[name].text(lang, values), _source(name, notice)) for name in row.remedies),
        lines=tuple(content["lines"]) if row.sheet else (), notice=notice,
    )


def _source(remedy: str, notice: Notice) -> str:
    """Where the way to object is laid down: what binds the case's place."""
    text, area = remedies()[remedy].basis, area_of(notice.case)
    if binds(text, area):
        return text
    return "；".join(letter_basis([text], area, "objection_received", None, rules_of_case(notice.case, notice.on)))


def letter_html(notice: Notice, lang: str = "zh") -> str:
    """The whole document, for print."""
    return _render("letters/letter.html", notice, lang)


def letter_part(notice: Notice, lang: str = "zh") -> Markup:
    """The body alone, to stand within a page."""
    return Markup(_render("letters/_body.html", notice, lang))


def letter_text(notice: Notice, lang: str = "zh") -> str:
    """Plain text: for SMS the short form, else the letter."""
    template = "letters/sms.txt" if notice.channel == "sms" else "letters/letter.txt"
    lines = str(Markup(_render(template, notice, lang)).unescape()).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip() + "\n"


def letter_pdf(notice: Notice, lang: str = "zh") -> bytes:
    """PDF/A-3a and PDF/UA-1; the same bytes for the same record. Raises RareCharacter."""
    identifier = f"letter {TEMPLATE_VERSION} {notice.message_id} {lang}".encode()
    return render(letter_html(notice, lang), fonts=font_folder(), styles=STYLES, identifier=identifier,
                  made_on=notice.on)


def font_folder() -> Path:
    return Path(current_app.config["FONT_DIR"])


def shortened(name: str) -> str:
    """张建国 -> 张**: for what everybody may read."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def _render(template: str, notice: Notice, lang: str) -> str:
    return print_environment(lang).get_template(template).render(letter=letter(notice, lang))


def _person(notice: Notice) -> str:
    name = notice.case.pensioner.name
    return shortened(name) if notice.channel in PUBLIC_CHANNELS else name


def _holds(text: str, words: Mapping[str, Any]) -> bool:
    """Not where it names a rule that sets nothing in that place, or a fact that is not given."""
    return all(words.get(name) is not None for _literal, name, *_spec in Formatter().parse(text) if name)


def _salutation(notice: Notice, wording: Wording) -> str:
    """A dead person's letter goes to the family (SC 25)."""
    to_family = notice.case.pensioner.death_mark is not None
    text = wording.say("%(name)s的家属：") if to_family else wording.say("%(name)s：")
    return text % {"name": _person(notice)}


def _reason(row: NoticeKind, facts: Mapping[str, Any], wording: Wording) -> str:
    """The kind's own where it has one: the reason behind a decision may be what the letter takes back."""
    if row.reason:
        return row.reason[wording.lang]
    return wording.word(facts["reason"], "reason", "loss") if facts.get("reason") else str(facts.get("grounds", ""))


def _amount(row: NoticeKind, content: Mapping[str, Any]) -> tuple[str, int]:
    if row.amount == "back_pay":
        return "back_pay", content["facts"].get("amount_fen") or sum(line["pay_fen"] for line in content["lines"])
    if row.amount in OF_FACTS:
        return row.amount, content["facts"][OF_FACTS[row.amount]]
    return row.amount, content["monthly_fen"]


def _written(name: str, value: Any, wording: Wording) -> str:
    if name in DAYS:
        return wording.day(value)
    if name in MONTHS:
        return wording.month(value)
    if isinstance(value, Mapping):  # month -> fen
        return wording.join(f"{wording.month(month)} {wording.money(fen)}" for month, fen in sorted(value.items()))
    if name.endswith("_fen"):
        return wording.money(value)
    return wording.word(value, *WORDS[name]) if name in WORDS else str(value)
