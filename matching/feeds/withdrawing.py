"""A load withdrawn keeps its rows and its files; what it says no longer counts. Results undo what rested on it."""
from __future__ import annotations

from datetime import date

from audit.events import FeedWithdrawn
from audit.log import record
from cases.imports.batches import grant_refusals
from cases.refused import attempt, refuse
from database import db
from database.jobs import end
from matching.feeds.loading import locked
from matching.feeds.models import FeedLoad
from matching.linkage.signs import links_of
from matching.results import undoing
from staff.access import lock_actor
from staff.actor import Actor
from workflows.roles import CHAIN
from workflows.transition import TransitionRefused

WITHDRAWERS = CHAIN


def withdraw(load_id: int, actor: Actor, on: date, reason: str) -> FeedLoad:
    """For good: the same file may be brought again, as a load of its own. What rested on it alone is undone afterwards,
    person by person, and the rows of it that people tied go with it; killed meanwhile, the next run of matching goes
    on with it. Raises TransitionRefused.
    """
    with attempt("withdraw_feed", actor, on):
        who, brought = lock_actor(actor), locked(load_id)
        if refusals := grant_refusals(who, WITHDRAWERS, brought.area_path):
            raise TransitionRefused(tuple(refusals))
        if brought.status == "withdrawn":
            raise refuse("FEED_WITHDRAWN", "SC-9c")
        if not reason.strip():
            raise refuse("REASON_MISSING", "SC-9c")
        if brought.status == "staging" and brought.job_id:
            end(brought.job_id, "cancelled")
        brought.status, brought.reason = "withdrawn", reason.strip()
        brought.withdrawn_on, brought.withdrawn_by, brought.withdrawn_by_person = (
            on, who.account_id, who.natural_person_id)
        record(FeedWithdrawn(load=brought.public_id, source=brought.source, person=who.natural_person_id,
                             sha256=brought.sha256, rows=brought.rows, reason=brought.reason),
               actor=who, on=on, command="withdraw_feed", office_path=brought.area_path)
    undoing.undo(brought.id, brought.public_id, on=on)
    for tied in links_of(db.session.get_one(FeedLoad, load_id)):
        withdraw(tied.id, actor, on, reason)
    return db.session.get_one(FeedLoad, load_id)
