"""What is on the desks today: deaths, a man wrongly declared dead, a restoration, and decisions half-way."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select

from cases import review
from cases.models import Case, Decision
from cases.objections import Lodged, lodge
from cases.withdrawals import withdraw
from database import db
from demo.chain import CHAINS, carry, propose, sign_waiting, village_officer
from demo.history import at_the_window, county_of, visit, wronged
from demo.office_staff import actor, declare_relative

DEATH_PAPERS = ("medical_death_certificate",)
CLOSING_PAPERS = (*DEATH_PAPERS, "identity_document", "relation_proof", "account_proof", "settlement_sheet")
ALIVE_PAPERS = ("home_visit_record", "source_correction", "photo_or_video")


def cases_in(*states: str, county: str = "510107", reason: str | None = None) -> Iterator[int]:
    """Ids of cases without an open decision, oldest first."""
    query = select(Case.id).where(Case.state.in_(states), Case.office_path.like(f"%/{county}/")).order_by(Case.id)
    if reason:
        query = query.where(Case.state_reason == reason)
    busy = select(Decision.case_id).where(Decision.stage.in_(("draft", "initial_review", "recheck", "approval")))
    ids = list(db.session.scalars(query.where(Case.id.not_in(busy))))
    db.session.rollback()
    return iter(ids)


def tell(today: date) -> None:
    """Every story, each on cases of its own."""
    living = cases_in("verified", "pending")
    earlier = today - timedelta(days=70)
    _deaths(living, earlier)
    _wrongly_dead(living, earlier, today)
    _restored(living, earlier, today)
    _half_way(living, today)
    _three_month_stops(today)
    _relative(living, today)


def _stop_for_death(case_id: int, on: date) -> None:
    carry(propose(case_id, "li", "stop", "death", on, DEATH_PAPERS, died_on=(on - timedelta(days=40)).isoformat()),
          CHAINS["510107"], on)


def _deaths(living: Iterator[int], on: date) -> None:
    """Four deaths with papers; two are deregistered, one of those accounts is sealed."""
    dead = [next(living) for _ in range(4)]
    for case_id in dead:
        _stop_for_death(case_id, on)
    for case_id, status in zip(dead[:2], ("settled", "sealed"), strict=True):
        carry(propose(case_id, "li", "terminate", "death", on, CLOSING_PAPERS, account_status=status,
                      died_on=(on - timedelta(days=40)).isoformat()), CHAINS["510107"], on)
    decision = propose(dead[2], "li", "terminate", "death", on, CLOSING_PAPERS, account_status="settled",
                       died_on=(on - timedelta(days=40)).isoformat())
    carry(decision, CHAINS["510107"], on, steps=2)


def _wrongly_dead(living: Iterator[int], on: date, today: date) -> None:
    """Two wrongly declared dead: one put right, with arrears; one waits for recheck."""
    for steps in (3, 1):
        case_id = next(living)
        _stop_for_death(case_id, on)
        carry(propose(case_id, "chen", "annul_death_mark", "death", today, ALIVE_PAPERS, resume=True,
                      arrears_reason="death"), ("chen", "wang", "zhao"), today, steps)


def _restored(living: Iterator[int], on: date, today: date) -> None:
    """Terminated for another pension by mistake; restored by three people of the city."""
    case_id = next(living)
    carry(propose(case_id, "li", "stop", "other", on, ("loss_record",)), CHAINS["510107"], on)
    carry(propose(case_id, "li", "terminate", "other_pension", on, ("other_pension_proof", "settlement_sheet"),
                  account_status="settled"), CHAINS["510107"], on)
    carry(propose(case_id, "city.li", "restore", "other", today, ALIVE_PAPERS, arrears_reason="other"),
          CHAINS["5101"], today)


def _half_way(living: Iterator[int], today: date) -> None:
    """A resumption at each stage, one returned, one withdrawn, an objection dismissed, a certification to recheck."""
    suspended = cases_in("suspended", reason="lapsed")
    for steps in (0, 1, 2):
        if (case_id := next(suspended, None)) is not None:
            wronged(case_id, today, steps)
    decision = propose(next(living), "li", "suspend", "suspected_loss", today, ("bank_report",))
    carry(decision, CHAINS["510107"], today, steps=1)
    review.return_(decision.id, opinion="照片不清晰，请补充。", actor=actor("wang"), on=today)
    withdraw(propose(next(living), "chen", "suspend", "suspected_loss", today, ("bank_report",)).id,
             actor=actor("chen"), on=today)
    if (case_id := next(suspended, None)) is not None:
        _dismissed(case_id, today)
    at_the_window(next(living), today - timedelta(days=1), today, steps=1)


def _dismissed(case_id: int, today: date) -> None:
    village = village_officer(db.session.get_one(Case, case_id))
    lodge(case_id, Lodged("to_suspension", "unit", "单位认为应继续发放。"), actor=actor("li"), on=today)
    visit(case_id, village, today, "not_found")
    decision = propose(case_id, "li", "dismiss_objection", None, today, ("verification_record",),
                       reasons="入户核实查无此人。")
    carry(decision, CHAINS["510107"], today)


def _three_month_stops(today: date) -> None:
    """SYSTEM's proposals: some signed through, some waiting."""
    waiting = list(db.session.execute(select(Decision.id, Decision.case_id).where(
        Decision.kind == "stop", Decision.proposed_by_system, Decision.stage == "initial_review",
    ).order_by(Decision.id)))
    for position, (decision_id, case_id) in enumerate(waiting[: len(waiting) // 2]):
        chain = CHAINS[county_of(db.session.get_one(Case, case_id))]
        db.session.rollback()
        sign_waiting(db.session.get_one(Decision, decision_id), chain, today, steps=2 - position % 2)


def _relative(living: Iterator[int], today: date) -> None:
    """Chen's parent draws a pension here: Chen may not touch the case."""
    number = db.session.get_one(Case, next(living)).pensioner.id_number
    db.session.rollback()
    declare_relative("chen", number, today)
