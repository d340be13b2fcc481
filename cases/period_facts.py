"""What the guards of the case table may ask about the period of a case: certified, warned, reminded, over."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import exists

from cases.models import Case, CaseTransition, Certification, Notice, VerificationTask
from cases.periods import asks_without_evidence, rules_of_case, stored_cycle
from cases.subject import Subject, any_of
from workflows.deadlines import cycle_after, refer_on, reminder_days, warned_lapse_on, warning_from


def _valid_certification(s: Subject) -> bool:
    latest, period = s.case.last_certified_on, stored_cycle(s.case)
    covered = cycle_after(latest, period.months, s.rules.value("month_count")) if latest and period else None
    return bool(covered and covered.due_on >= s.on)


def _submitted_in_time(s: Subject) -> bool:
    due = s.case.due_on or s.on
    return any_of(exists().where(Certification.pensioner_id == s.case.pensioner_id,
                               Certification.status == "submitted", Certification.submitted_on <= due))


def _certifying_fact(s: Subject) -> bool:
    return any_of(exists().where(
        Certification.pensioner_id == s.case.pensioner_id, Certification.status == "valid",
        Certification.evidence_on >= (s.case.last_certified_on or date.min)))


def _cycle_over(s: Subject) -> bool:
    if s.case.due_on is None:
        return False
    rules = s.rules
    return s.on >= warned_lapse_on(s.case.due_on, rules.value("lapse_days_after_due"), s.case.warn_from,
                                   rules.value("warning_months"))


def _lapsed_this_period(s: Subject) -> bool:
    return any_of(exists().where(CaseTransition.case_id == s.case.id, CaseTransition.action == "lapse",
                               CaseTransition.period_due_on == s.case.due_on))


def _notice_accepted(s: Subject) -> bool:
    cycle = stored_cycle(s.case)
    since = max(filter(None, (warning_from(cycle, s.rules.value("warning_months")) if cycle else None,
                              s.case.warn_from)), default=date.min)
    told = exists().where(Notice.case_id == s.case.id, Notice.status == "accepted", Notice.on >= since)
    happened = {"notice_in_warning_period": told.where(Notice.channel != "posting"),
                "public_posting": told.where(Notice.channel == "posting")}
    happened["home_visit"] = exists().where(
        VerificationTask.case_id == s.case.id, VerificationTask.status == "finished",
        VerificationTask.means == "home_visit", VerificationTask.finished_on >= since)
    needed = s.rules.value("lapse_needs_any_of")
    return not needed or any(any_of(happened[one]) for one in needed)


def reminder_stage(case: Case, on: date) -> date | None:
    """The day on which the latest stage of reminding began; None before the first."""
    cycle, rules = stored_cycle(case), rules_of_case(case, on)
    if cycle is None:
        return None
    days = reminder_days(cycle, rules.value("reminder_month"), rules.value("reminder_months_before_due"))
    return max((day for day in days if day <= on), default=None)


def reminder_key(case: Case) -> str:
    """Begins the key of every reminder of the period; the day of the stage follows: one reminder each (S6)."""
    return f"reminder:{case.public_id}:{case.due_on}:"


def _reminder_due(s: Subject) -> bool:
    return reminder_stage(s.case, s.on) is not None and s.case.due_on >= s.on


def _reminded(s: Subject) -> bool:
    stage = reminder_stage(s.case, s.on)
    return stage is not None and any_of(exists().where(
        Notice.case_id == s.case.id, Notice.kind == "certification_due", Notice.on >= stage,
        Notice.once_key.startswith(reminder_key(s.case), autoescape=True)))


def _verification_due(s: Subject) -> bool:
    cycle = stored_cycle(s.case)
    if cycle is None or not asks_without_evidence(s.rules):
        return False
    if s.case.warn_from:
        return s.on >= s.case.warn_from
    return s.on >= refer_on(cycle, s.rules.value("refer_months_before_due"))


OF_THE_PERIOD: dict[str, Callable[[Subject], object]] = {
    "valid_certification": _valid_certification,
    "submitted_certification": _submitted_in_time,
    "certifying_fact": _certifying_fact,
    "cycle_over": _cycle_over,
    "lapsed_this_period": _lapsed_this_period,
    "notice_accepted": _notice_accepted,
    "reminder_due": _reminder_due,
    "reminded": _reminded,
    "verification_due": _verification_due,
}
