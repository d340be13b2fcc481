"""What reading the log costs: digests and entries made anew, proofs, exports and their memory, verify.py alone."""
from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from audit.checkpoints import latest, tree
from audit.entries import event_entries
from audit.exports.making import Asked, export
from audit.models import AuditEntry, AuditEvent
from audit.placing import COLUMNS, read
from audit.policy import policy
from audit.sequencer import opened
from audit.verify import Hashing, leaf, root, verify_inclusion
from bench.__main__ import settle
from bench.exports import forget_peak, own_peak, verified
from database import db
from database.streaming import streamed

PROOFS = 1_000
SIZES = (50_000, 200_000)  # of exports; fewer where the log is shorter
FLAT = 16  # MB that the larger may take more
ON = date(2026, 3, 16)


def goal(name: str, wanted: str, found: float, met: bool) -> None:
    print(f"{name:<64}{wanted:>14}{found:>10.2f}   {'met' if met else 'missed'}", flush=True)


def told(name: str, found: float) -> None:
    print(f"{name:<64}{'':>14}{found:>10.2f}", flush=True)


def made_anew(_app: Flask, asked: argparse.Namespace) -> None:
    """What a checkpoint makes anew of each event: digest, entry, leaf, and the root over all."""
    bare = spent = 0.0
    count, leaves, hashing = 0, list[bytes](), Hashing("sha256")
    for rows in streamed(db.session(), select(*COLUMNS).order_by(AuditEvent.id).limit(asked.events)):
        start = time.perf_counter()
        for row in rows:
            hashlib.sha256(row[-1]).digest()
        middle = time.perf_counter()
        events = read(rows, hashing)
        leaves += [leaf(one.encode()) for one in event_entries(events.digests, events.told, [None] * len(events))]
        spent, bare, count = spent + time.perf_counter() - middle, bare + middle - start, count + len(rows)
    start = time.perf_counter()
    root(leaves)
    spent += time.perf_counter() - start
    told(f"{count:,} events made anew up to the root, to bare SHA-256 of them", spent / bare)


def proofs(_app: Flask, _asked: argparse.Namespace) -> None:
    head = latest()
    assert head is not None
    made, hashing, seconds, sizes = tree(head.size), opened().hashing, [], []
    top, rng = made.root(), random.Random("proofs")
    for _ in range(PROOFS):
        index = rng.randrange(made.size)
        entry = db.session.scalar(select(AuditEntry.entry).where(AuditEntry.place == index))
        start = time.perf_counter()
        proof = made.inclusion(index)
        seconds.append(time.perf_counter() - start)
        verify_inclusion(hashing, index, made.size, hashing.leaf(str(entry).encode()), proof, top)
        sizes.append(hashing.SIZE * len(proof))
    seconds.sort()
    told(f"a proof among {made.size:,} entries, bytes at most", max(sizes))
    told("time of a proof, milliseconds at the median", 1000 * seconds[PROOFS // 2])
    told("time of a proof, milliseconds at p99", 1000 * seconds[int(PROOFS * 0.99)])


def exports(app: Flask, _asked: argparse.Namespace) -> None:
    """Each in a process of its own: what it holds more than before, at most."""
    settle()
    there = _placed()
    sizes = [min(size, there * size // SIZES[-1]) for size in SIZES]
    with tempfile.TemporaryDirectory() as folder:
        peaks = []
        for size in sizes:
            took, more = _apart(_exported, app, str(Path(folder) / str(size)), size)
            peaks.append(more)
            told(f"export of {size:,} events, seconds", took)
            told(f"export of {size:,} events, peak in MB above what was held", more)
    goal(f"memory of an export of {sizes[1]:,} more than of {sizes[0]:,}, MB", f"at most {FLAT}",
         peaks[1] - peaks[0], peaks[1] - peaks[0] <= FLAT)


def verifying(app: Flask, _asked: argparse.Namespace) -> None:
    """The whole log exported, then verify.py alone with it, beside SHA-256 of the bytes of all its files."""
    settle()
    there = _placed()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        took, more = _apart(_exported, app, str(path / "e"), None)
        told(f"export of all {there:,} events, seconds", took)
        told("peak in MB above what was held", more)
        (path / "policy.json").write_text(json.dumps(policy()))
        start = time.perf_counter()
        size = sum(_hashed(file) for file in (path / "e").rglob("*") if file.is_file())
        bare = time.perf_counter() - start
        start = time.perf_counter()
        peak = verified(path)
        spent = time.perf_counter() - start
    told(f"verify.py, {there:,} events of {size / 1e6:,.0f} MB, seconds", spent)
    told("peak of verify.py, MB", peak)
    told("to bare SHA-256 of the same bytes", spent / bare)


def _placed() -> int:
    """Events in the log: those of the bare insert and of the chain never come in."""
    return db.session.scalar(select(func.count(AuditEntry.event_id))) or 0


def _hashed(path: Path) -> int:
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
        return file.tell()


def _apart(act: Callable[..., None], app: Flask, *given: Any) -> tuple[float, float]:
    """What `act` answers in a fresh process."""
    db.session.remove()
    db.engine.dispose()
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    wanted = {name: app.config[name] for name in app.config if name.isupper() and name not in LEFT_OUT}
    process = context.Process(target=act, args=(wanted, answers, *given))
    process.start()
    process.join()  # what it answers is small
    if process.exitcode:
        raise SystemExit(f"{act.__name__} ended with {process.exitcode}")
    found: tuple[float, float] = answers.get()
    return found


LEFT_OUT = ("SESSION_INTERFACE",)


def _exported(config: dict[str, Any], answers: Any, path: str, events: int | None) -> None:
    """(seconds, MB at the peak above what was held): of so many events, or of all."""
    from app import create_app

    app = create_app(config)
    with app.app_context():
        export(_asked_for(100), Path(f"{path}.warm"), actor="SYSTEM", on=ON)
        forget_peak()
        held, start = own_peak(), time.perf_counter()
        export(_asked_for(events), Path(path), actor="SYSTEM", on=ON)
        answers.put((time.perf_counter() - start, own_peak() - held))
        db.session.remove()
        db.engine.dispose()


def _asked_for(events: int | None) -> Asked:
    query = select(AuditEvent)
    if events is None:
        return Asked(query, "all", whole=True)
    last = select(func.max(AuditEvent.id)).scalar_subquery()
    return Asked(query.where(AuditEvent.id > last - events), "period", whole=False)
