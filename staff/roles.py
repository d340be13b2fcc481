"""Roles, what may not meet in one person, and office levels. Data only."""
from __future__ import annotations

from itertools import combinations, product

from workflows.roles import BUSINESS, INSPECTION

ADMINISTRATORS = ("system_administrator", "security_administrator", "audit_administrator")
ROLES = BUSINESS + INSPECTION + ADMINISTRATORS

# Posts never held by one natural person, whatever the accounts (不相容岗位分设). Unordered pairs.
INCOMPATIBLE: frozenset[frozenset[str]] = frozenset(
    frozenset(pair)
    for pair in (
        *product(ADMINISTRATORS, BUSINESS),
        *product(INSPECTION, BUSINESS),
        *combinations(ADMINISTRATORS, 2),
    )
)

# Who takes which step of a grant; each step another natural person, never the one who gets the role.
GRANT_STEPS: dict[str, tuple[str, ...]] = {
    "apply": ("system_administrator", "security_administrator"),
    "check": INSPECTION,
    "approve": ("system_administrator", "security_administrator"),
    "reject": ("inspector", "system_administrator", "security_administrator"),
    "revoke": ("system_administrator", "security_administrator"),
}
# Posts without which nobody could grant again: their last holder keeps them.
NEVER_EMPTY = ("system_administrator", "security_administrator", "inspector")

LEVELS = ("ministry", "province", "city", "county", "town", "village")


def clashes(role: str, others: set[str]) -> list[str]:
    """Those of `others` that may not meet `role` in one person."""
    return sorted(other for other in others if frozenset((role, other)) in INCOMPATIBLE)
