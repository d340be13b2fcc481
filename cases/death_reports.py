"""A death that a register or an official paper reports: the mark is set at once, rounds signed without it fall (S3)."""
from __future__ import annotations

from datetime import date

from sqlalchemy import select

from cases.deaths import insufficient, propose_stops, set_mark, tell_death
from cases.decisions import lock_decision
from cases.models import Case, DeathMark, Decision, Evidence
from cases.moves import lock_case
from cases.periods import rules_of_case
from cases.refused import attempt, refuse
from cases.review import void_changed_rounds
from database import db
from staff.actor import SYSTEM


def mark_from_source(case_id: int, source: str, died_on: date, evidence_id: int | None = None, *,
                     on: date) -> DeathMark | None:
    """A register or official paper that the area's rules hold sufficient sets the mark at once (S3; SC 13, 25).

    None when the person is marked already. Raises TransitionRefused: DEATH_REPORT_NEEDS_DECISION,
    DEATH_SOURCE_NOT_SUFFICIENT, DATE_IN_FUTURE.
    """
    with attempt("mark_death", SYSTEM, on, case_id=case_id):
        case = lock_case(case_id)
        if refused := insufficient(source, rules_of_case(case, on)):
            raise refused
        if died_on > on:
            raise refuse("DATE_IN_FUTURE", date=died_on.isoformat())
        if case.pensioner.death_mark:
            return None
        evidence = db.session.get(Evidence, evidence_id) if evidence_id else None
        mark = set_mark(case, source, died_on, evidence, actor=SYSTEM, on=on)
        open_ones = db.session.scalars(
            select(Decision.id).join(Case, Decision.case_id == Case.id)
            .where(Case.pensioner_id == case.pensioner_id, Decision.stage.in_(("recheck", "approval")))
            .order_by(Decision.case_id, Decision.id))
        void_changed_rounds([lock_decision(decision_id) for decision_id in list(open_ones)], "DEATH_MARKED",
                            actor=SYSTEM, on=on)
        propose_stops(case, mark, on=on)
        tell_death(case, mark, on=on)
        return mark
