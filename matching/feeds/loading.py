"""Loading a feed: kept as it came, read row by row, resolved to persons, written as signs (F1-F3).

A chunk of rows is one transaction, and its files are there before it. Killed at any moment, the same command goes on
where the last chunk ended; the same file again is the same load. Nothing is decided here: a feed only adds facts.
"""
from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from audit.events import FeedLoaded
from audit.log import record
from cases.imports.batches import PROPOSERS, Progress, grant_refusals, silent
from cases.refused import attempt, refuse
from database import db, transaction
from database.jobs import beat, end
from database.many import insert_many
from matching.feeds import chunks as chunking
from matching.feeds import jobs
from matching.feeds.chunks import chunks, keep, rows_file
from matching.feeds.columns import columns_of
from matching.feeds.models import FeedLoad, FeedQuarantine
from matching.feeds.reading import open_feed
from matching.feeds.register import States, register_files, register_now
from matching.feeds.resolving import Brought, Resolved, resolve
from matching.feeds.said import KEY_BYTES, reader_of
from matching.feeds.sealed import seal
from matching.feeds.store import clear_work, held, raw_file, sha256_of, work_folder
from rules.feeds import Source, catalogue
from staff.access import lock_actor
from staff.actor import Actor
from staff.models import NaturalPerson, Office
from staff.relatives import related_persons
from workflows.transition import TransitionRefused

LOADERS = PROPOSERS


def load(path: Path, source: str, office: Office, actor: Actor, on: date, *, file_name: str | None = None,
         progress: Progress = silent) -> FeedLoad:
    """Bring a file in for the people of the office's area. The same file gives the same load again.

    Raises FileRefused, KeyError for a source the catalogue does not know, TransitionRefused, Busy.
    """
    opened = open_load(path, source, office, actor, on, file_name=file_name)
    return bring_in(opened.id, path, actor, progress)


def open_load(path: Path, source: str, office: Office, actor: Actor, on: date, *,
              file_name: str | None = None) -> FeedLoad:
    """The load of a file whose headings can be read, new or as it stands. Raises as `load` does."""
    if catalogue().sources[source].computed:
        raise refuse("SOURCE_COMPUTED", "QD-14c")
    unread, expected = _looked_at(path, catalogue().sources[source])
    sha256, name, office_id = sha256_of(path), (file_name or path.name)[-120:], office.id

    def opening() -> FeedLoad:
        with attempt("load_feed", actor, on):
            who, place = lock_actor(actor), db.session.get_one(Office, office_id)
            if refusals := grant_refusals(who, LOADERS, place.path):
                raise TransitionRefused(tuple(refusals))
            found = live_load(source, place.path, sha256) or _new(source, place, sha256, name, who, on)
            found.unread = unread
            db.session.flush()
            if found.status == "staging":
                jobs.start(found, found.loaded_on, expected)
        return found

    try:
        opened = opening()
    except IntegrityError:  # another process opened it in the same moment: its load is the load
        opened = opening()
    if opened.status == "staging" and not raw_file(opened.public_id).exists():
        seal(path, raw_file(opened.public_id))
    return opened


def live_load(source: str, area_path: str, sha256: str) -> FeedLoad | None:
    return db.session.scalar(select(FeedLoad).filter_by(source=source, area_path=area_path, sha256=sha256)
                             .where(FeedLoad.status != "withdrawn").with_for_update())


def _looked_at(path: Path, source: Source) -> tuple[list[str], int]:
    with open_feed(path, source) as table:
        return list(columns_of(source, table.headings).unread), table.expected


def _new(source: str, office: Office, sha256: str, name: str, actor: Actor, on: date) -> FeedLoad:
    made = FeedLoad(source=source, area_path=office.path, file_name=name, sha256=sha256, loaded_on=on, status="staging",
                    loaded_by=actor.account_id, loaded_by_person=actor.natural_person_id)
    db.session.add(made)
    return made


def bring_in(load_id: int, path: Path, actor: Actor, progress: Progress = silent) -> FeedLoad:
    """The rest of an opened load. One process at a time: raises Busy while another is at it."""
    with held(f"load-{load_id}"):
        if db.session.get_one(FeedLoad, load_id, populate_existing=True).status == "staging":
            _stage(load_id, path, actor, progress)
            _finish(load_id, actor)
        else:
            clear_work(load_id)  # of a process that died between its last commit and this
    return db.session.get_one(FeedLoad, load_id, populate_existing=True)


def _stage(load_id: int, path: Path, actor: Actor, progress: Progress) -> None:
    brought = db.session.get_one(FeedLoad, load_id)
    source, through, on = catalogue().sources[brought.source], brought.staged_through, brought.loaded_on
    name, own = brought.public_id, _own(brought.loaded_by_person)
    with open_feed(path, source) as table:
        read = reader_of(source, columns_of(source, table.headings), on, current_app.config["INDEX_KEY"], own)
        rows = (row for row in table.rows if row.number > through)
        for chunk in chunks(rows, read, chunking.CHUNK):
            keep(name, db.session.get_one(FeedLoad, load_id).chunks, chunk)
            done = _under_way(load_id, actor, lambda brought, chunk=chunk: _add(brought, chunk))
            if done is None:
                return
            progress(*done)


def _own(person: int) -> frozenset[bytes]:
    """Nobody brings in what is said of themselves or of a relative (P3)."""
    indexes = db.session.scalars(select(NaturalPerson.id_number_index).where(
        NaturalPerson.id.in_({person} | related_persons(person))))
    return frozenset(bytes.fromhex(index)[:KEY_BYTES] for index in indexes)


def _add(brought: FeedLoad, chunk: chunking.Chunk) -> tuple[int, int]:
    insert_many(db.session, FeedQuarantine, [{"load_id": brought.id, **row} for row in chunk.refused])
    brought.staged_through, brought.chunks = chunk.last, brought.chunks + 1
    brought.rows += chunk.rows
    brought.quarantined += len(chunk.refused)
    return beat(brought.job_id, brought.rows)


def _under_way(load_id: int, actor: Actor, act: Callable[[FeedLoad], Any]) -> Any:
    """One step in one transaction, by the rights of this moment (A2); None once the load was withdrawn."""
    with transaction():
        who = lock_actor(actor)
        brought = locked(load_id)
        if refusals := grant_refusals(who, LOADERS, brought.area_path):
            raise TransitionRefused(tuple(refusals))
        return act(brought) if brought.status == "staging" else None


def locked(load_id: int) -> FeedLoad:
    return db.session.execute(select(FeedLoad).where(FeedLoad.id == load_id).with_for_update()
                              .execution_options(populate_existing=True)).scalar_one()


def _finish(load_id: int, actor: Actor) -> None:
    with held("register", wait=True), work_folder(load_id) as work:
        brought = db.session.get_one(FeedLoad, load_id, populate_existing=True)
        what = Brought(load_id, brought.area_path, chunk_files(brought), _earlier(brought))
        register = register_now()
        db.session.rollback()  # reading is over: nobody waits for what follows
        found = resolve(what, register_files(register), work)
        _under_way(load_id, actor, lambda brought: _loaded(brought, found, register, actor))


def chunk_files(brought: FeedLoad) -> list[Path]:
    return [rows_file(brought.public_id, number) for number in range(brought.chunks)]


def _earlier(brought: FeedLoad) -> list[Path]:
    loads = db.session.scalars(select(FeedLoad).filter_by(
        source=brought.source, area_path=brought.area_path, status="loaded").order_by(FeedLoad.id))
    return [path for one in loads for path in chunk_files(one)]


def _loaded(brought: FeedLoad, found: Resolved, register: States, actor: Actor) -> None:
    for name, value in asdict(found).items():
        setattr(brought, "signs" if name == "files" else name, value)
    brought.status, brought.register = "loaded", register
    end(brought.job_id)
    record(FeedLoaded(
        load=brought.public_id, source=brought.source, person=brought.loaded_by_person, office=brought.area_path,
        file_name=brought.file_name, sha256=brought.sha256, rows=brought.rows, loaded=found.loaded,
        unchanged=found.unchanged, duplicate=found.duplicate, quarantined=brought.quarantined, outside=found.outside,
        unlinked=found.unlinked, resolved=found.resolved, first_on=found.first_on, last_on=found.last_on,
        signs=digest_of(found.files)),
        actor=actor, on=brought.loaded_on, command="load_feed", office_path=brought.area_path)


def digest_of(files: dict[str, str]) -> str:
    """SHA-256 over buckets and the hashes of their files, in order."""
    lines = (f"{bucket} {files[bucket]}" for bucket in sorted(files, key=int))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
