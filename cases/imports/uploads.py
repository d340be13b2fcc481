"""A file brought through the page: kept until it is staged, read beside the request, gone afterwards."""
from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from flask import current_app
from sqlalchemy import select

from cases.imports.proposing import open_batch, stage
from cases.imports.releasing import begin_release, load
from cases.imports.staging import sha256_of
from cases.models import ImportBatch
from database import db
from database.jobs import beside_the_request
from staff.actor import Actor
from staff.models import Office


def bring(stream: BinaryIO, file_name: str, office: Office, actor: Actor, on, kind: str) -> ImportBatch:
    """Open the batch of an uploaded file and begin to stage it. Raises as `proposing.open_batch` does."""
    received = _folder() / f"received-{id(stream):x}-{actor.account_id}"
    try:
        with open(received, "wb") as copy:
            while block := stream.read(1 << 20):
                copy.write(block)
        batch = open_batch(received, office, actor, on, kind=kind, file_name=Path(file_name).name)
        batch_id, public_id, job_id = batch.id, batch.public_id, batch.job_id
        if batch.status == "staging":
            received.replace(_kept(sha256_of(received)))
            beside_the_request(lambda _told: _stage(batch_id, actor), f"stage-{public_id}", job_id)
    finally:
        received.unlink(missing_ok=True)
    return db.session.get_one(ImportBatch, batch_id)


def begin(batch: ImportBatch, actor: Actor, on) -> None:
    """Take the batch for release and begin to load it. Raises as `releasing.begin_release` does."""
    taken = begin_release(batch, actor, on)
    batch_id = taken.id
    beside_the_request(lambda _told: load(db.session.get_one(ImportBatch, batch_id), actor, on),
                       f"release-{taken.public_id}", taken.job_id)


def go_on(batch: ImportBatch, actor: Actor) -> bool:
    """Stage the rest of an interrupted upload; False where its file is no longer kept and must be brought again."""
    if not _kept(batch.sha256).exists():
        return False
    batch_id = batch.id
    beside_the_request(lambda _told: _stage(batch_id, actor), f"stage-{batch.public_id}", batch.job_id)
    return True


def _stage(batch_id: int, actor: Actor) -> None:
    batch = db.session.scalar(select(ImportBatch).where(ImportBatch.id == batch_id))
    kept = _kept(batch.sha256)
    stage(batch, kept, actor)
    kept.unlink(missing_ok=True)  # the rows stand encrypted in the database now


def _folder() -> Path:
    folder = Path(current_app.config["INSTANCE_DIR"]) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _kept(sha256: str) -> Path:
    return _folder() / sha256
