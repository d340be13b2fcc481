"""What anybody may do so often from one address: counted beside the attempts at signing in, by a keyed hash."""
from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from database import db, transaction
from database.types import now
from staff.limits import limits
from staff.models import SignInAttempt
from staff.sign_in import key_of


def may_go_on(what: str, address: str, most: int) -> bool:
    """Count one more `what` from the address, unless `most` were in the window of lockouts (a refusal does not prolong
    itself). Whoever is beside another is counted before either is let go on."""
    key, since = key_of(what, address), now() - timedelta(minutes=limits().lockout_minutes)
    count = select(func.count()).where(SignInAttempt.key == key, SignInAttempt.at > since)
    with transaction() as session:
        if (session.scalar(count) or 0) >= most:
            return False
        session.add(SignInAttempt(key=key, ok=False))
    return (db.session.scalar(count) or 0) <= most
