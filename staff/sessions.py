"""Server-side sessions: opened at sign-in, revocable at once, with idle and absolute expiry."""
from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from database import db, transaction
from database.types import now
from staff.limits import limits
from staff.models import StaffAccount, StaffSession

TOUCH_EVERY = timedelta(minutes=1)  # last-seen is written at most once a minute


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(account: StaffAccount) -> tuple[str, StaffSession]:
    """A new session of `account`, inside the caller's transaction: its token, kept nowhere else, and the row."""
    token = secrets.token_urlsafe(32)
    row = StaffSession(token_hash=token_hash(token), account_id=account.id,
                       expires_at=now() + timedelta(minutes=limits().session_absolute_minutes))
    db.session.add(row)
    db.session.flush()
    return token, row


def find_session(token: str | None) -> StaffSession | None:
    if not token:
        return None
    query = (select(StaffSession).where(StaffSession.token_hash == token_hash(token))
             .options(joinedload(StaffSession.account).joinedload(StaffAccount.office)))
    return db.session.scalar(query)


def session_refusal(row: StaffSession, at: datetime) -> str | None:
    """Why this session no longer counts at `at`, or None."""
    idle = timedelta(minutes=limits().session_idle_minutes)
    facts = (
        ("SESSION_REVOKED", row.revoked_at is not None),
        ("SESSION_EXPIRED", at >= row.expires_at or at >= row.last_seen_at + idle),
        ("ACCOUNT_CLOSED", not row.account.active),
    )
    return next((name for name, true in facts if true), None)


def touch(session_id: int, seen: datetime, at: datetime) -> None:
    """Write last-seen, in its own transaction, when the one on file (`seen`) is older than a minute."""
    if at - seen < TOUCH_EVERY:
        return
    with transaction() as session:
        session.execute(update(StaffSession).where(StaffSession.id == session_id, StaffSession.last_seen_at < at)
                        .values(last_seen_at=at))


def lock_account(account_id: int) -> StaffAccount:
    """The account with its open sessions, locked in the order in which its holder's own requests lock them."""
    sessions = select(StaffSession.id).where(StaffSession.account_id == account_id, StaffSession.revoked_at.is_(None))
    db.session.execute(sessions.order_by(StaffSession.id).with_for_update(key_share=True)).all()
    query = select(StaffAccount).where(StaffAccount.id == account_id).with_for_update(of=StaffAccount, key_share=True)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def revoke_sessions(account_ids: Iterable[int], *, but: int | None = None) -> int:
    """Revoke every open session of the accounts, inside the caller's transaction. Returns how many."""
    mine = StaffSession.account_id.in_(list(account_ids))
    query = update(StaffSession).where(mine, StaffSession.revoked_at.is_(None))
    if but is not None:
        query = query.where(StaffSession.id != but)
    return db.session.execute(query.values(revoked_at=now())).rowcount
