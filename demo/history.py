"""Two years, month by month: sources certify most people, the sweep runs, notices go out, some wrongs are righted."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from cases import sweep_releases
from cases.certifications import certify_from_source, certify_in_person
from cases.delivery import deliver
from cases.models import Case, Decision, Objection, SweepHalt, VerificationTask
from cases.objections import Lodged, lodge
from cases.periods import area_of_path
from cases.sweep import sweep
from cases.verification import finish
from database import db
from demo import comparison, duties, office_life, payments
from demo.chain import CHAINS, carry, paper, propose, sign_waiting, village_officer
from demo.comparison import compares
from demo.office_staff import actor
from workflows.deadlines import add_months
from workflows.transition import TransitionRefused

SOURCES = ("face_recognition", "hospital_stay", "travel_record")
MISSES = 8  # one in so many does nothing within the period
STILL_OPEN = timedelta(days=95)  # what happened since is left for today's desks
DAYTIME = 12  # the hour at which notices go out
OBJECTS = 3  # one suspended person in so many objects


def county_of(case: Case) -> str:
    return case.office_path.rstrip("/").rsplit("/", 1)[-1]


def live(random: Random, start: date, today: date, progress: Callable[[date], None]) -> None:
    """Every month from `start` to `today`."""
    months = (today.year - start.year) * 12 + today.month - start.month
    for month in range(1, months + 1):
        on, left = min(add_months(start, month), today), months - month
        noticed = _certify(random, on, compares(left))
        if compares(left):
            comparison.month(random, noticed, on, left)
        sweep(on, today=today)
        let_go_on(on)
        deliver(on, hour=DAYTIME)
        if on < today - STILL_OPEN:
            _object(random, on)
            sign_proposals(on)
        payments.answer(on)
        duties.keep(on, today)
        office_life.month(on, left)
        progress(on)


def _certify(random: Random, on: date, compared: bool) -> list[tuple[int, date]]:
    """Who falls due within three months is certified by a source or at a window, but for the few who miss it.

    Where registers are compared, whom they have to have seen, and when, is returned instead."""
    noticed = []
    near = list(db.session.execute(
        select(Case.id, Case.due_on).where(Case.state.in_(("pending", "verified")),
                                           Case.due_on <= on + timedelta(days=95)).order_by(Case.id)))
    db.session.rollback()
    for case_id, due in near:
        if random.randrange(MISSES) == 0 or due < on or random.randrange(3) == 0:
            continue
        seen = on - timedelta(days=random.randrange(1, 20))
        try:
            if random.randrange(10) == 0:
                at_the_window(case_id, seen, on)
            elif compared:
                noticed.append((case_id, seen))
            else:
                certify_from_source(case_id, random.choice(SOURCES), seen, f"{case_id}-{seen}", on=on)
        except TransitionRefused:
            db.session.rollback()
    return noticed


def at_the_window(case_id: int, seen: date, on: date, steps: int = 2) -> None:
    """A village officer or clerk sees the person; two others sign."""
    case = db.session.get_one(Case, case_id)
    li, wang, zhao = CHAINS[county_of(case)]
    db.session.rollback()
    decision = certify_in_person(case_id, paper("window_visit_record", seen),
                                 paper("photo_or_video", seen), actor=actor(li), on=on)
    sign_waiting(decision, (li, wang, zhao), on, steps)


def _object(random: Random, on: date) -> None:
    """Some of those suspended object; they are visited at home and, alive, resumed by three people."""
    suspended = list(db.session.scalars(select(Case.id).where(
        Case.state == "suspended", Case.state_reason == "lapsed", Case.state_since >= on - timedelta(days=40),
        ~select(Objection.id).where(Objection.case_id == Case.id).exists()).order_by(Case.id)))
    db.session.rollback()
    for case_id in suspended:
        if random.randrange(OBJECTS) == 0:
            wronged(case_id, on)


def let_go_on(on: date) -> None:
    """A run that was larger than usual is looked at by two people of the office."""
    waiting = db.session.execute(select(SweepHalt.id, SweepHalt.office_path).where(SweepHalt.status == "halted")).all()
    db.session.rollback()
    for halt, path in waiting:
        li, wang, _zhao = CHAINS[area_of_path(path)]
        sweep_releases.propose(halt, actor=actor(li), on=on)
        sweep_releases.release(halt, actor=actor(wang), on=on)


def sign_proposals(on: date) -> None:
    """The stops that SYSTEM proposed and nobody objected to are decided."""
    waiting = list(db.session.scalars(select(Decision.id).where(
        Decision.kind == "stop", Decision.stage == "initial_review").order_by(Decision.id)))
    db.session.rollback()
    for decision_id in waiting:
        decision = db.session.get_one(Decision, decision_id)
        chain = CHAINS[county_of(decision.case)]
        db.session.rollback()
        sign_waiting(decision, chain, on)


def wronged(case_id: int, on: date, steps: int = 3) -> None:
    """Objection, verification at home, resumption with arrears."""
    case = db.session.get_one(Case, case_id)
    chain, village = CHAINS[county_of(case)], village_officer(case)
    db.session.rollback()
    lodge(case_id, Lodged("to_suspension", "family", "老人健在，行动不便，未收到通知。"), actor=actor(chain[0]), on=on)
    visit(case_id, village, on)
    carry(propose(case_id, chain[0], "resume", "lapsed", on, ("home_visit_record", "photo_or_video")), chain, on, steps)


def visit(case_id: int, village: str, on: date, outcome: str = "eligible") -> None:
    task = db.session.scalar(select(VerificationTask.id).filter_by(case_id=case_id, status="open"))
    db.session.rollback()
    if task:
        note = "入户核实，见到本人。" if outcome == "eligible" else "查无此人。"
        finish(task, outcome=outcome, means="home_visit", note=note,
               evidence=paper("verification_record", on), actor=actor(village), on=on)

