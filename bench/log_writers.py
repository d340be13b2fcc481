"""Eight processes that write single transactions, with the log at work beside them or a naive chain instead."""
from __future__ import annotations

import hashlib
import multiprocessing
import random
import time
from datetime import UTC, datetime
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import select

from audit.checkpoints import checkpoint
from audit.models import AuditEntry, AuditEvent
from bench.log_events import ON, columns
from database import db

TX = """INSERT INTO audit_tx (uid, command, actor, "on", recorded_at)
    VALUES (%s, 'bench', 'SYSTEM', %s, %s) RETURNING id"""
EVENT = """INSERT INTO audit_event
    (uid, tx_id, position, type, actor, "on", case_id, case_seq, office_path, canonical, digest)
    VALUES (%s, %s, 0, 'SignedOut', 'SYSTEM', %s, %s, 1, %s, %s, %s)"""
WAITING = f"""WITH made AS ({TX})
    INSERT INTO audit_pending (tx_id, bulk, done) SELECT id, false, 0 FROM made RETURNING tx_id"""  # audit/opening.py
HEAD = "SELECT hash FROM chain_head FOR UPDATE"
LINK = "UPDATE chain_head SET hash = %s"
CASES = 100_000  # of a writer, at most
EVERY = 0.4  # seconds from the beginning of one checkpoint to that of the next, or as long as it takes


def run(app: Flask, kind: str, writers: int, seconds: float, number: int) -> tuple[float, list[float]]:
    """The run of this number. Transactions a second, and, of ours, the seconds from each commit to a signed head over
    it, ascending."""
    url = app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as raw:
        raw.execute("DROP TABLE IF EXISTS chain_head")
        raw.execute("CREATE TABLE chain_head (hash bytea)")
        raw.execute("INSERT INTO chain_head VALUES ('')")
    context = multiprocessing.get_context("fork")
    begin, told, stop = context.Barrier(writers + 1), context.Queue(), context.Event()
    signer = context.Process(target=_keep, args=(app, stop, told))
    if kind == "ours":
        signer.start()
        told.get()  # it is at work
    made = [context.Process(target=_write, args=(url, kind, number * writers + n, seconds, begin, told))
            for n in range(writers)]
    for process in made:
        process.start()
    begin.wait()
    commits = dict(pair for _ in made for pair in told.get())
    for process in made:
        process.join()
    waits: list[float] = []
    if kind == "ours":
        stop.set()
        waits = _waits(commits, told.get())
        signer.join()
    return len(commits) / seconds, waits


def _write(url: str, kind: str, number: int, seconds: float, begin: Any, told: Any) -> None:
    commits: list[tuple[str, float]] = []
    with psycopg.connect(url) as raw:
        rows = _rows(number, round(1500 * seconds))
        begin.wait()
        end = time.monotonic() + seconds
        for tx, uid, case_id, office, canonical, digest, at in rows:
            if time.monotonic() > end:
                break
            if kind == "chain":
                head = raw.execute(HEAD).fetchone()[0]
                raw.execute(LINK, (hashlib.sha256(head + canonical).digest(),))
            tx_id = raw.execute(WAITING if kind == "ours" else TX, (tx, ON, at)).fetchone()[0]
            raw.execute(EVENT, (uid, tx_id, ON, case_id, office, canonical, digest))
            raw.commit()
            commits.append((uid, time.time()))
    told.put(commits)


def _rows(number: int, count: int) -> list[tuple[Any, ...]]:
    """Made before the clock starts."""
    found, at, rng = [], datetime.now(UTC), random.Random(f"writer {number}")
    for n in range(min(count, CASES)):
        tx = rng.randbytes(16).hex()
        one = columns(tx, at, 0, 1, number * CASES + n)
        found.append((tx, one["uid"][0], one["case_id"][0], one["office_path"], one["canonical"][0], one["digest"][0],
                      at))
    return found


def _keep(app: Flask, stop: Any, told: Any) -> None:
    """Checkpoint after checkpoint: [(when it was signed, its size)]."""
    signed: list[tuple[float, int]] = []
    with app.app_context():
        checkpoint()
        told.put(None)
        while True:
            last, began = stop.is_set(), time.monotonic()
            size = int(checkpoint().split(b"\n")[1])
            signed.append((time.time(), size))
            if last:
                break
            stop.wait(max(0.0, began + EVERY - time.monotonic()))
    told.put(signed)


def _waits(commits: dict[str, float], signed: list[tuple[float, int]]) -> list[float]:
    query = (select(AuditEvent.uid, AuditEntry.place).join(AuditEntry, AuditEntry.event_id == AuditEvent.id)
             .order_by(AuditEntry.place))
    heads, found = iter(signed), list[float]()
    at = next(heads)
    for uid, place in db.session.execute(query):
        if uid not in commits:
            continue
        while at[1] <= place:
            at = next(heads)
        found.append(max(0.0, at[0] - commits[uid]))
    return sorted(found)
