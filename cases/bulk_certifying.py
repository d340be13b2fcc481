"""Certifications by sources for many cases at once (SC 33): what `take_from_source` writes case by case."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, or_, select

from cases.bulk import Batch
from cases.bulk_reading import CaseRead, Filed, open_tasks
from cases.certifications import serves_alone
from cases.facts_sql import Scope
from cases.models import Case, Certification
from database import db
from database.many import among
from database.types import public_id
from workflows.case_lifecycle import CASE, PAID
from workflows.guards import certifying_fact
from workflows.predicates import And

Key = tuple[int, str, date, str]  # person, method, day, reference
OF_SYSTEM = {state: [one.predicate for one in CASE.row(state, "certify").guards
                     if hasattr(one, "predicate") and one is not certifying_fact] for state in PAID}


@dataclass(frozen=True)
class Proof:
    """What a source says of a case's person. method: an eligible source of the rules; source_ref: which row."""

    method: str
    evidence_on: date
    source_ref: str


def certify_many(batch: Batch, proofs: Mapping[int, Proof]) -> dict[int, str]:
    """For cases of the batch that are paid and not marked (`certifiable`). Case id -> what was done: the public id of
    its certification; cases where nothing follows are left out.
    """
    cases = [case for case in batch.cases if case.id in proofs and serves(case, proofs[case.id], batch.on)]
    tasks, filed = open_tasks([case.id for case in cases]), _filed(cases, proofs)
    for case in cases:
        batch.certify(case, filed[_key(case, proofs[case.id])], tasks.get(case.id))
    return {case.id: filed[_key(case, proofs[case.id])].public_id for case in cases}


def serves(case: CaseRead, proof: Proof, on: date) -> bool:
    """Whether the rules take it alone, and it tells of a later day than the last."""
    return serves_alone(case, proof.method, proof.evidence_on, on)  # type: ignore[arg-type]


def certifiable(scope: Scope, query: Select[tuple[int]]) -> Select[tuple[int]]:
    """Of the cases of the query, joined with the rules of their place, those that SYSTEM may certify on a proof."""
    may = [and_(Case.state == state, scope.condition(And(*guards))) for state, guards in OF_SYSTEM.items()]
    return query.where(or_(*may))


def _key(case: CaseRead, proof: Proof) -> Key:
    return case.pensioner_id, proof.method, proof.evidence_on, proof.source_ref


def _filed(cases: Sequence[CaseRead], proofs: Mapping[int, Proof]) -> dict[Key, Filed]:
    """One row for each person and proof, the one on file where there is one."""
    found = {key: Filed(public_id(), *key) for key in (_key(case, proofs[case.id]) for case in cases)}
    return found | {key: row for key, row in _on_file([case.pensioner_id for case in cases]) if key in found}


def _on_file(persons: Sequence[int]) -> Iterator[tuple[Key, Filed]]:
    query = select(Certification.public_id, Certification.pensioner_id, Certification.method, Certification.evidence_on,
                   Certification.source_ref).where(among(Certification.pensioner_id, persons),
                                                   Certification.status == "valid")
    for name, *key in db.session.execute(query):
        yield tuple(key), Filed(name, *key, on_file=True)
