"""Looking up whoever stands at a window (SC 5, 11): by the whole ID number only, anywhere, and on the log.

An exception to areas (A1), hence narrow: no more than it takes to know the person, and nobody guesses at numbers.
"""
from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from audit.events import LookUpMissed, PersonLookedUp
from audit.log import record
from audit.models import AuditEvent, AuditTx
from cases.models import Case, Pensioner
from cases.refused import attempt, refuse
from database import db
from database.types import blind_index, now
from rules import rules_for
from staff.access import lock_actor
from staff.actor import Actor
from staff.models import NaturalPerson

WINDOW = timedelta(hours=1)


def look_up(id_number: str, *, actor: Actor, on: date) -> list[Case]:
    """The benefits of the person that are not terminated, oldest case first; none when there are none.

    Raises TransitionRefused TOO_MANY_LOOK_UPS when this account found nobody too often within the hour.
    """
    with attempt("look_up", actor, on):
        actor = lock_actor(actor)
        if _misses(actor) >= int(rules_for("", on).value("window_misses_an_hour")):
            raise refuse("TOO_MANY_LOOK_UPS")
        found = _cases_of(id_number)
        happened = PersonLookedUp(cases=len(found)) if found else LookUpMissed()
        record(happened, actor=actor, on=on, office_path=actor.office_path)
        return found


def _misses(actor: Actor) -> int:
    query = (select(func.count()).select_from(AuditEvent).join(AuditTx, AuditEvent.tx_id == AuditTx.id)
             .where(AuditEvent.by(actor.account_public_id), AuditEvent.type == LookUpMissed.type(),
                    AuditTx.recorded_at > now() - WINDOW))
    return db.session.scalar(query) or 0


def _cases_of(id_number: str) -> list[Case]:
    return list(db.session.scalars(
        select(Case).join(Pensioner, Case.pensioner_id == Pensioner.id)
        .join(NaturalPerson, Pensioner.natural_person_id == NaturalPerson.id)
        .options(joinedload(Case.pensioner), joinedload(Case.paying_office))
        .where(NaturalPerson.id_number_index == blind_index(id_number), Case.state != "terminated").order_by(Case.id)))
