"""The named facts of a case as SQL: what case_facts.py and period_facts.py read for one case (a test compares them).

Each is over `cases` joined with the rules of its place (cases/rule_values.py).
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)

from cases.batch_facts import OF_A_BATCH_SQL
from cases.dates_sql import add_days, add_months, first_of_month, later_of, months_between
from cases.eligibility_sql import Staffed, staffed
from cases.models import (
    Case,
    CaseTransition,
    Certification,
    DeathMark,
    Decision,
    Notice,
    Objection,
    PaymentReturn,
    Pensioner,
    VerificationTask,
)
from cases.models.decision import MOVING, OPEN_STAGES
from cases.predicates_sql import CannotCompile, compiled
from cases.rule_values import Places
from rules.vocabulary import BENEFIT_KINDS
from workflows.case_lifecycle import CASE
from workflows.predicates import Node
from workflows.transition import SYSTEM, Transition

_FIRST_DATE = date(1, 1, 1)


@dataclass(frozen=True)
class Scope:
    """What the facts are about: a day, the rules of each place. import_released: of a run that enters cases."""

    on: date
    places: Places
    import_released: bool = False

    @cached_property
    def rule(self) -> CTE:
        return self.places.table()

    @cached_property
    def stage(self) -> CTE:
        return self.places.stages()

    @cached_property
    def staffed(self) -> Staffed:
        return staffed()

    def cases(self) -> Select[Any]:
        """Ids of the cases of these places; the net and the condition are the caller's."""
        here = and_(self.rule.c.office_path == Case.office_path, self.rule.c.scheme == Case.scheme)
        return select(Case.id).join(self.rule, here)

    def condition(self, tree: Node) -> ColumnElement[bool]:
        """A predicate tree as a condition on `cases()`. Raises CannotCompile."""
        return compiled(tree, {name: FACTS_SQL[name](self) for name in tree.names() if name in FACTS_SQL}, NEVER_NULL)

    def allows(self, action: str) -> ColumnElement[bool]:
        """Where SYSTEM may take `action` now, from whatever state. Raises CannotCompile."""
        rows = [row for row in CASE.transitions if row.action == action and row.source is not None]
        if not rows:
            raise CannotCompile(f"no rows: {action}")
        return or_(*(self.allows_row(row) for row in rows))

    def allows_row(self, row: Transition) -> ColumnElement[bool]:
        """Where SYSTEM may take this row. Raises CannotCompile where it is not SYSTEM's, or enters a case."""
        if SYSTEM not in row.by or row.when is None or row.source is None:
            raise CannotCompile(f"{row.action} from {row.source} is not for bulk")
        return and_(Case.state == row.source, self.condition(row.when))


def _truth(condition: Any) -> ColumnElement[bool]:
    return func.coalesce(condition, false())


def _months(s: Scope) -> ColumnElement[int]:
    """Of the period the case keeps; NULL without one."""
    return months_between(Case.period_start, add_days(Case.due_on, 1))


def _warning_from(s: Scope) -> ColumnElement[date]:
    return add_months(Case.period_start, _months(s) - s.rule.c.warning_months)


def _valid_certification(s: Scope) -> ColumnElement[bool]:
    latest, rule = Case.last_certified_on, s.rule.c
    start = case((rule.whole, add_months(first_of_month(latest), rule.months_later)), else_=latest)
    end, on = add_months(start, _months(s)), literal(s.on, Date)
    return _truth(and_(_months(s) != 0, case((rule.whole, end > on), else_=end >= on)))


def _submitted_in_time(s: Scope) -> ColumnElement[bool]:
    return exists().where(Certification.pensioner_id == Case.pensioner_id, Certification.status == "submitted",
                          Certification.submitted_on <= func.coalesce(Case.due_on, literal(s.on, Date)))


def _certifying_fact(s: Scope) -> ColumnElement[bool]:
    return exists().where(Certification.pensioner_id == Case.pensioner_id, Certification.status == "valid",
                          or_(Case.last_certified_on.is_(None), Certification.evidence_on >= Case.last_certified_on))


def _cycle_over(s: Scope) -> ColumnElement[bool]:
    warned = add_days(add_months(Case.warn_from, s.rule.c.warning_months), s.rule.c.lapse_days)
    return _truth(and_(Case.due_on <= s.rule.c.lapse_before, or_(Case.warn_from.is_(None), warned <= s.on)))


def _lapsed_this_period(s: Scope) -> ColumnElement[bool]:
    return exists().where(CaseTransition.case_id == Case.id, CaseTransition.action == "lapse",
                          CaseTransition.period_due_on.is_not_distinct_from(Case.due_on))


def _notice_accepted(s: Scope) -> ColumnElement[bool]:
    never = literal(_FIRST_DATE, Date)
    since = later_of(func.coalesce(_warning_from(s), never), func.coalesce(Case.warn_from, never))
    told = exists().where(Notice.case_id == Case.id, Notice.status == "accepted", Notice.on >= since)
    visited = exists().where(VerificationTask.case_id == Case.id, VerificationTask.status == "finished",
                             VerificationTask.means == "home_visit", VerificationTask.finished_on >= since)
    rule = s.rule.c
    return or_(rule.needs_nothing, and_(rule.needs_notice, told.where(Notice.channel != "posting")),
               and_(rule.needs_posting, told.where(Notice.channel == "posting")), and_(rule.needs_visit, visited))


def _verification_due(s: Scope) -> ColumnElement[bool]:
    refer_on = add_months(Case.period_start, _months(s) - s.rule.c.refer_months)
    due = case((Case.warn_from.is_not(None), Case.warn_from <= s.on), else_=refer_on <= s.on)
    return _truth(and_(s.rule.c.refers, _months(s).is_not(None), due))


def _of_benefit(s: Scope, name: str) -> ColumnElement[int]:
    """The value of the case's kind of benefit: a column of the rules for each."""
    return case(*((Case.benefit_kind == kind, s.rule.c[f"{name}_{kind}"]) for kind in BENEFIT_KINDS))


def _of_age(s: Scope, years: ColumnElement[int]) -> ColumnElement[bool]:
    """NULL where there is no such age."""
    born = select(Pensioner.birth_on).where(Pensioner.id == Case.pensioner_id).correlate(Case).scalar_subquery()
    return add_months(born, years * 12) <= s.on


def _period_to_begin(s: Scope) -> ColumnElement[bool]:
    age = _of_benefit(s, "age")
    begun = or_(age.is_(None), and_(_of_age(s, age), Case.granted_on <= s.on))
    return _truth(and_(Case.due_on.is_(None), _of_benefit(s, "months") > 0, begun))


def _adult_dependant(s: Scope) -> ColumnElement[bool]:
    concerned = s.rule.c.adult_kinships.contains(literal(",") + Case.kinship + ",")
    able = func.coalesce(Case.work_capacity, "") != "wholly_lost"
    return _truth(and_(Case.benefit_kind == "dependants_allowance", concerned, able,
                       _of_age(s, s.rule.c.adult_age)))


def _arrears_returned(s: Scope) -> ColumnElement[bool]:
    """Of the last resumption executed; where there was none, nothing is open."""
    later = Decision.__table__.alias("later_resumption")
    executed = ("resume", "restore", "annul_death_mark")
    last = ~exists().where(later.c.case_id == Decision.case_id, later.c.stage == "executed",
                           later.c.kind.in_(executed), later.c.id > Decision.id)
    paid = exists().where(PaymentReturn.case_id == Case.id, PaymentReturn.accepted.is_(True),
                          PaymentReturn.decision_no == Decision.decision_no)
    return ~exists().where(Decision.case_id == Case.id, Decision.stage == "executed", Decision.kind.in_(executed),
                           last, Decision.back_pay_fen != 0, ~paid)


def suspended_from() -> ColumnElement[date]:
    """The day from which the months of a suspension count: its first, or that of the last dismissal of an objection."""
    dismissed = (select(func.max(Objection.closed_on))
                 .where(Objection.case_id == Case.id, Objection.status == "dismissed").scalar_subquery())
    return later_of(Case.state_since, func.coalesce(dismissed, Case.state_since))


def _months_suspended(s: Scope) -> ColumnElement[int]:
    return months_between(suspended_from(), s.on)


def _open_task(*conditions: Any) -> ColumnElement[bool]:
    return exists().where(VerificationTask.case_id == Case.id, VerificationTask.status == "open", *conditions)


def _stage(s: Scope) -> ColumnElement[date]:
    """The day on which the latest stage of reminding began; NULL before the first."""
    stage, months = s.stage.c, _months(s)
    day = add_months(Case.period_start, case((stage.from_start, stage.months), else_=months - stage.months))
    return select(func.max(day)).where(stage.kind == s.rule.c.kind, day <= s.on).correlate(
        Case, s.rule).scalar_subquery()


def _reminded(s: Scope) -> ColumnElement[bool]:
    key = literal("reminder:") + Case.public_id + ":" + cast(Case.due_on, String) + ":"
    return exists().where(Notice.case_id == Case.id, Notice.kind == "certification_due", Notice.on >= _stage(s),
                          func.substr(Notice.once_key, 1, func.length(key)) == key)


def _marked(s: Scope) -> ColumnElement[bool]:
    return exists().where(DeathMark.pensioner_id == Case.pensioner_id, DeathMark.annulled_on.is_(None))


FACTS_SQL: Mapping[str, Callable[[Scope], ColumnElement[Any]]] = MappingProxyType(OF_A_BATCH_SQL | {
    "death_marked": _marked,
    "conflicting_loss": _marked,
    "valid_certification": _valid_certification,
    "submitted_certification": _submitted_in_time,
    "certifying_fact": _certifying_fact,
    "cycle_over": _cycle_over,
    "lapsed_this_period": _lapsed_this_period,
    "notice_accepted": _notice_accepted,
    "notices_recorded": lambda s: exists().where(Notice.case_id == Case.id, Notice.kind == "suspended",
                                                 Notice.status == "accepted"),
    "open_objection": lambda s: exists().where(Objection.case_id == Case.id, Objection.status == "open"),
    "open_decision": lambda s: exists().where(Decision.case_id == Case.id, Decision.stage.in_(OPEN_STAGES),
                                              Decision.kind.in_(MOVING)),
    "open_verification": lambda s: _open_task(),
    "verification_overdue": lambda s: _open_task(VerificationTask.due_on < s.on,
                                                 VerificationTask.escalated_on.is_(None)),
    "verification_escalated": lambda s: _open_task(VerificationTask.escalated_on.is_not(None)),
    "home_visit_open": lambda s: _open_task(VerificationTask.cause == "home_visit"),
    "reminder_due": lambda s: _truth(and_(_stage(s).is_not(None), Case.due_on >= s.on)),
    "reminded": _reminded,
    "period_to_begin": _period_to_begin,
    "adult_dependant": _adult_dependant,
    "adult_looked_at": lambda s: exists().where(VerificationTask.case_id == Case.id,
                                                VerificationTask.cause == "dependant_adult"),
    "verification_due": _verification_due,
    "arrears_returned": _arrears_returned,
    "import_released": lambda s: literal(s.import_released),
    "months_suspended": _months_suspended,
    "months_to_stop": lambda s: s.rule.c.stop_months,
})
NEVER_NULL = frozenset(FACTS_SQL) - {"months_suspended", "months_to_stop"}
