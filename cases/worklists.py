"""What waits for a person: decisions to sign, decisions the person may not sign, drafts, what is on the own desk.

Queries only; the words of a refusal come from the machine itself (`decision_facts.refusals`). The conditions
(cases/worklist_queries.py) repeat no table: role, stage and level are read from `SIGNATURES` and `required_level`.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cases.claim_ends import ends_at
from cases.decision_facts import refusals
from cases.limit_view import Standing, listed
from cases.models import Case, Decision
from cases.working_calendar import working_calendar
from cases.worklist_queries import TABS, count_query, page_query, shape_of, values_of
from database import db
from database.prepared import rows_of
from database.types import now
from staff.actor import Actor
from workflows.review_chain import SIGNATURES
from workflows.transition import Refusal

__all__ = ["COUNTED", "TABS", "Key", "Page", "Waiting", "counts", "page"]
PAGE, PAGE_WITH_REASONS = 50, 20  # the machine is asked for each row of a page with reasons
COUNTED = 100  # nobody reads further: a page then says "99+"
Key = tuple[str, date, int]


@dataclass(frozen=True)
class Waiting:
    """A row of a list. decision: its id, public_id, decision_no, kind, stage, opened_on, claimed_by, and the names of
    pensioner, office and claimant; days: age since it was opened; limit: how its promised limit stands; refusals:
    why this person cannot sign it; claim_ends: when the claim ends by itself; free: nobody's, or that time is over."""

    decision: Any
    days: int
    limit: Standing | None
    refusals: tuple[Refusal, ...] = ()
    claim_ends: datetime | None = None
    free: bool = True


@dataclass(frozen=True)
class Page:
    """rows: at most PAGE; after: key of the next page, None at the end."""

    rows: list[Waiting]
    after: Key | None


def page(tab: str, actor: Actor, on: date, after: Key | None = None) -> Page:
    """One page of a tab, oldest first within each stage. Raises KeyError for an unknown tab."""
    size = PAGE_WITH_REASONS if tab == "blocked" else PAGE
    query = page_query(tab, shape_of(actor), size, after and after[0])
    if query is None:
        return Page([], None)
    values = values_of(actor) | ({"after_on": after[1], "after_id": after[2]} if after else {})
    found = rows_of(query, values).all()
    shown = found[:size]
    reasons = _reasons([one.id for one in shown], actor, on) if tab == "blocked" else {}
    calendar = working_calendar()
    rows = [Waiting(one, (on - one.opened_on).days, listed(one, on, calendar), reasons.get(one.id, ()),
                    *_claim(one, on)) for one in shown]
    return Page(rows, (shown[-1].stage, shown[-1].opened_on, shown[-1].id) if len(found) > size else None)


def _claim(row: Any, on: date) -> tuple[datetime | None, bool]:
    end = ends_at(row.claimed_at, row.rules_area, on)
    return end, end is None or end <= now()


def counts(actor: Actor) -> dict[str, int]:
    """tab -> how many, counted up to COUNTED."""
    found = rows_of(count_query(shape_of(actor), COUNTED), values_of(actor)).one()
    return dict(found._mapping)


def _reasons(ids: list[int], actor: Actor, on: date) -> dict[int, tuple[Refusal, ...]]:
    query = select(Decision).where(Decision.id.in_(ids)).options(
        joinedload(Decision.case).joinedload(Case.pensioner), joinedload(Decision.office))
    return {one.id: refusals(one, SIGNATURES[one.stage][0], actor, on) for one in db.session.scalars(query)}
