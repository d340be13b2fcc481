"""Exports that a page began: made beside the request, kept in a folder for a day, for whoever asked and nobody else."""
from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Thread

from flask import Flask, current_app

from audit.exports.folder import pack
from database import db

PATIENCE = 2.0  # seconds a page waits for a short export before it shows progress
KEPT = 24 * 3600  # seconds
SILENT = 60  # seconds without a sign: the run was interrupted
SIGNS = 0.5  # seconds between two
NAME = "audit-export"
STATE, ARCHIVE = "state.json", f"{NAME}.zip"
Work = Callable[[Path, Callable[[int, int], object]], object]


@dataclass(frozen=True)
class Job:
    """state: running, done or failed; `why`: of a failed one, the code of the refusal or name of the error."""

    token: str
    owner: str  # account's public id
    state: str = "running"
    done: int = 0
    total: int = 0
    why: str = ""
    at: float = 0.0  # last sign, POSIX seconds

    @property
    def archive(self) -> Path:
        return _folder() / self.token / ARCHIVE


def begin(owner: str, work: Work) -> Job:
    """Run `work` beside the request and wait a little. It is given the new folder to fill and whom to tell."""
    _tidy()
    job = Job(secrets.token_urlsafe(12).replace("-", "A"), owner, at=time.time())
    (_folder() / job.token).mkdir(mode=0o700)
    _write(job)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    db.session.rollback()  # the request must not hold what the run waits for
    thread = Thread(target=lambda: _run(app, job, work), name=f"export-{job.token}", daemon=True)
    thread.start()
    thread.join(None if app.testing else PATIENCE)
    return find(job.token, owner) or job


def find(token: str, owner: str) -> Job | None:
    """The owner's export; None for one that is not there, or of somebody else."""
    path = _folder() / Path(token).name / STATE
    try:
        job = Job(**json.loads(path.read_bytes()))
    except (FileNotFoundError, NotADirectoryError):
        return None
    if job.owner != owner:
        return None
    return replace(job, state="failed") if job.state == "running" and time.time() - job.at > SILENT else job


def _run(app: Flask, job: Job, work: Work) -> None:
    folder = _folder_of(app) / job.token
    last = time.monotonic()

    def told(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last > SIGNS:
            last = time.monotonic()
            _write(replace(job, done=done, total=total, at=time.time()), folder)

    with app.app_context():
        try:
            work(folder / NAME, told)
            pack(folder / NAME, folder / ARCHIVE)
            ended = replace(job, state="done")
        except Exception as error:
            app.logger.exception("export interrupted: %s", job.token)
            ended = replace(job, state="failed", why=getattr(error, "code", type(error).__name__))
        finally:
            shutil.rmtree(folder / NAME, ignore_errors=True)
            db.session.remove()
        _write(replace(ended, at=time.time()), folder)


def _write(job: Job, folder: Path | None = None) -> None:
    path = (folder or _folder() / job.token) / STATE
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(job)))
    os.replace(fresh, path)


def _tidy() -> None:
    for path in _folder().iterdir():
        if time.time() - path.stat().st_mtime > KEPT:
            shutil.rmtree(path, ignore_errors=True)


def _folder() -> Path:
    return _folder_of(current_app)


def _folder_of(app: Flask) -> Path:
    folder = Path(app.config.get("INSTANCE_DIR") or app.instance_path) / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
