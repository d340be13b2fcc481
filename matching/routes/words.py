"""Words of the lists on pages and in files."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from database.jobs import Job
from matching.results.models import LISTS, MatchingRun
from web.charts import Chart, bar
from web.filters import mask_id, term
from web.language import current_language
from workflows.glossary import entries
from workflows.glossary import term as glossary_term

PREFIXES = ("reason", "method", "loss", "matching")  # where a reason has its word, the first that knows it


def reason_word(reason: str) -> str:
    """Why a case stands on its list: a source of proof, a sign of loss, or what the table found."""
    known = next((key for prefix in PREFIXES if (key := f"{prefix}.{reason}") in entries()), None)
    return glossary_term(known, current_language()) if known else reason


def source_word(source: str | None) -> str:
    return term(f"feed.{source}") if source else "—"


def headings() -> Sequence[str]:
    return (term("term.case_no"), _("姓名"), _("公民身份号码"), term("term.scheme"), term("term.benefit_kind"),
            term("term.paying_office"), _("名单"), _("原因"), _("数据来源"), _("数据日期"), _("确定程度"),
            _("比对月份"))


def line_of(row: Any) -> Sequence[Any]:
    return (row.case_no, row.name, mask_id(row.id_number), term(f"scheme.{row.scheme}"),
            term(f"benefit.{row.benefit_kind}"), row.office, term(f"list.{row.list}"), reason_word(row.reason),
            source_word(row.source), row.sign_on, sure_word(row.sure), row.month)


def sure_word(sure: int | None) -> str:
    return "—" if sure is None else term(f"sure.{SURE[sure]}")


def outcome_words(counts: dict[str, int]) -> list[tuple[str, int]]:
    """What was done, and to how many."""
    return [(term(f"field.{name}"), number) for name, number in sorted(counts.items())]


SURE = ("linked", "number_only", "number_and_name")


def differences(run: MatchingRun) -> dict[str, Any]:
    """came: rows of list, reason, source and number, most first; chart: of the lists, before and after."""
    before = run.before.counts["lists"] if run.before else {}
    after = run.counts["lists"]
    return {"came": rows_of(run.changes), "chart": _chart(before, after), "before": before, "after": after}


def differences_tried(job: Job) -> dict[str, Any]:
    """The same of a trial that is over; left: rows of list, reason and number."""
    found = job.counts
    after = {name: found["lists"].get(name, 0) for name in LISTS}
    before = {name: after[name] + _of_list(found["left"], name) - _of_list(found["came"], name) for name in LISTS}
    return {"came": rows_of(found["came"]), "left": rows_of(found["left"]), "chart": _chart(before, after),
            "after": after}


def rows_of(changes: Mapping[str, int]) -> list[tuple[str, str, str, int]]:
    """changes: "list/reason" or "list/reason/source" -> number."""
    rows = []
    for key, number in sorted(changes.items(), key=lambda one: (-one[1], one[0])):
        name, reason, *source = key.split("/")
        rows.append((name, reason_word(reason), source_word("".join(source) or None), number))
    return rows


def _of_list(changes: Mapping[str, int], name: str) -> int:
    return sum(number for key, number in changes.items() if key.split("/")[0] == name)


def _chart(before: dict[str, int], after: dict[str, int]) -> Chart:
    labels = [term(f"list.{name}") for name in LISTS]
    return bar("difference", _("与上次比对相比"), labels, {
        _("上次"): [before.get(name, 0) for name in LISTS], _("本次"): [after.get(name, 0) for name in LISTS]},
        head=_("名单"))
