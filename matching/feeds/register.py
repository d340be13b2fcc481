"""The register as numbers: keyed index of the ID number -> pensioner.id, keyed hash of the name. Kept in the store by
buckets, each read again from the database only when it has changed since. No ID number and no name stands in it (A3).
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from flask import current_app
from pyarrow import parquet
from sqlalchemy import func, or_, select

from cases.models import Case, Pensioner
from database import db
from matching.feeds.said import KEY_BYTES, name_key
from matching.feeds.store import beside, register_folder
from staff.actor import AFTER_SLASH
from staff.models import NaturalPerson, Office

BUCKET = 1 << 20  # persons, as in the files of signs
FETCH = 20_000  # rows in memory at once
REGISTER = pa.schema([("person", pa.int64()), ("person_a", pa.int64()), ("person_b", pa.int64()),
                      ("name", pa.int64())])
MEMBERS = pa.schema([("person", pa.int64())])


def register_files() -> list[Path]:
    """The register as it stands now. Call it under the lock `register`."""
    wanted = {register_folder() / f"{bucket}-{state}.parquet": bucket for bucket, state in _states()}
    for path, bucket in wanted.items():
        if not path.exists():
            _export(bucket, path)
    for path in set(register_folder().glob("*.parquet")) - set(wanted):
        path.unlink()
    return sorted(wanted)


def _states() -> Iterator[tuple[int, str]]:
    """(bucket, what tells whether one in it has come, gone or changed): each change of a person raises a version."""
    bucket = Pensioner.id // BUCKET
    key = hashlib.sha256(current_app.config["INDEX_KEY"]).hexdigest()
    query = (select(bucket, func.count(), func.max(Pensioner.id), func.sum(Pensioner.version),
                    func.min(Pensioner.public_id), func.max(Pensioner.public_id))
             .group_by(bucket).order_by(bucket))
    for number, *state in db.session.execute(query).all():
        yield int(number), hashlib.sha256(f"{state} {key}".encode()).hexdigest()[:16]


def _export(bucket: int, path: Path) -> None:
    key = current_app.config["INDEX_KEY"]
    query = (select(Pensioner.id, NaturalPerson.id_number_index, Pensioner.name)
             .join(NaturalPerson, NaturalPerson.id == Pensioner.natural_person_id)
             .where(Pensioner.id >= bucket * BUCKET, Pensioner.id < (bucket + 1) * BUCKET).order_by(Pensioner.id))
    with beside(path) as draft, parquet.ParquetWriter(draft, REGISTER, compression="zstd") as writer:
        for rows in db.session.execute(query.execution_options(yield_per=FETCH)).partitions():
            keys = np.frombuffer(b"".join(bytes.fromhex(row[1])[:KEY_BYTES] for row in rows), dtype=">i8")
            both = keys.astype("<i8").reshape(-1, 2)
            columns = [pa.array([row[0] for row in rows], pa.int64()), pa.array(np.ascontiguousarray(both[:, 0])),
                       pa.array(np.ascontiguousarray(both[:, 1])),
                       pa.array([name_key(key, row[2]) for row in rows], pa.int64())]
            writer.write_table(pa.table(columns, schema=REGISTER))


def export_members(area_path: str, path: Path) -> None:
    """Persons of whom the area keeps or pays a case: a load says nothing of anybody else (A1)."""
    end = area_path[:-1] + AFTER_SLASH
    pays = select(Office.id).where(Office.path >= area_path, Office.path < end)
    query = (select(Case.pensioner_id).distinct()
             .where(or_((Case.office_path >= area_path) & (Case.office_path < end), Case.paying_office_id.in_(pays))))
    with parquet.ParquetWriter(path, MEMBERS) as writer:
        for rows in db.session.execute(query.execution_options(yield_per=FETCH)).partitions():
            writer.write_table(pa.table([pa.array([row[0] for row in rows], pa.int64())], schema=MEMBERS))
