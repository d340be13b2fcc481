"""A feed brought through the page: kept until it is loaded, read beside the request, gone afterwards."""
from __future__ import annotations

import secrets
from datetime import date
from pathlib import Path
from typing import BinaryIO

from database import db
from database.jobs import beside_the_request
from matching.feeds.loading import bring_in, open_load
from matching.feeds.models import FeedLoad
from matching.feeds.sealed import unseal
from matching.feeds.store import Busy, raw_file, received_folder
from staff.actor import Actor
from staff.models import Office

BLOCK = 1 << 20


def bring(stream: BinaryIO, file_name: str, source: str, office: Office, actor: Actor, on: date) -> FeedLoad:
    """Open the load of an uploaded file and begin to bring it in. Raises as `loading.open_load` does."""
    received = received_folder() / secrets.token_hex(16)
    try:
        with open(received, "wb") as copy:
            while block := stream.read(BLOCK):
                copy.write(block)
        opened = open_load(received, source, office, actor, on, file_name=Path(file_name).name)
        load_id, public_id, job_id = opened.id, opened.public_id, opened.job_id
        if opened.status == "staging":
            received.replace(_kept(public_id))
            beside_the_request(lambda _told: _run(load_id, public_id, actor), f"feed-{public_id}", job_id)
    finally:
        received.unlink(missing_ok=True)
    return db.session.get_one(FeedLoad, load_id, populate_existing=True)


def go_on(load: FeedLoad, actor: Actor) -> None:
    """Bring in the rest of an interrupted load."""
    load_id, public_id = load.id, load.public_id
    beside_the_request(lambda _told: _run(load_id, public_id, actor), f"feed-{public_id}", load.job_id)


def _run(load_id: int, public_id: str, actor: Actor) -> None:
    path = _kept(public_id)
    if not path.exists():
        unseal(raw_file(public_id), path)
    try:
        bring_in(load_id, path, actor)
    except Busy:  # another process is at it
        return
    path.unlink(missing_ok=True)


def _kept(public_id: str) -> Path:
    return received_folder() / f"{public_id}.plain"
