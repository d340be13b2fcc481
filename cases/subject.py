"""What facts are about, and how one of them is asked for."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from cases.models import Case, Decision
from cases.periods import rules_of_case
from database import db
from rules import Rules, rules_by_version


@dataclass(frozen=True)
class Subject:
    """What the facts are about: a case on a day, the decision that would move it, the reason given."""

    case: Case
    on: date
    action: str
    reason: str | None = None
    decision: Decision | None = None
    import_released: bool = False

    @property
    def rules(self) -> Rules:
        """Those the decision was opened under; without one, of the day."""
        if self.decision is not None:
            return rules_by_version(self.decision.rules_version)
        return rules_of_case(self.case, self.on)


def any_of(query: object) -> bool:
    return bool(db.session.scalar(select(query)))  # type: ignore[call-overload]
