"""Where the files of matching stand (decision 100), and how one gets there: whole, or not at all."""
from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

PRIVATE = 0o700
BUCKET = re.compile(r"\d+\.parquet")


class Busy(Exception):
    """Another process does the same work at this moment."""


def store() -> Path:
    """FEED_STORE, by default beside the database."""
    given = current_app.config.get("FEED_STORE") or Path(current_app.config["INSTANCE_DIR"]) / "feeds"
    return _folder(Path(given))


def _folder(path: Path) -> Path:
    path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    return path


def raw_file(public_id: str) -> Path:
    """The file of a load as it came, encrypted. By public id: numbers come again after a restore, these do not."""
    return _folder(store() / "raw") / f"{public_id}.sealed"


def rows_folder(public_id: str) -> Path:
    """Keyed hashes of what the rows say, a file a chunk: what later loads are compared with."""
    return _folder(store() / "rows" / public_id)


def unlinked_folder(public_id: str) -> Path:
    """Rows whose number cannot be read, encrypted, a file a chunk."""
    return _folder(store() / "unlinked" / public_id)


def signs_folder(load_id: int) -> Path:
    """`<bucket>.parquet`: the signs of a load, sorted by person."""
    return _folder(store() / "signs" / str(load_id))


def sign_files(load_id: int) -> dict[int, Path]:
    """Bucket -> its file, those that are whole."""
    return {int(path.stem): path for path in sorted(signs_folder(load_id).iterdir()) if BUCKET.fullmatch(path.name)}


def register_folder() -> Path:
    return _folder(store() / "register")


def received_folder() -> Path:
    """Uploads until they are loaded; readable by this account only."""
    return _folder(store() / "received")


def resolved_folder() -> Path:
    """`<public id of a resolution>/`: the signs of a load resolved again until they are in their place, and `moved/`,
    which names the people whose signs came or went."""
    return _folder(store() / "resolved")


@contextmanager
def work_folder(name: int | str) -> Iterator[Path]:
    """A folder for one run, by the load's number; gone afterwards; what a killed run left there goes first."""
    clear_work(name)
    try:
        yield _folder(store() / "work" / str(name))
    finally:
        clear_work(name)


def clear_work(name: int | str) -> None:
    shutil.rmtree(store() / "work" / str(name), ignore_errors=True)


@contextmanager
def held(name: str, *, wait: bool = False, shared: bool = False) -> Iterator[None]:
    """One process at a time in this store, or several that share; the lock goes with the process. Raises Busy unless it
    may wait."""
    with open(_folder(store() / "locks") / name, "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as taken:
            raise Busy(name) from taken
        yield


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A place to write; what was written there becomes `path` at the end, on the disk and in one step."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield draft
        with open(draft, "rb") as written:
            os.fsync(written.fileno())
        draft.replace(path)
        _sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
