"""`python -m bench.audit [--events N] [--seconds S]`: what the log costs, on PostgreSQL, beside what it is made of.

Single transactions by eight processes: bare (the same rows, nobody gives them places), with the log at work, and with
a naive chain of hashes over all. Many events at once: COPY of the same rows into a table of the same indexes, then ours
to a signed checkpoint. Nothing is kept.
"""
from __future__ import annotations

import argparse
import hashlib
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from audit.checkpoints import checkpoint, latest, tree
from audit.entries import event_entries
from audit.installed import make_signer
from audit.models import AuditEntry, AuditEvent, AuditPending, AuditTx
from audit.placing import COLUMNS, read
from audit.sequencer import opened
from audit.verify import Hashing, leaf, root, verify_inclusion
from bench import log_writers
from bench.__main__ import database, settle
from bench.bare import beside
from bench.log_events import ON, columns
from database import create_schema, db, transaction
from database.copying import copy
from tests.conftest import configured

CHUNK = 20_000
PROOFS = 200


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.audit")
    parser.add_argument("--events", type=int, default=20_000, help="written at once")
    parser.add_argument("--seconds", type=float, default=5, help="of each kind of single transactions")
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=tuple(PARTS))
    asked = parser.parse_args()
    from app import create_app

    with tempfile.TemporaryDirectory() as folder, database("postgresql", Path(folder)) as url:
        app = create_app(configured(url, Path(folder) / "instance") | {"OWNER_DATABASE_URI": None})
        create_schema(app)
        with app.app_context():
            make_signer(app.config["LOG_ORIGIN"], app.config["LOG_HASH"])
        print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
        for name in asked.only:
            with app.app_context():
                PARTS[name](app, asked)
                db.session.remove()
                db.engine.dispose()


def singles(app: Flask, asked: argparse.Namespace) -> None:
    rates = {}
    for kind in ("bare", "ours", "chain"):
        db.session.remove()
        db.engine.dispose()
        rates[kind], waits = log_writers.run(app, kind, asked.writers, asked.seconds)
        print(f"{kind:<6} {rates[kind]:>8,.0f} transactions a second, {asked.writers} writers")
        if waits:
            p99 = waits[int(len(waits) * 0.99)]
            goal("commit to checkpoint, p99 s", p99, p99 < 1)
            print(f"       median {waits[len(waits) // 2]:.3f} s, of {len(waits):,}")
    goal("ours to the chain, at least 3", rates["ours"] / rates["chain"], rates["ours"] >= 3 * rates["chain"])
    goal("ours to bare, at least 0.7", rates["ours"] / rates["bare"], rates["ours"] >= 0.7 * rates["bare"])


def bulk(_app: Flask, asked: argparse.Namespace) -> None:
    """Rows are made beforehand, chunk by chunk; only writing them is timed."""
    checkpoint()  # what was there before is signed
    bare = written = 0.0
    table = beside(AuditEvent)
    with transaction() as session:
        tx = AuditTx(uid=os.urandom(16).hex(), command="bench", actor="SYSTEM", on=ON)
        session.add(tx)
        session.flush()
        session.execute(insert(AuditPending), [{"tx_id": tx.id, "bulk": True, "done": 0}])
        for made in chunks(tx, asked.events):
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
    start = time.perf_counter()
    checkpoint()
    signed = time.perf_counter() - start
    print(f"{asked.events:,} events: bare COPY {bare:.1f} s; ours: COPY {written:.1f} s, "
          f"to the signed checkpoint {signed:.1f} s more")
    goal("ours to the bare COPY, at most 2", (written + signed) / bare, written + signed <= 2 * bare)


def connection_session(connection: Any) -> Any:
    """As `copy` takes it: what has a `connection()`."""
    return type("Bare", (), {"connection": lambda _self: connection})()


def chunks(tx: AuditTx, events: int) -> Iterator[dict[str, Any]]:
    for first in range(0, events, CHUNK):
        yield {"tx_id": tx.id} | columns(tx.uid, tx.recorded_at, first, min(CHUNK, events - first))


def verifying(_app: Flask, asked: argparse.Namespace) -> None:
    """What the verifier makes anew of each event: digest, entry, leaf, and the root over all."""
    rows = db.session.execute(select(*COLUMNS).order_by(AuditEvent.id).limit(asked.events)).all()
    start = time.perf_counter()
    for row in rows:
        hashlib.sha256(row.canonical).digest()
    bare = time.perf_counter() - start
    start, hashing = time.perf_counter(), Hashing("sha256")
    events = read(rows, hashing)
    root([leaf(one.encode()) for one in event_entries(events.digests, events.told, [None] * len(events))])
    spent = time.perf_counter() - start
    print(f"{len(rows):,} events made anew up to the root: {spent:.2f} s; bare SHA-256 of the same bytes {bare:.2f} s: "
          f"{spent / bare:.1f}x")


def proofs(_app: Flask, _asked: argparse.Namespace) -> None:
    made, hashing, seconds, sizes = tree(latest().size), opened().hashing, [], []
    top, rng = made.root(), random.Random("proofs")
    for _ in range(PROOFS):
        index = rng.randrange(made.size)
        entry = db.session.scalar(select(AuditEntry.entry).where(AuditEntry.place == index))
        start = time.perf_counter()
        proof = made.inclusion(index)
        seconds.append(time.perf_counter() - start)
        verify_inclusion(hashing, index, made.size, hashing.leaf(entry.encode()), proof, top)
        sizes.append(32 * len(proof))
    seconds.sort()
    print(f"a proof among {made.size:,} entries: {max(sizes)} bytes, median {1000 * seconds[PROOFS // 2]:.2f} ms, "
          f"p99 {1000 * seconds[int(PROOFS * 0.99)]:.2f} ms")


def goal(name: str, found: float, met: bool) -> None:
    print(f"       {name}: {found:.2f} ({'met' if met else 'missed'})", flush=True)


PARTS = {"singles": singles, "bulk": bulk, "verifying": verifying, "proofs": proofs}

if __name__ == "__main__":
    main()
