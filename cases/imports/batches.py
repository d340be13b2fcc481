"""Import batches: what both acts of F4 share. Proposed by one person (proposing), released by another (releasing)."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from sqlalchemy import func, select

from audit.events import ImportWithdrawn
from audit.log import record
from cases.imports.jobs import job_of
from cases.models import ImportBatch, ImportRow
from cases.periods import area_of_path
from cases.refused import attempt, refuse
from database import db
from rules import rules_for
from staff.access import lock_actor
from staff.actor import Actor
from staff.models import NaturalPerson
from workflows.review_chain import level_rule, required_level
from workflows.transition import OFFICE_LEVELS, Refusal

CHUNK = 1000  # rows a transaction: what a kill costs, and how long others wait to write on SQLite
PROPOSERS, RELEASERS = ("caseworker",), ("reviewer",)
DONE = ("loaded", "unchanged", "duplicate", "quarantined")
COUNTED_AS = {"proposed": "unchanged"}  # a proposal leaves its case unchanged

Progress = Callable[[int, int], None]

__all__ = ["CHUNK", "DONE", "PROPOSERS", "RELEASERS", "Progress", "count_rows", "grant_refusals", "job_of",
           "level_refusals", "lock_batch", "rows_about", "silent", "status_counts", "withdraw"]


def silent(done: int, total: int) -> None:
    """For whoever needs no progress."""


def withdraw(batch: ImportBatch, actor: Actor, on: date) -> None:
    """The proposer takes the batch back before anybody has released it. Raises TransitionRefused."""
    batch_id = batch.id
    with attempt("withdraw_import", actor, on):
        actor = lock_actor(actor)
        locked = lock_batch(batch_id)
        if locked.status not in ("staging", "proposed"):
            raise refuse("WRONG_STAGE", stage=locked.status)
        if locked.proposed_by_person != actor.natural_person_id:
            raise refuse("NO_GRANT")
        locked.status = "withdrawn"
        record(ImportWithdrawn(batch=locked.public_id, kind=locked.kind, person=actor.natural_person_id), actor=actor,
               on=on, office_path=locked.office_path)


def lock_batch(batch_id: int) -> ImportBatch:
    return db.session.execute(
        select(ImportBatch).where(ImportBatch.id == batch_id).with_for_update()
        .execution_options(populate_existing=True)).scalar_one()


def status_counts(batch: ImportBatch) -> dict[str, int]:
    """Rows by status."""
    query = (select(ImportRow.status, func.count()).where(ImportRow.batch_id == batch.id)
             .group_by(ImportRow.status))
    return dict(db.session.execute(query).all())


def count_rows(batch: ImportBatch) -> dict[str, int]:
    """Counts on the batch from its rows: rows = loaded + unchanged + duplicate + quarantined once released (F1)."""
    counts = status_counts(batch)
    batch.rows = sum(counts.values())
    batch.good = counts.get("good") or batch.good  # once released: as it was when proposed
    for name in DONE:
        setattr(batch, name, sum(n for status, n in counts.items() if COUNTED_AS.get(status, status) == name))
    return counts


def rows_about(batch: ImportBatch, persons: Iterable[int]) -> list[ImportRow]:
    indexes = select(NaturalPerson.id_number_index).where(NaturalPerson.id.in_(persons))
    return list(db.session.scalars(select(ImportRow).where(
        ImportRow.batch_id == batch.id, ImportRow.status == "good", ImportRow.person_index.in_(indexes))))


def grant_refusals(actor: Actor, roles: tuple[str, ...], path: str) -> list[Refusal]:
    """Why the actor may not act there in any of those roles; empty when they may."""
    if not actor.roles & set(roles):
        return [Refusal("NO_GRANT", {"roles": roles}, "JS-8.1")]
    return [] if actor.covers(path, roles) else [Refusal("OUT_OF_AREA")]


def level_refusals(actor: Actor, action: str, path: str, on: date) -> list[Refusal]:
    """Why the actor's own office is too low for an import of that area: "open" proposes it, "recheck" releases it."""
    asked = rules_for(area_of_path(path), on).entry(f"{level_rule(action)}.release_import")
    level = required_level("release_import", action, asked=asked.value)
    low = OFFICE_LEVELS.index(actor.office_level) < OFFICE_LEVELS.index(level)
    return [Refusal("OFFICE_LEVEL_TOO_LOW", {"required_level": level}, asked.basis)] if low else []
