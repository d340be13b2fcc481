"""Differences between files and the record, as pages show them. Read only, always within the area (A1)."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from cases.imports.deciding import said
from cases.imports.headings import mapping_of
from cases.models import Case, ImportProposal
from database import db
from staff.actor import Actor, in_area

PAGE = 50
STATUSES = ("open", "accepted", "dismissed", "overtaken")
KINDS = ("change_identity", "change_payee", "change_rate", "certify", "")


@dataclass(frozen=True)
class Difference:
    """One field, or one month of a rate: what the record held and what the file says. Pages mask what must be."""

    field: str
    label: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Row:
    proposal: ImportProposal
    differences: list[Difference]
    days: int


@dataclass(frozen=True)
class Page:
    """rows: at most PAGE; after: id the next page begins behind, None at the end."""

    rows: list[Row]
    after: int | None


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for. kind None: all of them."""

    status: str = "open"
    kind: str | None = None
    office_path: str | None = None
    batch_id: int | None = None


def page(wanted: Wanted, actor: Actor, roles: tuple[str, ...], on: date, after: int | None = None,
         size: int = PAGE) -> Page:
    """Oldest first."""
    query = _narrowed(select(ImportProposal), wanted, actor, roles).where(ImportProposal.status == wanted.status)
    query = query.options(joinedload(ImportProposal.batch),
                          joinedload(ImportProposal.case).joinedload(Case.pensioner))
    if after:
        query = query.where(ImportProposal.id > after)
    found = list(db.session.scalars(query.order_by(ImportProposal.id).limit(size + 1)))
    rows = [Row(one, differences_of(one), (on - one.proposed_on).days) for one in found[:size]]
    return Page(rows, rows[-1].proposal.id if len(found) > size else None)


def counts(wanted: Wanted, actor: Actor, roles: tuple[str, ...]) -> dict[str, int]:
    """status -> how many."""
    query = _narrowed(select(ImportProposal.status, func.count()), wanted, actor, roles)
    found = dict(db.session.execute(query.group_by(ImportProposal.status)).all())
    return {status: found.get(status, 0) for status in STATUSES}


def proposal_of(actor: Actor, roles: tuple[str, ...], public_id: str) -> ImportProposal | None:
    """None for one that does not exist or lies outside the area: the same answer (A1)."""
    query = select(ImportProposal).where(ImportProposal.public_id == public_id)
    return db.session.scalar(in_area(query, actor, ImportProposal.office_path, roles))


def differences_of(proposal: ImportProposal) -> list[Difference]:
    """Label: what offices call the field; the month where it is a rate's."""
    fields = mapping_of("pensioners").fields
    return [Difference(name, fields[name].headings[0] if name in fields else name, old, new)
            for name, (old, new) in said(proposal).items()]


def _narrowed(query: Select[Any], wanted: Wanted, actor: Actor, roles: tuple[str, ...]) -> Select[Any]:
    query = in_area(query, actor, ImportProposal.office_path, roles)
    if wanted.kind is not None:
        query = query.where(ImportProposal.kind == wanted.kind)
    if wanted.office_path:
        query = query.where(ImportProposal.office_path.startswith(wanted.office_path))
    if wanted.batch_id:
        query = query.where(ImportProposal.batch_id == wanted.batch_id)
    return query
