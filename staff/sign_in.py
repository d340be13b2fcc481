"""Signing in and out. An attempt is on file before the password is looked at, so that guesses in parallel count too."""
from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import func, select

from audit.events import SessionRevoked, SignedIn, SignedOut, SignInRefused
from audit.log import record
from database import db, transaction
from database.types import now
from staff.access import Actor, lock_actor
from staff.actor import STRANGER, actor_of
from staff.limits import ADDRESS_FAILURES, limits
from staff.models import SignInAttempt, StaffAccount, StaffSession
from staff.passwords import verify
from staff.sessions import open_session


class NotSignedIn(Exception):
    """`refusal`: SIGN_IN_FAILED or SIGN_IN_LOCKED; the same whether or not the user name exists."""

    def __init__(self, refusal: str) -> None:
        super().__init__(refusal)
        self.refusal = refusal


@dataclass(frozen=True)
class _Attempt:
    ids: tuple[int, ...]
    failures: int  # of this name in the window, this one included
    name_key: str
    over_limit: bool = False


def sign_in(username: str, password: str, address: str, on: date) -> str:
    """Open a session; returns its token. Raises NotSignedIn."""
    account = _account(username)
    attempt = _reserve(username, address)
    if attempt.over_limit:
        raise _refused(attempt, account, on)
    right = verify(account.password_hash if account else None, password)
    if account is None or not right or not account.active:
        raise _refused(attempt, account, on)
    return _open(attempt, account.id, on)


def sign_out(actor: Actor, on: date) -> None:
    """Revoke the actor's own session."""
    with transaction() as session:
        actor = lock_actor(actor)
        session.get_one(StaffSession, actor.session_id).revoked_at = now()
        record(SignedOut(account=actor.account_public_id), actor=actor, on=on, office_path=actor.office_path)


def revoke_own_session(actor: Actor, session_id: int, on: date) -> None:
    """End one of the actor's other sessions. One of somebody else is not found, and nothing happens."""
    with transaction() as session:
        actor = lock_actor(actor)
        row = session.get(StaffSession, session_id)
        if row is None or row.account_id != actor.account_id or row.revoked_at is not None:
            return
        row.revoked_at = now()
        record(SessionRevoked(account=actor.account_public_id, cause="own"), actor=actor, on=on,
               office_path=actor.office_path)


def open_sessions(actor: Actor) -> list[StaffSession]:
    """The actor's sessions that have neither been revoked nor run out, newest first."""
    query = select(StaffSession).where(
        StaffSession.account_id == actor.account_id, StaffSession.revoked_at.is_(None), StaffSession.expires_at > now()
    )
    return list(db.session.scalars(query.order_by(StaffSession.id.desc())))


def key_of(kind: str, text: str) -> str:
    """HMAC of a user name or an address: counted by, never read back."""
    value = f"{kind}:{text.strip().lower()}"
    return hmac.new(current_app.config["INDEX_KEY"], value.encode(), hashlib.sha256).hexdigest()


def _account(username: str) -> StaffAccount | None:
    return db.session.scalar(select(StaffAccount).where(StaffAccount.username == username.strip().lower()))


def _reserve(username: str, address: str) -> _Attempt:
    """Put the attempt on file, unless this name or address is over its limit (a lock does not prolong itself)."""
    name, place = key_of("name", username), key_of("address", address)
    with transaction() as session:
        # Guesses at one account wait for each other here, so that none slips in beside the count.
        session.execute(select(StaffAccount.id).where(StaffAccount.username == username.strip().lower())
                        .with_for_update(key_share=True))
        since = now() - timedelta(minutes=limits().lockout_minutes)
        failures, from_address = _failures(name, since), _failures(place, since, forgive=False)
        if failures >= limits().lockout_failures or from_address >= ADDRESS_FAILURES:
            return _Attempt((), failures, name, over_limit=True)
        rows = [SignInAttempt(key=key, ok=False) for key in (name, place)]
        session.add_all(rows)
        session.flush()
        return _Attempt(tuple(row.id for row in rows), failures + 1, name)


def _failures(key: str, since: datetime, *, forgive: bool = True) -> int:
    """Failures under `key` since then; with `forgive`, since the last success if that is later."""
    last = select(func.max(SignInAttempt.at)).where(SignInAttempt.key == key, SignInAttempt.ok)
    start = max(filter(None, (since, db.session.scalar(last) if forgive else None)))
    query = select(func.count()).where(SignInAttempt.key == key, ~SignInAttempt.ok, SignInAttempt.at > start)
    return db.session.scalar(query) or 0


def _refused(attempt: _Attempt, account: StaffAccount | None, on: date) -> NotSignedIn:
    refusal = "SIGN_IN_LOCKED" if attempt.over_limit else "SIGN_IN_FAILED"
    account_id = account.id if account else None
    with transaction() as session:
        locked = attempt.over_limit or attempt.failures >= limits().lockout_failures
        known = session.get(StaffAccount, account_id, with_for_update={"key_share": True}) if account_id else None
        if known and not attempt.over_limit:
            known.failed_attempts = attempt.failures
            known.locked_until = now() + timedelta(minutes=limits().lockout_minutes) if locked else None
        record(SignInRefused(refusal=refusal, key=attempt.name_key, attempts=attempt.failures, locked=locked,
                             account=known.public_id if known else None),
               actor=STRANGER, on=on, office_path=known.office.path if known else None)
    return NotSignedIn(refusal)


def _open(attempt: _Attempt, account_id: int, on: date) -> str:
    with transaction() as session:
        account = session.get_one(StaffAccount, account_id, with_for_update={"key_share": True})
        if not account.active:
            raise NotSignedIn("SIGN_IN_FAILED")
        for attempt_id in attempt.ids:
            session.get_one(SignInAttempt, attempt_id).ok = True
        account.failed_attempts, account.locked_until = 0, None
        token, row = open_session(account)
        actor = actor_of(account, row.id)
        record(SignedIn(account=account.public_id), actor=actor, on=on, office_path=actor.office_path)
    return token
