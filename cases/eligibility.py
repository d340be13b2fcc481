"""Who may sign next (P9): people with an active account and grant, on no other side, not related."""
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Integer, and_, bindparam, or_, select

from audit import events
from audit.log import record
from cases.models import (
    Decision,
    DecisionParticipant,
    GatheredLoss,
    NotPassed,
    Objection,
    ReviewStep,
    SuspensionBatch,
    SuspensionRow,
)
from database import db
from database.prepared import rows_of
from staff.actor import Actor
from staff.models import DeclaredRelative, Office, RoleGrant, StaffAccount
from workflows.review_chain import (
    CHAINS,
    DECIDES_OBJECTION,
    DISMISSES_OBJECTION,
    SIGNATURES,
    can_be_signed,
    required_level,
)
from workflows.roles import CHAIN
from workflows.transition import OFFICE_LEVELS

RELATIVES = select(DeclaredRelative.natural_person_id, DeclaredRelative.relative_person_id).where(
    or_(DeclaredRelative.natural_person_id == bindparam("person", type_=Integer),
        DeclaredRelative.relative_person_id == bindparam("person", type_=Integer)),
    DeclaredRelative.ended_on.is_(None))


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
    return frozenset(b if a == person else a for a, b in rows_of(RELATIVES, {"person": person}))


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
    dismisses = decision.kind in DISMISSES_OBJECTION
    if decision.kind not in DECIDES_OBJECTION or not (dismisses or _objected(decision)):
        return frozenset()
    earlier = select(Decision.id).where(Decision.case_id == decision.case_id, Decision.stage == "executed",
                                        Decision.kind.in_(("suspend", "stop")))
    rows = db.session.scalars(select(DecisionParticipant.natural_person_id)
                              .where(DecisionParticipant.decision_id.in_(earlier)))
    signed = db.session.scalars(select(ReviewStep.natural_person_id).where(ReviewStep.decision_id.in_(earlier)))
    return frozenset((*rows, *signed, *_batch_people(decision.case_id)))


def _batch_people(case_id: int) -> set[int]:
    """Who proposed or released a batch that suspended the case (QD 25), or noted that it was not passed."""
    batches = db.session.execute(
        select(SuspensionBatch.proposed_by_person, SuspensionBatch.released_by_person).join(SuspensionRow)
        .where(SuspensionRow.case_id == case_id, SuspensionBatch.status == "released"))
    of_losses = db.session.execute(
        select(SuspensionBatch.proposed_by_person, SuspensionBatch.released_by_person).join(GatheredLoss)
        .join(Decision).where(Decision.case_id == case_id, SuspensionBatch.status == "released"))
    noted = db.session.scalars(select(NotPassed.noted_by_person).where(NotPassed.case_id == case_id))
    return {one for row in (*batches, *of_losses) for one in row if one} | set(noted)


def holders(roles: Iterable[str], path: str) -> list[tuple[str, str, Candidate]]:
    """(role, level of the person's office, person): active grants of `roles` covering `path`, nearest offices first."""
    area, home = Office.__table__.alias("area"), Office.__table__.alias("home")
    rows = db.session.execute(
        select(RoleGrant.role, home.c.level, StaffAccount.natural_person_id, StaffAccount.display_name, home.c.name,
               home.c.path)
        .join(RoleGrant, RoleGrant.account_id == StaffAccount.id).join(area, RoleGrant.office_id == area.c.id)
        .join(home, StaffAccount.office_id == home.c.id)
        .where(RoleGrant.role.in_(roles), RoleGrant.status == "active", StaffAccount.active.is_(True),
               area.c.path.in_(ancestors(path)))
        .order_by(home.c.path.desc(), StaffAccount.id))
    return [(role, level, Candidate(*row)) for role, level, *row in rows]


def eligible_ahead(decision: Decision) -> dict[str, list[Candidate]]:
    """stage -> who could sign it now, for every stage ahead."""
    person, ahead = decision.case.pensioner.natural_person_id, stages_ahead(decision)
    barred = {person} | relatives_of(person) | suspension_participants(decision)
    later = barred | first_side(decision)
    held = holders([SIGNATURES[stage][1] for stage in ahead], decision.office_path)
    return {stage: who_could(stage, decision.kind, decision.office_level, held,
                             barred if stage == "initial_review" else later) for stage in ahead}


def who_could(stage: str, kind: str, level: str, held: Iterable[tuple[str, str, Candidate]],
              barred: Collection[int]) -> list[Candidate]:
    """Those of the holders who could sign the stage of such a decision, none of them barred."""
    action, wanted, _guards = SIGNATURES[stage]
    lowest = OFFICE_LEVELS.index(required_level(kind, action, asked=level))
    found = {one.natural_person_id: one for role, own, one in held
             if role == wanted and OFFICE_LEVELS.index(own) >= lowest and one.natural_person_id not in barred}
    return list(found.values())


def stages_ahead(decision: Decision) -> tuple[str, ...]:
    chain = CHAINS[decision.signatures_required]
    return chain if decision.stage == "draft" else chain[chain.index(decision.stage):]


def eligible_next(ahead: Mapping[str, list[Candidate]]) -> frozenset[int]:
    """Persons who could sign next so that different persons remain for every later stage; empty where that fails."""
    sets = [frozenset(one.natural_person_id for one in people) for people in ahead.values()]
    return sets[0] if can_be_signed(sets) else frozenset()


def awaited_elsewhere(decision: Decision, ahead: Mapping[str, list[Candidate]]) -> str | None:
    """Code of the nearest office whose people must sign a stage that nobody of the decision's own office and below may;
    None where each stage has somebody here, or nobody anywhere (that is `check_eligible`'s)."""
    nearest = (people[0] for people in ahead.values()
               if people and not any(one.office_path.startswith(decision.office_path) for one in people))
    return next((one.office_path.rstrip("/").rsplit("/", 1)[-1] for one in nearest), None)


def to_be_checked() -> ColumnElement[bool]:
    """Open decisions that wait for a signature, or would if somebody were eligible: checked daily (P9)."""
    wanted = or_(Decision.referred_path.is_not(None), Decision.proposed_by_system)
    return or_(Decision.stage.in_(SIGNATURES), and_(Decision.stage == "draft", wanted))


def check_eligible(decision: Decision, ahead: Mapping[str, list[Candidate]] | None = None, *, actor: Actor,
                   on: date) -> str:
    """Refer upward a decision that nobody could take through; end a referral that is no longer needed (P9).

    Inside the caller's transaction, under the lock of the case. Returns "referred", "referral_ended" or "" (no change).
    """
    ahead = eligible_ahead(decision) if ahead is None else ahead
    if eligible_next(ahead):
        return _end_referral(decision, actor, on)
    if decision.referred_path or (above := _office_above(decision.office)) is None:
        return ""
    decision.referred_to, decision.referred_path, decision.referred_on = above, above.path, on
    without = tuple(stage for stage, people in ahead.items() if not people)
    record(events.DecisionReferredUpward(
        decision=decision.public_id, kind=decision.kind, round=decision.round, stage=decision.stage,
        missing=without or tuple(ahead), referred_to=above.code, person=actor.natural_person_id),
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
               RoleGrant.role.in_(CHAIN)).order_by(Office.path.desc()).limit(1))
    return staffed or db.session.scalar(select(Office).where(Office.path.in_(paths[-1:])))
