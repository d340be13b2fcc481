"""Keeping the log: a checkpoint, its hand-over to the witnesses, and a record of every refusal. By command or job."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from audit.checkpoints import checkpoint, latest
from audit.entries import LogAltered
from audit.events import SYSTEM, CheckpointRefused, Event, SignerKeyLost, SignerKeyMade, SignerKeyRotated, parse
from audit.installed import signer, signer_folder
from audit.log import record
from audit.models import AuditEvent
from audit.placing import size_of
from audit.sequencer import opened
from audit.signer.folder import Folder, Since
from audit.signer.keys import declare_lost, rotate
from audit.signer.refusals import SignerRefused
from audit.witnesses.standing import refused_since
from database import db, transaction

KEY_EVENTS = ("SignerKeyMade", "SignerKeyRotated", "SignerKeyLost")


def signed_checkpoint(on: date, *, thorough: bool = False) -> bytes:
    """The note of the log as it is now. A refusal is an event, once while its reason lasts. Raises SignerRefused."""
    try:
        return checkpoint(thorough=thorough)
    except LogAltered as altered:
        refused = SignerRefused("ALTERED", detail=" ".join(map(str, altered.args)))
    except SignerRefused as signers:
        refused = signers
    db.session.rollback()
    last = latest()
    known = refused_since(last)
    if refused.code != "AWAY" and (known is None or known.data["code"] != refused.code):
        with transaction():
            record(CheckpointRefused(code=refused.code, entries=size_of(db.session),
                                     signed_entries=last.size if last else None), actor=SYSTEM, on=on)
    raise refused


def rotated(on: date) -> Since:
    """The signer's key handed over, on record in the log. Raises SignerRefused."""
    rotate(signer_folder())
    return recorded_keys(on)[-1]


def recorded_keys(on: date) -> list[Since]:
    """All keys of the log, each of which an event tells of now; a key may have been made or handed over elsewhere.

    Raises SignerRefused.
    """
    keys, known = signer().log_keys(), set(known_keys())
    with transaction():
        for old, new in zip([None, *keys], keys, strict=False):
            if new.key not in known:
                record(_event(old, new), actor=SYSTEM, on=on)
    return keys


def lost(on: date, witnessed: Iterable[tuple[str, bytes]], old_keys: Iterable[str] = ()) -> Since:
    """The signer declared lost: a new one goes on from the largest checkpoint that `witnessed` (name, note) or the
    database hold. old_keys: of the lost signer, where neither its folder nor the log tells them. Raises SignerRefused.
    """
    log, given, last = opened(), list(witnessed), latest()
    notes = [note for _, note in given] + ([last.note.encode()] if last else [])
    old = _old_keys(list(old_keys))
    since = declare_lost(signer_folder(), log.origin, log.hashing.name, old, notes)
    with transaction():
        record(_event(old[-1] if old else None, since, tuple(name for name, _ in given)), actor=SYSTEM, on=on)
    return since


def known_keys() -> list[str]:
    """The verifier keys that events tell of, in order."""
    query = select(AuditEvent.canonical).where(AuditEvent.type.in_(KEY_EVENTS)).order_by(AuditEvent.id)
    return [parse(row).data["new_key"] for row in db.session.scalars(query)]


def _old_keys(given: list[str]) -> list[Since]:
    folder = Folder(signer_folder())
    if folder.exists:
        return folder.keys
    return [Since(key, 0) for key in given or known_keys()]


def _event(old: Since | None, new: Since, names: tuple[str, ...] = ()) -> Event:
    before = old.key if old else None
    if new.note is None or before is None and not new.lost:
        return SignerKeyMade(new_key=new.key)
    if new.lost:
        return SignerKeyLost(new_key=new.key, old_key=before, signs_from=new.since, witnesses=names,
                             declaration=new.note)
    return SignerKeyRotated(new_key=new.key, old_key=str(before), signs_from=new.since, handover=new.note)
