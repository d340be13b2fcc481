"""Every address that can be looked at, filled with what is on record: made from the application's own map of routes.

A new route is walked without a word here. One whose placeholder nobody can fill raises UnfilledRoute: say in IDS where
its values come from.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from audit.models import AuditEvent
from cases.duties.inspecting import TABS as INSPECTION_TABS
from cases.ledgers.table import LEDGERS
from cases.limit_list import TABS as LIMIT_TABS
from cases.models import (
    Case,
    Decision,
    DutyRecord,
    Evidence,
    ImportBatch,
    ImportProposal,
    Inspection,
    NearingAge,
    Notice,
    Objection,
    Pressing,
    SuspensionBatch,
    VerificationTask,
)
from cases.routes.certify import _seal
from cases.worklists import TABS
from database import db
from database.jobs import Job
from matching.feeds.models import FeedLoad
from matching.linkage.tables import MatchSuggestion
from matching.results.models import MatchingRun
from matching.results.starting import KINDS
from staff.models import Office, StaffAccount
from tests.people import account, actor
from workflows.duties import DUTIES
from workflows.review_chain import DECISION_KINDS

UNKNOWN = "AAAAAAAAAAAAAAAA"  # of the form of a public id
PLACEHOLDER = re.compile(r"([^/<]+)/<(?:[^:>]+:)?\w+>")
OF_CASE = {"cases": Case, "home-service": Case, "evidence": Evidence, "notices": Notice, "objections": Objection,
           "verifications": VerificationTask, "differences": ImportProposal}
# asked for besides the bare address; {there} and {number} are a user name and a case number outside the area
QUESTIONS: dict[str, tuple[str, ...]] = {
    "cases.search": ("text=周", "text=资5101", "state=suspended", "reason=lapsed", "paid=1", "office=51/5101/510104/",
                     "office=51/5101/510107/", "due_before=2027-01-01", "after=资510104-2026-000001", "text={number}"),
    "work.my_work": tuple(f"tab={tab}" for tab in TABS),
    "linkage.index": ("status=confirmed", "status=rejected", "after=99999999_2026-03-16_1"),
    "notices.index": tuple(f"status={one}" for one in ("held", "failed", "queued", "sending", "accepted")),
    "objections.index": ("status=open", "status=upheld", "status=dismissed"),
    "audit.search": ("who={there}", "who=li", "case_no={number}", "type=CaseEntered",
                     "since=2026-01-01&until=2027-01-01"),
    "staff.people": ("name=li", "name={there}"),
    "matching.lists": ("list=lost", "list=to_be_verified", "list=eligible&reason=hospital_stay", "office=510104",
                       "office=510107", "source=hospital_stays", "after=资510104-2026-000001"),
    "limits.index": tuple(f"tab={tab}" for tab in LIMIT_TABS),
    "calendar.index": ("year=2025", "year=2027"),
    "ledgers.index": ("office=510104", "office=510107", "office=510107001", "scheme=work_injury"),
    "ledgers.people": ("office=510104", "office=510107", "own=1", "scheme=enterprise_employees",
                       "part=12", "part=past", "part=death", "part=never"),
    "ledgers.numbers": ("office=510104", "office=510107"),
    "duties.index": ("office=510104", "office=510107", "office=510107001"),
    "duties.trained": ("office=510104", "office=510107", "year=2025"),
    "duties.rates": ("office=510104", "office=510107"),
    "duties.inspections": tuple(f"tab={one}" for one in INSPECTION_TABS),
    "duties.new_inspection": ("office=510104", "volumes=AAAAAAAAAAAAAAAA"),
    "feeds.index": ("source=rail_travel", "source=prisons", "before=AAAAAAAAAAAAAAAA"),
    "pressings.index": ("tab=received", "tab=sent", "tab=answered"),
    "rules.index": ("office=510104", "office=510107", "office=51"),
    "rules.changed": ("office=510104&with=3702", "office=510107"),
    "rules.what_if": ("office=510104&lapse_days_after_due=31", "office=510107&lapse_days_after_due=31&after={number}",
                      "office=51&place=50"),
}
# a letter as PDF costs a fifth of a second, and its page says the same; of forms, every kind for two cases
FEW = 24  # of one route: what it does with one more is the same
FEW_OF = {"duties.posting_sheet": 4, "notices.pdf": 2, "decisions.new": 2 * len(DECISION_KINDS)}


class UnfilledRoute(LookupError):
    """A GET route with a placeholder that IDS cannot fill."""


def get_rules(app: Flask) -> list[Rule]:
    """Every GET route but files; those without a blueprint are faults that other tests made."""
    return sorted((rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and "." in rule.endpoint),
                  key=lambda rule: rule.rule)


def ids_below(path: str, reader: str) -> dict[str, list[str]]:
    """Word of the address before a placeholder -> values on record below the office path, for the account `reader`."""
    def column(what: Any, *where: Any) -> list[str]:
        return list(db.session.scalars(select(what).where(*where).order_by(what)))

    below = Case.office_path.startswith(path)
    found = {word: column(model.public_id, *([below] if model is Case else [
        model.case_id.in_(select(Case.id).where(below))])) for word, model in OF_CASE.items()}
    inside = AuditEvent.office_path.startswith(path)
    one_of_each = select(func.min(AuditEvent.uid)).where(inside).group_by(AuditEvent.type)
    return found | {
        "decisions": column(Decision.public_id, Decision.office_path.startswith(path)),
        "receipts": column(Decision.public_id, Decision.kind == "certify", Decision.office_path.startswith(path)),
        "imports": column(ImportBatch.public_id, ImportBatch.office_path.startswith(path)),
        "suspensions": column(SuspensionBatch.public_id, SuspensionBatch.office_path.startswith(path)),
        "events": sorted(db.session.scalars(one_of_each)),
        "retention": [UNKNOWN],  # erasures of the whole, for whoever stands over all of it
        "exports": [UNKNOWN],  # files of a day, for whoever asked for them
        "accounts": column(StaffAccount.public_id, StaffAccount.office_id.in_(
            select(Office.id).where(Office.path.startswith(path)))),
        "certify": [_seal(case, actor(reader)) for case in db.session.scalars(select(Case).where(below).limit(1))],
        "new": sorted(DECISION_KINDS),
        "ledgers": sorted(LEDGERS),
        "linkage": column(MatchSuggestion.public_id, MatchSuggestion.pensioner_id.in_(
            select(Case.pensioner_id).where(below))),
        "feeds": column(FeedLoad.public_id, FeedLoad.area_path.startswith(path)),
        "starts": column(Job.public_id, Job.kind.in_(KINDS), Job.office_path.startswith(path)),
        "runs": column(MatchingRun.public_id, MatchingRun.area_path.startswith(path)),
        "nearing-age": column(NearingAge.public_id, NearingAge.office_path.startswith(path)),
        "pressings": column(Pressing.public_id, Pressing.to_path.startswith(path)),
        "records": column(DutyRecord.public_id, DutyRecord.office_path.startswith(path)),
        "inspections": column(Inspection.public_id, Inspection.office_path.startswith(path)),
        "turns": [f"{code}.{duty}.2026-{month}" for code in column(Office.code, Office.path.startswith(path))
                  for duty in sorted(DUTIES) for month in ("01", "02")],
    }


def addresses(rule: Rule, ids: dict[str, list[str]], **outside: str) -> Iterator[str]:
    """The rule's addresses: every id in every placeholder, every question asked of each."""
    words = PLACEHOLDER.findall(rule.rule)
    if len(words) != len(rule.arguments) or not set(words) <= set(ids):
        raise UnfilledRoute(rule.rule)
    for values in list(product(*(ids[word] for word in words)))[:FEW_OF.get(rule.endpoint, FEW)]:
        rest = iter(values)
        address = re.sub(r"<[^>]+>", lambda _placeholder, rest=rest: next(rest), rule.rule)
        yield address
        for question in QUESTIONS.get(rule.endpoint, ()):
            yield f"{address}?{question.format(**outside)}"


def outside_of(username: str, path: str) -> dict[str, str]:
    """What QUESTIONS ask for by name: somebody and a case below the office path."""
    number = db.session.scalar(select(Case.case_no).where(Case.office_path.startswith(path)).limit(1))
    return {"there": account(username).username, "number": number}
