"""Habits of signing: who signs how much, approves how often, after how long a look, together with whom (JS 8.1, SC 42).

A look begins when the signer first opens the decision, or its case, after the act before theirs; it ends with the
signature. One's own proposal is left out of it: whoever writes it has looked. Every query is set-based.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import CTE, ColumnElement, and_, case, func, literal_column, select
from sqlalchemy.orm import aliased, joinedload

from audit.models import AuditEvent, AuditTx
from cases.dates_sql import seconds_between
from cases.ledgers.place import within
from cases.models import Decision, ReviewStep
from database import db
from staff.models import StaffAccount

ACTS = ("sign", "return", "reject")
UNSEEN, OWN = "unseen", "own"
# name of a look -> its seconds are below this; the last has no end
LOOKS: dict[str, int | None] = {"seconds": 15, "minute": 60, "minutes": 600, "longer": None}
PAIRS = 50  # shown; those who sign together most often


@dataclass(frozen=True)
class Asked:
    """path: of the office, those below it included; both days included."""

    path: str
    since: date
    until: date


@dataclass(frozen=True)
class Signer:
    """acts: of ACTS, how often; looks: of LOOKS, UNSEEN and OWN, at how many signatures."""

    account: StaffAccount
    acts: Mapping[str, int]
    looks: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.acts.values())

    @property
    def approving(self) -> int:
        """Per mille of acts that let the decision go on."""
        return self.acts["sign"] * 1000 // self.total

    @property
    def looked_at(self) -> int:
        """Signatures under what another had proposed."""
        return sum(number for name, number in self.looks.items() if name != OWN)

    @property
    def hasty(self) -> int | None:
        """Per mille of these signed unopened or within the shortest look; None where there are none."""
        short = self.looks.get(UNSEEN, 0) + self.looks.get("seconds", 0)
        return short * 1000 // self.looked_at if self.looked_at else None


@dataclass(frozen=True)
class Pair:
    """Two people and the decisions both signed; of: how many each of them signed in all."""

    one: StaffAccount
    other: StaffAccount
    together: int
    of: tuple[int, int]

    @property
    def share(self) -> int:
        """Per mille of the decisions of whoever signed fewer."""
        return self.together * 1000 // min(self.of)


def signers(asked: Asked) -> list[Signer]:
    """Everybody who acted on a decision of the place, most acts first."""
    steps = _steps(asked)
    acts = _counted(db.session.execute(select(steps.c.account_id, steps.c.act, func.count())
                                       .group_by(steps.c.account_id, steps.c.act)).all())
    seen = _seen(steps)
    looks = _counted(db.session.execute(select(seen.c.account_id, seen.c.look, func.count())
                                        .group_by(seen.c.account_id, seen.c.look)).all())
    names = _accounts(acts)
    found = [Signer(names[one], dict.fromkeys(ACTS, 0) | acts[one], looks.get(one, {})) for one in acts]
    return sorted(found, key=lambda signer: (-signer.total, signer.account.username))


def pairs(asked: Asked, signer: int | None = None) -> list[Pair]:
    """Who signs with whom, most often first, PAIRS at most. signer: id of the account one of them is of."""
    steps = _steps(asked)
    signed = select(steps.c.account_id, steps.c.decision_id).where(steps.c.act == "sign").distinct().cte("signed")
    own = dict(db.session.execute(select(signed.c.account_id, func.count()).group_by(signed.c.account_id)).all())
    one, other = signed.alias(), signed.alias()
    number = func.count()
    query = (select(one.c.account_id, other.c.account_id, number)
             .join_from(one, other, and_(one.c.decision_id == other.c.decision_id,
                                         one.c.account_id < other.c.account_id))
             .group_by(one.c.account_id, other.c.account_id)
             .order_by(number.desc(), one.c.account_id, other.c.account_id).limit(PAIRS))
    if signer is not None:
        query = query.where((one.c.account_id == signer) | (other.c.account_id == signer))
    rows = db.session.execute(query).all()
    names = _accounts({account for row in rows for account in row[:2]})
    return [Pair(names[a], names[b], together, (own[a], own[b])) for a, b, together in rows]


def _steps(asked: Asked) -> CTE:
    """The acts of the place and time, each with the moment of the act before it on the same decision."""
    before = aliased(ReviewStep)
    previous = (select(func.max(before.recorded_at)).where(before.decision_id == ReviewStep.decision_id,
                                                           before.id < ReviewStep.id).scalar_subquery())
    return (select(ReviewStep.id, ReviewStep.decision_id, ReviewStep.account_id, ReviewStep.act, ReviewStep.recorded_at,
                   Decision.case_id, Decision.opened_by,
                   func.coalesce(previous, Decision.recorded_at).label("ready_at"))
            .join(Decision, ReviewStep.decision_id == Decision.id)
            .where(within(Decision.office_path, asked.path), ReviewStep.on.between(asked.since, asked.until))
            .cte("steps"))


def _seen(steps: CTE) -> CTE:
    """account, name of the look of each signature."""
    opened = (select(func.min(AuditTx.recorded_at)).join(AuditEvent, AuditEvent.tx_id == AuditTx.id)
              .where(AuditEvent.case_id == steps.c.case_id, AuditEvent.type == "CaseViewed",
                     AuditEvent.actor == StaffAccount.public_id, AuditTx.recorded_at >= steps.c.ready_at,
                     AuditTx.recorded_at <= steps.c.recorded_at)
              .correlate(steps, StaffAccount).scalar_subquery())
    looked = (select(steps.c.account_id, steps.c.opened_by, steps.c.recorded_at, opened.label("opened_at"))
              .join(StaffAccount, StaffAccount.id == steps.c.account_id).where(steps.c.act == "sign").cte("looked"))
    return select(looked.c.account_id, _look(looked).label("look")).cte("seen")


def _look(looked: CTE) -> ColumnElement[str]:
    took = seconds_between(looked.c.recorded_at, looked.c.opened_at)
    return case((looked.c.opened_by == looked.c.account_id, OWN), (looked.c.opened_at.is_(None), UNSEEN),
                *((took < limit, name) for name, limit in LOOKS.items() if limit is not None),
                else_=literal_column(f"'{list(LOOKS)[-1]}'"))


def _counted(rows: Iterable[tuple[int, str, int]]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for account, name, number in rows:
        found.setdefault(account, {})[name] = number
    return found


def _accounts(ids: Iterable[int]) -> dict[int, StaffAccount]:
    query = select(StaffAccount).where(StaffAccount.id.in_(ids)).options(joinedload(StaffAccount.office))
    return {row.id: row for row in db.session.scalars(query)}
