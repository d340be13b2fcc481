"""Words of the ledgers: their parts, the headings and lines of their files."""
from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from cases.ledgers.reading import Asked
from cases.ledgers.table import (
    AGAIN,
    APPOINTED,
    LEDGERS,
    MISSED,
    NEVER,
    REVIEWED,
    SERVED,
    UNSERVED,
    Ledger,
    Part,
)
from cases.routes import case_pages
from cases.routes.words import words
from staff.actor import Actor
from web.filters import mask_id, term
from workflows.deadlines import months_between

YEAR = 12


@case_pages.app_template_global()
def part_of_ledger(ledger: Ledger, part: Part) -> str:
    """The part in words; bounds said so that nobody has to guess to which side the edge belongs."""
    if ledger.name == "not_certified":
        return band_words(part)
    if part.below is not None:
        return _stage(part)
    return {"past": _("已过期"), "later": _("未进入提醒期"), NEVER: _("从未核查"), AGAIN: _("应再次核查"),
            REVIEWED: _("已核查"), UNSERVED: _("尚未服务"), MISSED: _("约定日期已过"), APPOINTED: _("已预约"),
            SERVED: _("已服务")}.get(part.key) or words(f"reason.{part.key}")


@case_pages.app_template_global()
def rest_of_place(asked: Asked) -> str:
    """Those of the place that are of none of its branches."""
    away = (asked.ledger.by_residence or asked.place.residence) and not asked.place.lives_below
    return _("居住在外或未登记") if away else _("本级")


def band_words(part: Part) -> str:
    """满 10 个月不满 1 年 and so on (annex 7)."""
    start = _length(part.from_ or 0)
    return _("满 %(a)s", a=start) if part.below is None else _("满 %(a)s不满 %(b)s", a=start, b=_length(part.below))


def _length(months: int) -> str:
    years, rest = divmod(months, YEAR)
    if rest or not years:
        return ngettext("%(num)s 个月", "%(num)s 个月", months)
    return ngettext("%(num)s 年", "%(num)s 年", years)


def _stage(part: Part) -> str:
    if not part.from_:
        return _("剩余不超过 %(b)s", b=_length(part.below or 0))
    return _("剩余 %(a)s以上，不超过 %(b)s", a=_length(part.from_), b=_length(part.below or 0))


def names_of_ledgers(actor: Actor) -> list[str]:
    """Those this reader may open, for the tabs."""
    return [name for name, ledger in LEDGERS.items() if actor.roles & set(ledger.readers)]


def headings() -> list[str]:
    return [term("term.case_no"), _("姓名"), _("公民身份号码"), term("term.scheme"), term("term.benefit_kind"),
            term("term.office"), term("term.residence"), _("状态"), _("状态原因"), _("当前状态起始"),
            term("term.last_certified_on"), term("term.due_on"), _("已过月数")]


def line_of(row: Any, on: date) -> list[Any]:
    """In words; the ID number masked."""
    return [row.case_no, row.name, mask_id(row.id_number), term(f"scheme.{row.scheme}"),
            term(f"benefit.{row.benefit_kind}"), row.office, row.residence or "", term(f"state.{row.state}"),
            words(f"reason.{row.state_reason}") if row.state_reason else "", row.state_since, row.last_certified_on,
            row.due_on, months_between(row.period_start, on) if row.period_start else None]
