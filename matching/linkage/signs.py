"""Rows that people tied to a person become signs: `sure` = 1, so a loss is looked at and nothing is proved by them.

They stand in a load of their own beside the one they came in, named after it, and are withdrawn with it.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import select

from audit.events import FeedLoaded
from audit.log import record
from cases.imports.batches import grant_refusals
from cases.refused import attempt
from database import db, transaction
from matching.definition import NUMBER_ONLY
from matching.feeds.chunks import unlinked_rows
from matching.feeds.loading import LOADERS, digest_of, locked
from matching.feeds.models import TIED, FeedLoad
from matching.feeds.store import sha256_of, sign_files, signs_folder
from matching.linkage.deciding import confirmed_links, confirmed_loads
from matching.store import BUCKET_BITS, SIGNS, write_table
from staff.access import lock_actor
from staff.actor import SYSTEM, Actor
from workflows.transition import TransitionRefused

Sign = tuple[int, int, int, int, int]  # person, day, code, sure, row


def write_links(load_id: int, *, actor: Actor, on: date) -> FeedLoad | None:
    """A load of the confirmed rows that are not in one yet; None where there are none. Raises TransitionRefused."""
    with attempt("write_links", actor, on):
        who, origin = lock_actor(actor), db.session.get_one(FeedLoad, load_id, with_for_update=True)
        if refusals := grant_refusals(who, LOADERS, origin.area_path):
            raise TransitionRefused(tuple(refusals))
        signs = _new(origin)
        by = who.account_id, who.natural_person_id
        return _load(origin, signs, who, by, on) if signs and origin.status == "loaded" else None


def write_confirmed(loads: Iterable[int], on: date) -> int:
    """Before a run: what people confirmed of these loads becomes loads beside them, whoever brought those in; how many.

    A row so tied may have somebody verified; it certifies and ends nothing. Again, nothing is made.
    """
    made = 0
    for number in confirmed_loads(loads):
        with transaction():
            origin = locked(number)
            signs = _new(origin) if origin.status == "loaded" else []
            if signs:
                _load(origin, signs, SYSTEM, (origin.loaded_by, origin.loaded_by_person), on)
                made += 1
    return made


def links_of(origin: FeedLoad) -> list[FeedLoad]:
    """The loads of its rows that people tied, those in force."""
    return list(db.session.scalars(select(FeedLoad).where(
        FeedLoad.source == origin.source, FeedLoad.area_path == origin.area_path,
        FeedLoad.file_name == _name(origin), FeedLoad.status == "loaded").order_by(FeedLoad.id)))


def _name(origin: FeedLoad) -> str:
    return f"{TIED}{origin.public_id}"


def _new(origin: FeedLoad) -> list[Sign]:
    written = {row for one in links_of(origin) for path in sign_files(one.id).values()
               for row in pq.read_table(path, columns=["row"])["row"].to_pylist()}
    links = {row: person for row, person in confirmed_links(origin.id) if row not in written}
    return sorted((links[one.row], one.day, one.code, NUMBER_ONLY, one.row)
                  for one in (unlinked_rows(origin.public_id) if links else ()) if one.row in links and one.code)


def _load(origin: FeedLoad, signs: list[Sign], actor: Actor, by: tuple[int, int], on: date) -> FeedLoad:
    """by: account and person whose load it is."""
    made = FeedLoad(
        source=origin.source, area_path=origin.area_path, file_name=_name(origin), status="staging", loaded_on=on,
        sha256=hashlib.sha256(repr((origin.public_id, signs)).encode()).hexdigest(), loaded_by=by[0],
        loaded_by_person=by[1], rows=len(signs), loaded=len(signs), resolved=len(signs))
    db.session.add(made)
    db.session.flush()
    made.signs, made.status = _written(made.id, signs), "loaded"
    db.session.flush()
    record(FeedLoaded(
        load=made.public_id, source=made.source, person=made.loaded_by_person, office=made.area_path,
        file_name=made.file_name, sha256=made.sha256, rows=made.rows, loaded=made.rows, unchanged=0, duplicate=0,
        quarantined=0, outside=0, unlinked=0, resolved=made.resolved, signs=digest_of(made.signs)),
        actor=actor, on=on, command="write_links", office_path=made.area_path)
    return made


def _written(load: int, signs: list[Sign]) -> dict[str, str]:
    files = {}
    for stale in sign_files(load).values():  # of a process that died before it had said so
        stale.unlink()
    for bucket in sorted({person >> BUCKET_BITS for person, *_ in signs}):
        here = [sign for sign in signs if sign[0] >> BUCKET_BITS == bucket]
        path = signs_folder(load) / f"{bucket}.parquet"
        write_table(path, pa.table([list(column) for column in zip(*here, strict=True)], schema=SIGNS))
        files[str(bucket)] = sha256_of(path)
    return files
