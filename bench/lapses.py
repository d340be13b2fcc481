"""A day on which many cases fall due at once: the sweep's seconds a step, beside the same rows written without it."""
from __future__ import annotations

import os
from datetime import date

from flask import current_app
from sqlalchemy import text

from bench import bare, memory
from bench.city import ON
from bench.clock import Spent
from cases.sweep import sweep
from database import db, transaction

START, DUE = date(2025, 3, 14), date(2026, 3, 14)
TOLD = date(2026, 2, 1)  # each by a notice that its channel accepted

_DUE = """UPDATE cases SET state_since = :start, last_certified_on = :start, period_start = :start, due_on = :due,
    version = version + 1 WHERE id % :every = 0"""
_TOLD = """INSERT INTO notice (public_id, case_id, kind, channel, once_key, content, "on", status, attempts, message_id,
    recorded_at) SELECT 'b' || id, id, 'certification_due', 'sms', 'bench ' || id, '{}', :told, 'accepted', 1,
    'bench ' || id, CURRENT_TIMESTAMP FROM cases WHERE id % :every = 0"""
# as if two people had let the run go on: it is far larger than usual
_HALTED = """INSERT INTO sweep_halt (public_id, office_path, "on", found, usual, most, status, recorded_at)
    SELECT 'bench' || min(id), office_path, :on, count(*), 0, 0, 'halted', CURRENT_TIMESTAMP
    FROM cases GROUP BY office_path"""
_LET_GO_ON = """UPDATE sweep_halt SET status = '{0}', {0}_on = :on, {0}_by = (SELECT {1}(id) FROM staff_account),
    {0}_by_person = (SELECT natural_person_id FROM staff_account WHERE id = (SELECT {1}(id) FROM staff_account))"""
_SIZE = "SELECT pg_database_size(current_database())"


def lapses(cases: int, due: int, workers: int = 1) -> None:
    """Prints seconds and cases a second of each step, then of what writes the same rows without the sweep.

    With several workers only the clock is to be read: what their processes use of the processor is not counted here.
    """
    _prepare(max(1, cases // due))
    ours = _swept(workers)
    chunk = current_app.config["SWEEP_BATCH"]
    ids = bare.lapsed()
    bare.beside(bare.CaseTransition)
    found = {}
    for name, written in (("UPDATE", (bare.UPDATE,)), ("UPDATE and INSERT of history", (bare.UPDATE, bare.HISTORY))):
        _reset()
        found[name] = bare.statements(written, cases, cases, DUE)
        _print(name, len(ids), found[name])
    _reset()
    found["SQLAlchemy Core"], rows = bare.core(ids, chunk)
    _print(f"SQLAlchemy Core, {chunk} cases a commit", len(ids), found["SQLAlchemy Core"])
    print(f"    {rows:,} rows, {rows / max(1, len(ids)):.1f} a lapse")
    for name, spent in found.items():
        busy = f", {ours.busy / spent.busy:.2f} times by processor" if workers == 1 else f", {workers} workers"
        print(f"lapse is {ours.clock / spent.clock:.2f} times {name} on the clock{busy}")


def _swept(workers: int) -> Spent:
    """Prints each step and the memory held; returns what the lapses took."""
    steps: dict[str, tuple[Spent, int]] = {}
    held, last = [memory.resident()], [Spent.now()]

    def note(step: str, _done: int, total: int) -> None:
        before, last[0] = last[0], Spent.now()
        steps[step] = steps.get(step, (Spent(0, 0, 0), 0))[0] + (last[0] - before), total
        held.append(memory.resident())

    counts = sweep(ON, today=ON, progress=note, workers=workers)
    for step, (spent, total) in steps.items():
        _print(f"step {step}", total, spent)
    size = db.session.scalar(text(_SIZE)) if db.engine.dialect.name == "postgresql" else 0
    print(f"    {size / 2**30:.1f} GB in the database; done {dict(counts)}")
    print(f"    memory {held[0]:.0f} MB before, {max(held):.0f} at most, "
          f"{held[len(held) // 2]:.0f} in the middle, {held[-1]:.0f} at the end", flush=True)
    return steps["lapse"][0]


def _prepare(every: int) -> None:
    with transaction() as session:
        session.execute(text(_DUE), {"start": START, "due": DUE, "every": every})
        session.execute(text(_TOLD), {"told": TOLD, "every": every})
        session.execute(text(_HALTED), {"on": ON})
        for act, which in (("proposed", "min"), ("released", "max")):
            session.execute(text(_LET_GO_ON.format(act, which)), {"on": ON})
    bare.settle()


def _reset() -> None:
    with transaction() as session:
        session.execute(text("DELETE FROM bare_case_transition"))
        session.execute(text(bare.RESET))
    bare.settle()


def _print(name: str, cases: int, spent: Spent) -> None:
    rate = cases / spent.clock if spent.clock else 0
    print(f"{name:<38}{cases:>8,} cases{spent.clock:>8.1f} s{spent.busy:>8.1f} s processor{spent.own:>7.1f} s Python"
          f"{rate:>9,.0f} a second   load {os.getloadavg()[0]:.1f}", flush=True)
