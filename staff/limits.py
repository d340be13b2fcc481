"""House values of sign-in, from the rules in force; counts per address stand here."""
from __future__ import annotations

from dataclasses import dataclass

from rules import rules_for
from staff.clock import today

ADDRESS_FAILURES = 50  # per window; an office behind one address shares it
ADDRESS_CHECKS = 30  # dossiers brought to the public page, in the same window
RULES = ("session_idle_minutes", "session_absolute_minutes", "lockout_failures", "lockout_minutes")


@dataclass(frozen=True)
class Limits:
    """Minutes, and counts of failed sign-ins. Basis: house values, cited in the rules."""

    session_idle_minutes: int
    session_absolute_minutes: int
    lockout_failures: int
    lockout_minutes: int


def limits() -> Limits:
    """The national values: sessions and lockouts do not differ by place."""
    rules = rules_for("", today())
    return Limits(**{key: int(rules.value(key)) for key in RULES})  # type: ignore[call-overload]
