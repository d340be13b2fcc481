"""`python -m bench.audit [--events N] [--seconds S] [--turns T]`: what the log costs, beside what it is made of.

On PostgreSQL, in a database of its own; nothing is kept. Single transactions by eight processes: bare (the same rows,
nobody gives them places), with the log at work, and with a naive chain of hashes over all, turn by turn. Many events
at once: COPY of the same rows into a table of the same indexes, then ours to a signed checkpoint. Then the same log is
read: proofs, exports, verify.py. Each row: what, the goal, what was measured (the median of the turns), met or missed.
"""
from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import insert

from audit.checkpoints import checkpoint
from audit.installed import make_signer
from audit.models import AuditEvent, AuditPending, AuditTx
from bench import log_readers, log_writers
from bench.__main__ import database, settle
from bench.bare import beside
from bench.exports import forget_peak, own_peak
from bench.log_events import ON, columns
from bench.log_readers import goal
from database import create_schema, db, transaction
from database.copying import copy
from tests.conftest import configured

CHUNK = 20_000
KINDS = ("bare", "ours", "chain")
BULK_CASES = 1_000_000_000  # number of the first case of the first transaction of many


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.audit")
    parser.add_argument("--events", type=int, default=20_000, help="written at once")
    parser.add_argument("--seconds", type=float, default=5, help="of each kind of single transactions")
    parser.add_argument("--turns", type=int, default=3, help="of single transactions")
    parser.add_argument("--bulk-turns", type=int, default=1, help="of many events at once")
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=tuple(PARTS))
    asked = parser.parse_args()
    from app import create_app

    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, database("postgresql", Path(folder)) as url:
        app = create_app(configured(url, Path(folder) / "instance") | {"OWNER_DATABASE_URI": None})
        create_schema(app)
        with app.app_context():
            make_signer(app.config["LOG_ORIGIN"], app.config["LOG_HASH"])
            checkpoint()
        print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors", flush=True)
        for name in asked.only:
            with app.app_context():
                PARTS[name](app, asked)
                db.session.remove()
                db.engine.dispose()
    print(f"{time.perf_counter() - began:.0f} s in all, load {os.getloadavg()[0]:.1f}")


def singles(app: Flask, asked: argparse.Namespace) -> None:
    rates: dict[str, list[float]] = {kind: [] for kind in KINDS}
    late, middle = [], []
    for turn in range(asked.turns):
        for kind in KINDS:
            db.session.remove()
            db.engine.dispose()
            number = turn * len(KINDS) + KINDS.index(kind)
            rate, waits = log_writers.run(app, kind, asked.writers, asked.seconds, number)
            rates[kind].append(rate)
            if waits:
                late.append(waits[int(len(waits) * 0.99)])
                middle.append(waits[len(waits) // 2])
    for kind, found in rates.items():
        each = ", ".join(f"{rate:,.0f}" for rate in found)
        print(f"{kind:<6} {median(found):>8,.0f} transactions a second, {asked.writers} writers ({each})")
    each = ", ".join(f"{wait:.2f}" for wait in late)
    print(f"commit to checkpoint: median {median(middle):.3f} s; p99 of each turn {each}")
    for other, least in (("chain", 3.0), ("bare", 0.7)):
        found = [ours / theirs for ours, theirs in zip(rates["ours"], rates[other], strict=True)]
        goal(f"single transactions, ours to the {other}", f"at least {least}", median(found), median(found) >= least)
    goal("commit to checkpoint at p99, seconds", "under 1", median(late), median(late) < 1)


def bulk(app: Flask, asked: argparse.Namespace) -> None:
    found = [_bulk(app, asked.events, turn) for turn in range(asked.bulk_turns)]
    goal(f"{asked.events:,} events to a signed checkpoint, to the bare COPY", "at most 2", median(found),
         median(found) <= 2)


def _bulk(_app: Flask, events: int, turn: int) -> float:
    """Rows are made beforehand, chunk by chunk; only writing them is timed."""
    checkpoint()  # what was there before is signed
    bare = written = 0.0
    table, rng = beside(AuditEvent), random.Random(f"bulk {turn}")
    with transaction() as session:
        tx = AuditTx(uid=rng.randbytes(16).hex(), command="bench", actor="SYSTEM", on=ON)
        session.add(tx)
        session.flush()
        session.execute(insert(AuditPending), [{"tx_id": tx.id, "bulk": True, "done": 0}])
        for made in chunks(tx, events, BULK_CASES + turn * events):
            count = len(made["uid"])
            start = time.perf_counter()
            copy(session, AuditEvent.__table__, made, count)
            written += time.perf_counter() - start
            with db.engine.begin() as connection:
                start = time.perf_counter()
                copy(connection_session(connection), table, {"id": made["position"]} | made, count)
            bare += time.perf_counter() - start
        start = time.perf_counter()
    written += time.perf_counter() - start
    settle()
    forget_peak()
    start = time.perf_counter()
    checkpoint()
    signed = time.perf_counter() - start
    print(f"{events:,} events: bare COPY {bare:.1f} s; ours: COPY {written:.1f} s, to the signed checkpoint "
          f"{signed:.1f} s more (peak {own_peak():.0f} MB)")
    return (written + signed) / bare


def connection_session(connection: Any) -> Any:
    """As `copy` takes it: what has a `connection()`."""
    return type("Bare", (), {"connection": lambda _self: connection})()


def chunks(tx: AuditTx, events: int, cases: int) -> Iterator[dict[str, Any]]:
    for first in range(0, events, CHUNK):
        yield {"tx_id": tx.id} | columns(tx.uid, tx.recorded_at, first, min(CHUNK, events - first), cases)


PARTS = {"singles": singles, "bulk": bulk, "made-anew": log_readers.made_anew, "proofs": log_readers.proofs,
         "exports": log_readers.exports, "verifying": log_readers.verifying}

if __name__ == "__main__":
    main()
