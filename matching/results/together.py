"""What is done for many cases in one transaction: certified, referred to be verified, left as they are."""
from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BigInteger, Select, String, bindparam, func, update
from sqlalchemy.dialects import postgresql

from cases.bulk import Batch
from cases.bulk_certifying import Proof, certifiable, certify_many
from cases.bulk_reading import CaseRead, Offices, cases_of, open_tasks, reading
from cases.bulk_referring import refer_many
from cases.facts_sql import Scope
from cases.models import Case
from database import db
from database.many import among
from matching.results.acts import CERTIFY, NOTHING, REFER, act_of
from matching.results.models import ListChange
from matching.results.signs import reference_of

ALIVE_AND_DEAD = "both_lists"  # a proof of somebody who bears a death mark (S8)
CAUSES = {"capacity_unknown": "dependant_adult"}  # a reason to verify -> the cause of its task, where not the same
Found = tuple[ListChange, str]
Outcomes = dict[int, tuple[str, str | None]]  # case id -> what was done, public id of what came of it


def do(changes: Mapping[int, Found], scope: Scope, offices: Offices) -> None:
    """In the caller's transaction, whose cases are locked. Every change given has its outcome afterwards."""
    by_act: dict[str, dict[int, ListChange]] = {CERTIFY: {}, REFER: {}, NOTHING: {}}
    for case, (change, state) in changes.items():
        by_act[act_of(change.list, change.code, state)][case] = change
    outcomes: Outcomes = dict.fromkeys(by_act[NOTHING], ("nothing", None))
    if moved := by_act[CERTIFY] | by_act[REFER]:
        outcomes |= _moved(by_act, Batch(_read(moved, offices), offices, scope.on), scope)
    if changes:
        note(next(iter(changes.values()))[0].run_id, outcomes)


def _moved(by_act: Mapping[str, Mapping[int, ListChange]], batch: Batch, scope: Scope) -> Outcomes:
    certifying = by_act[CERTIFY]
    may = _those(certifiable(scope, scope.cases()), certifying)
    causes = {case: CAUSES.get(change.reason, change.reason) for case, change in by_act[REFER].items()}
    outcomes = _certify(batch, {case: certifying[case] for case in may})
    outcomes |= _refer(batch, causes | dict.fromkeys(set(certifying) - may, ALIVE_AND_DEAD), scope)
    batch.write("matching")
    return outcomes


def _read(ids: Collection[int], offices: Offices) -> list[CaseRead]:
    db.session.flush()
    return cases_of(db.session.execute(reading(), {"ids": list(ids)}).all(), offices)


def _certify(batch: Batch, changes: Mapping[int, ListChange]) -> Outcomes:
    proofs = {case: Proof(change.reason, change.sign_on, reference_of(change)) for case, change in changes.items()
              if change.sign_on}
    done = certify_many(batch, proofs)
    return {case: ("certified", done[case]) if case in done else ("nothing_new", None) for case in changes}


def _refer(batch: Batch, causes: Mapping[int, str], scope: Scope) -> Outcomes:
    """One open task a case: who has one is told of it already."""
    tasks = open_tasks(list(causes))
    opened = {case: cause for case, cause in causes.items() if case not in tasks}
    done = refer_many(batch, opened, _those(scope.cases().where(scope.allows("refer")), opened))
    return {case: ("referred", done[case]) if case in done else ("task_open", None) for case in causes}


def _those(query: Select[Any], ids: Collection[int]) -> set[int]:
    return set(db.session.scalars(query.where(among(Case.id, list(ids))))) if ids else set()


def note(run_id: int, outcomes: Outcomes) -> None:
    """What was done stands beside the change, in the same transaction."""
    if not outcomes:
        return
    table, columns = ListChange.__table__, [list(column) for column in zip(*outcomes.values(), strict=True)]
    of_run = update(table).where(table.c.run_id == run_id)
    if db.engine.dialect.name == "postgresql":
        kinds = zip((list(outcomes), *columns), (BigInteger, String, String), strict=True)
        given = func.unnest(*(bindparam(None, values, postgresql.ARRAY(kind)) for values, kind in kinds)).table_valued(
            "of_case", "did", "what").render_derived()
        db.session.execute(of_run.where(table.c.case_id == given.c.of_case).values(
            outcome=given.c.did, caused=given.c.what))
        return
    step = of_run.where(table.c.case_id == bindparam("of_case")).values(
        outcome=bindparam("did"), caused=bindparam("what"))
    db.session.connection().execute(step, [{"of_case": case, "did": did, "what": what}
                                           for case, (did, what) in outcomes.items()])
