"""Business against finance (JS 8.4): what our months and decisions say, what finance says, why they differ. Fen."""
from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from cases.ledgers.place import within
from cases.models import BenefitMonth, Case, Decision, Recovery
from cases.refused import refuse
from database import db
from staff.models import Office
from workflows.deadlines import first_day, next_month
from workflows.duties import Period

ARTICLE = "JS-8.4"
ITEMS = ("paid_out", "back_paid", "recovered")


@dataclass(frozen=True)
class Line:
    """One item of one insurance. ours, theirs: fen; theirs None while finance has said nothing."""

    scheme: str
    item: str
    ours: int
    theirs: int | None = None
    why: str = ""

    @property
    def key(self) -> str:
        return f"{self.scheme}.{self.item}"

    @property
    def difference(self) -> int:
        return self.ours - (self.theirs or 0)


def ours(office: Office, period: Period) -> list[Line]:
    """Every item of each insurance that has cases at the office, in the order of the codes."""
    schemes = db.session.scalars(select(Case.scheme).where(within(Case.office_path, office.path))
                                 .distinct().order_by(Case.scheme))
    found = {item: dict(db.session.execute(query).all()) for item, query in _sums(office, period).items()}
    return [Line(scheme, item, int(found[item].get(scheme) or 0)) for scheme in schemes for item in ITEMS]


def compared(office: Office, period: Period, given: dict[str, Any], _on: date) -> dict[str, Any]:
    """The figures of the record. given: "scheme.item" -> {"theirs": fen, "why": words}.

    Raises TransitionRefused: FIGURE_MISSING, DIFFERENCE_UNEXPLAINED, by the line's key."""
    lines = []
    for line in ours(office, period):
        said = given.get(line.key) or {}
        if said.get("theirs") is None:
            raise refuse("FIGURE_MISSING", ARTICLE, line=line.key)
        full = Line(line.scheme, line.item, line.ours, said["theirs"], (said.get("why") or "").strip())
        if full.difference and not full.why:
            raise refuse("DIFFERENCE_UNEXPLAINED", ARTICLE, line=line.key, fen=full.difference)
        lines.append(full)
    return {"lines": [asdict(one) for one in lines]}


def lines_of(figures: dict[str, Any]) -> list[Line]:
    return [Line(**one) for one in figures["lines"]]


def moved(office: Office, period: Period, figures: dict[str, Any]) -> list[str]:
    """Keys of lines whose own side is another than when it was written down; empty when all stand."""
    now = {one.key: one.ours for one in ours(office, period)}
    before = {one.key: one.ours for one in lines_of(figures)}
    return sorted(key for key in now.keys() | before.keys() if now.get(key) != before.get(key))


def _sums(office: Office, period: Period) -> dict[str, Any]:
    """item -> (scheme, fen): what the runs of these months paid, what decisions executed then paid back, what came."""
    here = within(Case.office_path, office.path)
    days = first_day(period.first), first_day(next_month(period.last))
    run = (select(Case.scheme, func.sum(BenefitMonth.paid + BenefitMonth.overpaid))
           .join(Case, BenefitMonth.case_id == Case.id)
           .where(here, BenefitMonth.month >= period.first, BenefitMonth.month <= period.last))
    back = (select(Case.scheme, func.sum(Decision.back_pay_fen)).join(Case, Decision.case_id == Case.id)
            .where(here, Decision.stage == "executed", Decision.closed_on >= days[0], Decision.closed_on < days[1]))
    came = (select(Case.scheme, func.sum(Recovery.amount_fen)).join(Case, Recovery.case_id == Case.id)
            .where(here, Recovery.on >= days[0], Recovery.on < days[1]))
    return {"paid_out": run.group_by(Case.scheme), "back_paid": back.group_by(Case.scheme),
            "recovered": came.group_by(Case.scheme)}
