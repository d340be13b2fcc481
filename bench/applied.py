"""A released run applied at a city's size: certified, referred, left as they are; then its lists, counted and paged."""
from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import func, select, text

from audit.models import AuditEvent
from bench import bare, memory
from bench.clock import Spent
from cases.models import Case, CaseTransition, Certification, Notice, VerificationTask
from database import db, transaction
from matching.results import applying, listing, proposing
from matching.results.listing import Wanted
from matching.results.models import ListChange, MatchingRun
from matching.results.proposing import Change, Found
from rules.feeds import catalogue
from tests.people import actor

ON, SEEN = date(2026, 3, 16), date(2026, 3, 1)
AREA = "51/5101/"
CHANGED = ("last_certified_on", "period_start", "due_on", "warn_from", "task_open")
UPDATE = """UPDATE cases SET last_certified_on = :on, period_start = :on, due_on = :due, version = version + 1
    WHERE id BETWEEN :first AND :last AND id IN (SELECT case_id FROM list_change WHERE outcome = 'certified')"""
WRITTEN = (CaseTransition, Certification, VerificationTask, Notice, AuditEvent)
TENTHS = ("certified",) * 6 + ("unknown",) * 2 + ("nothing",) * 2


def applied(cases: int, due: int) -> None:
    """`due` of the cases come to be certified or referred, but for two in ten; nothing follows for the others."""
    li, wang = actor("li"), actor("wang")
    every, code = max(1, cases // due), catalogue().code("hospital_stays", "hospital_stay")
    with clocked("proposing", cases):
        run = proposing.propose(Found("2026-03", AREA, ON, "full", "bench", "bench", (),
                                      lambda: changes(every, code))).id
    with transaction() as session:  # as if people had looked at its sample and let it go on
        session.execute(text("UPDATE matching_sample SET finding = 'as_said', looked_on = :on, looked_by = :by, "
                             "looked_by_person = :person"),
                        {"on": ON, "by": li.account_id, "person": li.natural_person_id})
        one = session.get_one(MatchingRun, run)
        one.status, one.released_on = "released", ON
        one.released_by, one.released_by_person = wang.account_id, wang.natural_person_id
    last = {model: db.session.scalar(select(func.max(model.id))) or 0 for model in WRITTEN}
    bare.settle()
    before = Spent.now()
    with clocked("applying", cases):
        print(dict(applying.apply(run, on=ON)))
    beside(run, cases, last, Spent.now() - before)
    for name in ("eligible", "to_be_verified"):
        with clocked(f"a page of {name}", listing.PAGE):
            _, after = listing.page(Wanted(name), actor("li"), None)
        with clocked(f"the next page of {name}", listing.PAGE):
            listing.page(Wanted(name), actor("li"), after)
    with clocked("counts of the lists", cases):
        listing.counts(actor("li"))
    if db.engine.dialect.name == "postgresql":
        explain()


def beside(run: int, cases: int, last: dict[Any, int], ours: Spent) -> None:
    """What applying wrote, written again without it: as plain rows by SQLAlchemy Core, and the bare UPDATE alone."""
    chunk = current_app.config["SWEEP_BATCH"]
    ids = list(db.session.scalars(select(ListChange.case_id).where(
        ListChange.run_id == run, ListChange.outcome.in_(("certified", "referred"))).order_by(ListChange.case_id)))
    core, rows = bare.core(ids, chunk, CHANGED, {model: model.id > first for model, first in last.items()})
    bare.settle()
    print(f"    {len(ids):,} cases changed, {rows:,} rows")
    for name, spent in ((f"SQLAlchemy Core, {chunk} cases a commit", core),
                        ("UPDATE of who is certified", bare.statements((UPDATE,), cases, cases, SEEN))):
        print(f"    {name}: {spent.clock:.2f} s, of processor {spent.busy:.2f} s; applying takes "
              f"{ours.clock / spent.clock:.2f} times that, {ours.busy / spent.busy:.2f} by processor", flush=True)


def changes(every: int, code: int) -> Iterator[Change]:
    ids = list(db.session.scalars(select(Case.id).where(Case.state == "verified").order_by(Case.id)))
    for at, case in enumerate(ids):
        act = TENTHS[at // every % len(TENTHS)] if at % every == 0 else "nothing"
        if act == "certified":
            yield Change(case, "eligible", "hospital_stay", "hospital_stays", code, 1, at, SEEN, 2)
        else:
            yield Change(case, *(("to_be_verified", "neither_list") if act == "unknown" else ("eligible", "certified")))


def explain() -> None:
    query = listing._query(Wanted("to_be_verified"), actor("li")).limit(listing.PAGE + 1)
    sql = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
    for line, in db.session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {sql}"):
        print(f"    {line}")


class clocked:  # noqa: N801 - reads as a word in a with
    """Prints the seconds of what it holds, and the memory held."""

    def __init__(self, what: str, rows: int) -> None:
        self._what, self._rows = what, rows

    def __enter__(self) -> None:
        self._at, self._busy = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        seconds, busy = time.perf_counter() - self._at, time.process_time() - self._busy
        print(f"{self._what}: {seconds:.2f} s, of processor {busy:.2f} s, "
              f"{self._rows / max(seconds, 1e-6):,.0f} rows/s, {memory.resident():.0f} MB", flush=True)
