"""The register as numbers: keyed index of the ID number -> pensioner.id, keyed hash of the name, and the offices that
keep or pay a case. Kept in the store by buckets, each read again from the database only when it has changed since; what
a load was resolved with stays as long as the load. No ID number and no name stands in it (A3).
"""
from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from flask import current_app
from pyarrow import parquet
from sqlalchemy import BigInteger, cast, func, select

from cases.models import Case, Pensioner
from database import db
from matching.feeds.models import FeedLoad
from matching.feeds.said import KEY_BYTES, name_key
from matching.feeds.store import beside, register_folder
from staff.models import NaturalPerson, Office

BUCKET = 1 << 20  # persons, as in the files of signs
FETCH = 20_000  # rows in memory at once
SHAPE = "person, numbers, name as compared, path"  # another shape is another file
PRIME = 65_521  # squares of ids are summed by their remainders, within 64 bits
REGISTER = pa.schema([("person", pa.int64()), ("person_a", pa.int64()), ("person_b", pa.int64()),
                      ("name", pa.int64()), ("path", pa.string())])  # a row for each office that keeps or pays a case
States = dict[str, str]  # bucket -> what tells whether one in it has come, gone, moved or changed


def register_now() -> States:
    """The register as it stands, its files there. Call it under the lock `register`."""
    states = _states()
    for bucket, state in states.items():
        if not register_file(bucket, state).exists():
            _export(int(bucket), register_file(bucket, state))
    _forget(states)
    return states


def register_file(bucket: str, state: str) -> Path:
    return register_folder() / f"{bucket}-{state}.parquet"


def register_files(states: States) -> list[Path]:
    return [register_file(bucket, state) for bucket, state in sorted(states.items())]


def _forget(now: States) -> None:
    """Files that no load in force was resolved with."""
    kept = {register_file(*one) for one in now.items()}
    for states in db.session.scalars(select(FeedLoad.register).where(FeedLoad.status == "loaded")):
        kept.update(register_file(*one) for one in (states or {}).items())
    for path in set(register_folder().glob("*.parquet")) - kept:
        path.unlink()


def _states() -> States:
    """Each change of a person raises a version; whoever moves leaves one office's sums and enters another's."""
    told: dict[str, list[str]] = defaultdict(list)
    bucket = Pensioner.id // BUCKET
    people = (select(bucket, func.count(), func.max(Pensioner.id), func.sum(Pensioner.version),
                     func.min(Pensioner.public_id), func.max(Pensioner.public_id)).group_by(bucket).order_by(bucket))
    at, rest = Case.pensioner_id // BUCKET, cast(Case.pensioner_id % PRIME, BigInteger)
    kept = (select(at, Case.office_path, Case.paying_office_id, func.count(), func.sum(Case.pensioner_id),
                   func.sum(rest * rest)).group_by(at, Case.office_path, Case.paying_office_id)
            .order_by(at, Case.office_path, Case.paying_office_id))
    for query in (people, kept):
        for number, *state in db.session.execute(query):
            told[str(number)].append(" ".join(str(one) for one in state))
    key = hashlib.sha256(current_app.config["INDEX_KEY"]).hexdigest()
    return {number: hashlib.sha256("\n".join([SHAPE, key, *lines]).encode()).hexdigest()[:16]
            for number, lines in told.items()}


def _export(bucket: int, path: Path) -> None:
    with beside(path) as draft, parquet.ParquetWriter(draft, REGISTER, compression="zstd") as writer:
        for rows in _rows(bucket):
            writer.write_table(_table(rows))


def _rows(bucket: int) -> Iterator[Sequence[Any]]:
    paying = dict(db.session.execute(select(Office.id, Office.path)).all())
    query = (select(Pensioner.id, NaturalPerson.id_number_index, Pensioner.name, Case.office_path,
                    Case.paying_office_id)
             .join(NaturalPerson, NaturalPerson.id == Pensioner.natural_person_id)
             .join(Case, Case.pensioner_id == Pensioner.id)
             .where(Pensioner.id >= bucket * BUCKET, Pensioner.id < (bucket + 1) * BUCKET)
             .order_by(Pensioner.id, Case.id))
    for rows in db.session.execute(query.execution_options(yield_per=FETCH)).partitions():
        yield [(*told, path) for *told, kept, office in rows for path in dict.fromkeys((kept, paying[office]))]


def _table(rows: Sequence[Any]) -> pa.Table:
    key = current_app.config["INDEX_KEY"]
    numbers = np.frombuffer(b"".join(bytes.fromhex(row[1])[:KEY_BYTES] for row in rows), dtype=">i8")
    both = numbers.astype("<i8").reshape(-1, 2)
    columns = [pa.array([row[0] for row in rows], pa.int64()), pa.array(np.ascontiguousarray(both[:, 0])),
               pa.array(np.ascontiguousarray(both[:, 1])),
               pa.array([name_key(key, row[2]) for row in rows], pa.int64()),
               pa.array([row[3] for row in rows], pa.string())]
    return pa.table(columns, schema=REGISTER)
