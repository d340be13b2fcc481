"""argon2 hashes, and one for people who do not exist, so that the answer takes as long."""
from __future__ import annotations

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from staff.refusals import StaffRefused

SHORTEST = 10  # characters; house value
_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """Raises StaffRefused PASSWORD_TOO_SHORT."""
    if len(password) < SHORTEST:
        raise StaffRefused("PASSWORD_TOO_SHORT", shortest=SHORTEST)
    return _HASHER.hash(password)


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; None stands for an unknown account and takes as long to refuse."""
    try:
        return _HASHER.verify(password_hash or _nobody(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")
