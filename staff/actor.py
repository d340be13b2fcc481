"""Who acts: an account with the grants in force, as read in one moment."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, bindparam, false, or_, select

from database.prepared import rows_of
from staff.models import Office, RoleGrant, StaffAccount

AFTER_SLASH = chr(ord("/") + 1)  # paths end with "/", so every path below P sorts in [P, P[:-1] + AFTER_SLASH)


@dataclass(frozen=True)
class Actor:
    """An account and its rights. `areas`: (role, office path) of every active grant. Paths end with "/"."""

    account_id: int | None
    account_public_id: str
    natural_person_id: int | None
    display_name: str
    roles: frozenset[str]
    office_id: int | None
    office_level: str
    office_path: str
    areas: tuple[tuple[str, str], ...]
    is_system: bool = False
    session_id: int | None = None
    password_temporary: bool = False

    def holds(self, role: str, path: str) -> bool:
        """Whether a grant of `role` covers the office at `path`."""
        return any(held == role and path.startswith(area) for held, area in self.areas)

    def prefixes(self, roles: Iterable[str] | None = None) -> tuple[str, ...]:
        """The areas of `roles` (all roles when None), none below another."""
        wanted = None if roles is None else frozenset(roles)
        paths = sorted({path for role, path in self.areas if wanted is None or role in wanted})
        return tuple(p for p in paths if not any(p != q and p.startswith(q) for q in paths))

    def covers(self, path: str, roles: Iterable[str] | None = None) -> bool:
        return self.is_system or any(path.startswith(p) for p in self.prefixes(roles))


GRANTS = (select(RoleGrant.role, Office.path).join(Office, RoleGrant.office_id == Office.id)
          .where(RoleGrant.account_id == bindparam("account", type_=Integer), RoleGrant.status == "active")
          .order_by(RoleGrant.role, Office.path))
GRANTS_LOCKED = GRANTS.with_for_update(of=RoleGrant, key_share=True)
SYSTEM = Actor(None, "SYSTEM", None, "SYSTEM", frozenset({"system"}), None, "ministry", "", (), is_system=True)
STRANGER = Actor(None, "STRANGER", None, "", frozenset(), None, "", "", ())  # somebody at the sign-in page


def in_area(query: Select[Any], actor: Actor, column: Any, roles: Iterable[str] | None = None) -> Select[Any]:
    """`query` limited to rows whose office path (`column`) lies in the actor's area; a range, so the index serves."""
    return query if actor.is_system else query.where(area_condition(actor, column, roles))


def area_condition(actor: Actor, column: Any, roles: Iterable[str] | None = None) -> Any:
    """The SQL condition of `in_area`; false for an actor without an area."""
    ranges = [(column >= p) & (column < p[:-1] + AFTER_SLASH) for p in actor.prefixes(roles)]
    return or_(*ranges) if ranges else false()


def bound_area(column: Any, name: str, areas: int) -> Any:
    """`area_condition` for a query built once: `areas` ranges, bound at each execution as `bound_values` says."""
    ranges = [(column >= bindparam(f"{name}{n}_from")) & (column < bindparam(f"{name}{n}_below")) for n in range(areas)]
    return or_(*ranges) if ranges else false()


def bound_values(name: str, prefixes: Iterable[str]) -> dict[str, str]:
    values = {}
    for n, prefix in enumerate(prefixes):
        values |= {f"{name}{n}_from": prefix, f"{name}{n}_below": prefix[:-1] + AFTER_SLASH}
    return values


def actor_of(account: StaffAccount, session_id: int | None = None, *, lock: bool = False) -> Actor:
    """The actor an account is now. With `lock`, its grants are locked until the transaction ends (P4)."""
    rows = rows_of(GRANTS_LOCKED if lock else GRANTS, {"account": account.id})
    areas = tuple((role, path) for role, path in rows)
    office = account.office
    return Actor(account.id, account.public_id, account.natural_person_id, account.display_name,
                 frozenset(role for role, _ in areas), office.id, office.level, office.path, areas,
                 session_id=session_id, password_temporary=account.password_temporary)
