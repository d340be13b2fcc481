"""A day on which every case falls due at once: the sweep's seconds a step, beside the same rows written bare."""
from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date

from sqlalchemy import text

from bench.city import ON
from bench.clock import processor
from cases.sweep import sweep
from database import db, transaction

START, DUE = date(2025, 3, 14), date(2026, 3, 14)
TOLD = date(2026, 2, 1)  # each by a notice that its channel accepted
CHUNK = 500

_DUE = """UPDATE cases SET state = 'verified', state_since = :start, state_reason = NULL, withheld_from = NULL,
    last_certified_on = :start, period_start = :start, due_on = :due, version = version + 1"""
_TOLD = """INSERT INTO notice (public_id, case_id, kind, channel, once_key, content, "on", status, attempts, message_id,
    recorded_at) SELECT 'b' || id, id, 'certification_due', 'sms', 'bench ' || id, '{}', :told, 'accepted', 1,
    'bench ' || id, CURRENT_TIMESTAMP FROM cases"""
_COPY = "CREATE TABLE bare_transition AS SELECT * FROM case_transition WHERE 1 = 0"
_INDEX = "CREATE UNIQUE INDEX ix_bare ON bare_transition (case_id, step)"
_BARE = ("""UPDATE cases SET state = 'verified', state_since = :due, state_reason = NULL, withheld_from = NULL,
    version = version + 1 WHERE state = 'suspended' AND id BETWEEN :first AND :last""",
         """INSERT INTO bare_transition SELECT * FROM case_transition WHERE action = 'lapse'
    AND case_id BETWEEN :first AND :last""")


def lapses() -> None:
    """Prints seconds and cases a second: each step, then UPDATE and INSERT alone, at once and 500 to a commit."""
    cases = _prepare()
    done: dict[str, int] = {}
    steps: dict[str, tuple[float, float]] = {}
    last = [time.perf_counter(), processor()]

    def note(step: str, _done: int, total: int) -> None:
        clock, used = time.perf_counter(), processor()
        before = steps.get(step, (0.0, 0.0))
        steps[step], done[step] = (before[0] + clock - last[0], before[1] + used - last[1]), total
        last[:] = clock, used

    counts = sweep(ON, today=ON, progress=note)
    for step, (seconds, used) in steps.items():
        _print(f"step {step}", done[step], seconds, used)
    print(f"    done {dict(counts)}")
    _bare("UPDATE and INSERT, at once", cases, cases)
    with transaction() as session:
        session.execute(text("DELETE FROM bare_transition"))
        session.execute(text("UPDATE cases SET state = 'suspended', version = version + 1"))
    _settle()
    _bare(f"UPDATE and INSERT, {CHUNK} a commit", cases, CHUNK)


def _prepare() -> int:
    with transaction() as session:
        session.execute(text(_DUE), {"start": START, "due": DUE})
        session.execute(text(_TOLD), {"told": TOLD})
        session.execute(text(_COPY))
        session.execute(text(_INDEX))
        cases = session.execute(text("SELECT max(id) FROM cases")).scalar_one()
    _settle()
    return cases


def _settle() -> None:
    """As between two days: dead rows gone, statistics known."""
    db.session.remove()
    statement = "VACUUM ANALYZE" if db.engine.dialect.name == "postgresql" else "ANALYZE"
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(statement)


def _bare(name: str, cases: int, chunk: int) -> None:
    def act() -> None:
        for first in range(1, cases + 1, chunk):
            with transaction() as session:
                for statement in _BARE:
                    session.execute(text(statement), {"due": ON, "first": first, "last": first + chunk - 1})

    _print(name, cases, *_measured(act))


def _measured(act: Callable[[], None]) -> tuple[float, float]:
    before, start = processor(), time.perf_counter()
    act()
    return time.perf_counter() - start, processor() - before


def _print(name: str, cases: int, seconds: float, used: float) -> None:
    rate = cases / seconds if seconds else 0
    print(f"{name:<34}{cases:>9,} cases{seconds:>9.1f} s{used:>9.1f} s processor{rate:>10,.0f} a second"
          f"   load {os.getloadavg()[0]:.1f}", flush=True)
