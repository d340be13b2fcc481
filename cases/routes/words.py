"""Words that pages of case work need besides the shared filters."""
from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from cases.case_view import Happened, Offer
from cases.forms.evidence import evidence_words
from cases.forms.work import PURPOSE_WORDS
from cases.models import Decision
from cases.routes import case_pages
from cases.routes.rule_words import Written, change_words
from rules import Entry
from rules.changes import Change
from web.charts import Chart, stacked
from web.filters import money, term
from workflows.glossary import UnknownTerm
from workflows.transition import Refusal

case_pages.app_template_global()(evidence_words)
FIELD_WORDS = {"id_number": _("公民身份号码"), "phone": _("联系电话"), "payee_account": _("发放账户")}


@case_pages.app_template_filter("words")
def words(key: str) -> str:
    """The glossary's word; a name without one shows as it is: an old event must not break the page."""
    try:
        return term(key)
    except UnknownTerm:
        return key.partition(".")[2]


@case_pages.app_template_filter("source")
def source(basis: str | None) -> str:
    """Document and article; what this system set itself is called so."""
    house = basis is not None and basis.startswith("house:")
    return term("term.house_value") if house else basis or ""


@case_pages.app_template_filter("barred_alike")
def barred_alike(offers: Iterable[Offer]) -> list[tuple[tuple[Refusal, ...], list[Offer]]]:
    """Kinds that cannot be opened for the same reasons together, so that the reasons stand there once."""
    found: list[tuple[tuple[Refusal, ...], list[Offer]]] = []
    for offer in (one for one in offers if one.refusals):
        alike = next((barred for refusals, barred in found if refusals == offer.refusals), None)
        alike.append(offer) if alike else found.append((offer.refusals, [offer]))
    return found


@case_pages.app_template_filter("grouped_by_noise")
def grouped_by_noise(events: Iterable[Happened]) -> list[tuple[bool, list[Happened]]]:
    """Runs of notices (True) and of everything else, in the order given."""
    return [(quiet, list(run)) for quiet, run in groupby(events, key=lambda event: event.family == "notice")]


@case_pages.app_template_global()
def purposes() -> list[tuple[str, object]]:
    return list(PURPOSE_WORDS.items())


@case_pages.app_template_global()
def unmask_words(name: str) -> object:
    """Of a field shown whole, or of the purpose it was shown for."""
    return {**FIELD_WORDS, **PURPOSE_WORDS}.get(name, name)


PROPOSED = {
    "reasons": _("说明"), "died_on": _("死亡日期"), "released_on": _("释放日期"), "acquitted": _("已宣告无罪或不起诉"),
    "arrears_reason": _("补发按何种情形计算"), "account_status": _("个人账户"), "material_reason": _("材料按何种情形"),
    "heir_name": _("受益人或继承人姓名"), "heir_account": _("受益人收款账号"),
    "heir_relation": _("与逝者的关系"), "resume": _("同时恢复发放"),
    "months": _("更正或追回的月份和金额"), "amount_fen": _("合计"), "basis": _("依据"), "new_name": _("变更后的姓名"),
    "new_id_number": _("变更后的公民身份号码"), "evidence_on": _("认证日期"),
    "new_birth_on": _("变更后的出生日期"), "new_payee_name": _("变更后的户名"), "new_payee_bank": _("变更后的开户银行"),
    "new_payee_account": _("变更后的银行账号"), "rates": _("自何月起的待遇标准"),
}
PARTS = {
    "arrears": _("补发金额"), "case": _("案件状态或待遇标准"), "contrary": _("相反的事实"), "evidence": _("佐证资料"),
    "overpaid": _("多发月份的现状"),
    "fields": _("办理内容"), "identity": _("身份信息"),
    "payee": _("收款账户"), "personal": _("拟变更的个人信息"),
    "reason": _("原因"), "rules": _("规则版本"), "signatures_required": _("签署人数"),
}


@case_pages.app_template_global()
def field_words(name: str) -> object:
    """Of a proposed field."""
    return PROPOSED.get(name, name)


@case_pages.app_template_global()
def part_words(name: str) -> object:
    """Of a part of what is signed."""
    return PARTS.get(name, name)


@case_pages.app_template_global()
def rule_words(entry: Entry) -> str:
    """A rule value in a sentence."""
    name, _dot, row = entry.path.partition(".")
    if name == "signatures":
        return gettext("%(kind)s：%(n)s 人签署", kind=term(f"kind.{row}"), n=entry.value)
    if name == "office_level":
        return gettext("复核、审核机构层级：%(level)s以上", level=term(f"level.{entry.value}"))
    return gettext("补发规则：%(reason)s", reason=words(f"reason.{row}"))


@case_pages.app_template_global()
def change_rows(found: Iterable[Change]) -> list[tuple[str, Change, Written | None, Written | None]]:
    """Amended rules with their words, old and new."""
    return change_words(found)


@case_pages.app_template_global()
def arrears_chart(decision: Decision) -> Chart:
    """The sheet as bars: paid and forfeited, month by month."""
    series = {term("term.back_payment"): [line.pay_fen for line in decision.lines]}
    if any(line.forfeited_fen for line in decision.lines):
        series[term("month.forfeited")] = [line.forfeited_fen for line in decision.lines]
    return stacked("arrears", gettext("按月应补金额"), [line.month for line in decision.lines], series, written=money)
