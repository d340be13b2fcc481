"""House values of sign-in: from the rules in force; these stand in where the rules name none."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Minutes, hours, counts. Basis: house values (本系统设定); no source states them."""

    session_idle_minutes: int = 30
    session_absolute_hours: int = 8
    sign_in_lock_after: int = 5
    sign_in_lock_minutes: int = 15
    sign_in_address_limit: int = 30
    sign_in_window_minutes: int = 15


def limits() -> Limits:
    return Limits()
