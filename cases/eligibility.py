"""Who may sign next (P9): people with an active account and grant, on no other side, not related."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select

from audit import events
from audit.log import record
from cases.models import Decision, DecisionParticipant, Objection, ReviewStep
from database import db
from staff.actor import Actor
from staff.models import DeclaredRelative, Office, RoleGrant, StaffAccount
from workflows.review_chain import CHAINS, SIGNATURES, can_be_signed, required_level
from workflows.transition import OFFICE_LEVELS

READERS = ("caseworker", "reviewer", "approver")  # who sees what was referred upward
DECIDES_OBJECTION = ("dismiss_objection", "resume", "restore", "annul_death_mark", "back_pay_correction")


@dataclass(frozen=True)
class Candidate:
    natural_person_id: int
    display_name: str
    office: str
    office_path: str


def ancestors(path: str) -> list[str]:
    """The path and all above it, e.g. "51/5101/" -> ["51/", "51/5101/"]."""
    codes = path.rstrip("/").split("/")
    return ["/".join(codes[: n + 1]) + "/" for n in range(len(codes))]


def relatives_of(person: int | None) -> frozenset[int]:
    """Natural persons related by a declaration in force, whoever of the two declared it (P3)."""
    one, other = DeclaredRelative.natural_person_id, DeclaredRelative.relative_person_id
    rows = db.session.execute(select(one, other).where(or_(one == person, other == person),
                                                       DeclaredRelative.ended_on.is_(None)))
    return frozenset(b if a == person else a for a, b in rows)


def first_side(decision: Decision) -> frozenset[int]:
    return frozenset(db.session.scalars(select(DecisionParticipant.natural_person_id).where(
        DecisionParticipant.decision_id == decision.id, DecisionParticipant.side == "first")))


def _objected(decision: Decision) -> bool:
    return bool(db.session.scalar(select(Objection.id).where(
        Objection.case_id == decision.case_id, Objection.status == "open").limit(1)))


def suspension_participants(decision: Decision) -> frozenset[int]:
    """All who stood on any side of the suspension or stop an objection is about (P8); none without an objection.

    A dismissal decides it, and so does whatever would uphold it while it is open.
    """
    if decision.kind not in DECIDES_OBJECTION or not (decision.kind == "dismiss_objection" or _objected(decision)):
        return frozenset()
    earlier = select(Decision.id).where(Decision.case_id == decision.case_id, Decision.stage == "executed",
                                        Decision.kind.in_(("suspend", "stop")))
    rows = db.session.scalars(select(DecisionParticipant.natural_person_id)
                              .where(DecisionParticipant.decision_id.in_(earlier)))
    signed = db.session.scalars(select(ReviewStep.natural_person_id).where(ReviewStep.decision_id.in_(earlier)))
    return frozenset((*rows, *signed))


def holders(role: str, path: str, level: str) -> list[Candidate]:
    """People with an active grant of `role` covering `path`, of an office at `level` or higher."""
    area, home = Office.__table__.alias("area"), Office.__table__.alias("home")
    high_enough = OFFICE_LEVELS[OFFICE_LEVELS.index(level):]
    rows = db.session.execute(
        select(StaffAccount.natural_person_id, StaffAccount.display_name, home.c.name, home.c.path)
        .join(RoleGrant, RoleGrant.account_id == StaffAccount.id).join(area, RoleGrant.office_id == area.c.id)
        .join(home, StaffAccount.office_id == home.c.id)
        .where(RoleGrant.role == role, RoleGrant.status == "active", StaffAccount.active.is_(True),
               area.c.path.in_(ancestors(path)), home.c.level.in_(high_enough))
        .order_by(home.c.path.desc(), StaffAccount.id))
    return [Candidate(*row) for row in rows]


def eligible_for(decision: Decision, stage: str) -> list[Candidate]:
    """Who could sign `stage` now."""
    action, role, _guards = SIGNATURES[stage]
    barred = {decision.case.pensioner.natural_person_id} | relatives_of(decision.case.pensioner.natural_person_id)
    barred |= suspension_participants(decision)
    if stage != "initial_review":
        barred |= first_side(decision)
    found = {c.natural_person_id: c for c in holders(role, decision.office_path, required_level(decision.kind, action))
             if c.natural_person_id not in barred}
    return list(found.values())


def stages_ahead(decision: Decision) -> tuple[str, ...]:
    chain = CHAINS[decision.signatures_required]
    return chain if decision.stage == "draft" else chain[chain.index(decision.stage):]


def eligible_next(decision: Decision) -> frozenset[int]:
    """Persons who could sign next so that different persons remain for every later stage; empty where that fails."""
    sets = [frozenset(c.natural_person_id for c in eligible_for(decision, stage)) for stage in stages_ahead(decision)]
    return sets[0] if can_be_signed(sets) else frozenset()


def to_be_checked() -> ColumnElement[bool]:
    """Open decisions that wait for a signature, or would if somebody were eligible: checked daily (P9)."""
    wanted = or_(Decision.referred_path.is_not(None), Decision.proposed_by_system)
    return or_(Decision.stage.in_(SIGNATURES), and_(Decision.stage == "draft", wanted))


def check_eligible(decision: Decision, *, actor: Actor, on: date) -> str:
    """Refer upward a decision that nobody could take through; end a referral that is no longer needed (P9).

    Inside the caller's transaction, under the lock of the case. Returns "referred", "referral_ended" or "" (no change).
    """
    if eligible_next(decision):
        return _end_referral(decision, actor, on)
    if decision.referred_path or (above := _office_above(decision.office)) is None:
        return ""
    decision.referred_to, decision.referred_path, decision.referred_on = above, above.path, on
    without = tuple(stage for stage in stages_ahead(decision) if not eligible_for(decision, stage))
    record(events.DecisionReferredUpward(
        decision=decision.public_id, kind=decision.kind, round=decision.round, stage=decision.stage,
        missing=without or stages_ahead(decision), referred_to=above.code, person=actor.natural_person_id),
        case=decision.case, actor=actor, on=on)
    return "referred"


def _end_referral(decision: Decision, actor: Actor, on: date) -> str:
    if not decision.referred_to:
        return ""
    record(events.DecisionReferralEnded(decision=decision.public_id, kind=decision.kind, round=decision.round,
                                        stage=decision.stage, referred_to=decision.referred_to.code),
           case=decision.case, actor=actor, on=on)
    decision.referred_to = decision.referred_path = decision.referred_on = None
    return "referral_ended"


def _office_above(office: Office) -> Office | None:
    """The nearest office above where somebody reads decisions; the next one up where nobody does anywhere."""
    paths = ancestors(office.path)[:-1]
    staffed = db.session.scalar(
        select(Office).join(StaffAccount, StaffAccount.office_id == Office.id)
        .join(RoleGrant, RoleGrant.account_id == StaffAccount.id)
        .where(Office.path.in_(paths), StaffAccount.active.is_(True), RoleGrant.status == "active",
               RoleGrant.role.in_(READERS)).order_by(Office.path.desc()).limit(1))
    return staffed or db.session.scalar(select(Office).where(Office.path.in_(paths[-1:])))
