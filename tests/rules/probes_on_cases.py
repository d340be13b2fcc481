"""Probes of the keys that only a real case, decision or look-up shows: path -> another value, and what is seen.

What is seen is seen twice, once under each law, each time of a case of its own.
"""
from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import select

from cases import limit_pauses
from cases.arrears_month import arrears_month
from cases.certifications import certify_from_source, submit
from cases.channels import Accepted
from cases.claim_ends import is_over
from cases.claims import claim
from cases.decision_facts import refusals
from cases.decisions import Proposal, open_decision, opening_refusals
from cases.evidence import add_evidence
from cases.imports.batches import level_refusals
from cases.imports.proposing import propose
from cases.imports.releasing import release
from cases.ledgers import withheld
from cases.ledgers.follow_ups import on_ledger
from cases.ledgers.place import place_of
from cases.limit_view import report_of, standing_of
from cases.models import Decision, DecisionEvidence, NearingAge
from cases.nearing_age.telling import tell
from cases.overpayments import return_by
from cases.periods import rules_of_case
from cases.window import look_up
from database import db, transaction
from database.types import blind_index, now
from rules.vocabulary import DECISION_KINDS, ELIGIBLE_SOURCES, PAUSE_REASONS
from staff.actor import Actor
from staff.models import StaffAccount
from staff.offices import office_by_code
from tests.case_builder import DEAD, LAPSED, make_case, paper, pensioner_id_number
from tests.people import actor, make_account, valid_id_number
from workflows.transition import TransitionRefused

ON = date(2026, 3, 16)
PATH = "51/5101/510107/"
_names = count(1)
Seen = Callable[[], object]


def person(role: str, name: str | None = None) -> Actor:
    """Of the county, made when first asked for."""
    known = name or role
    if db.session.scalar(select(StaffAccount.id).where(StaffAccount.username == known)) is None:
        make_account(known, [role])
    return actor(known)


def told(act: Callable[..., object], *args: object, **options: object) -> tuple[str, ...]:
    """By what it is refused; empty where it is done."""
    try:
        act(*args, **options)
    except TransitionRefused as refused:
        return refused.codes
    return ()


def stands_on(ledger: str, **cells: str) -> Seen:
    return lambda: on_ledger(make_case(ON, **cells), ledger, ON)


def is_above() -> bool:
    make_case(ON, **LAPSED)
    li = person("caseworker")
    return withheld.now(place_of(None, li), li, ON)[0].above


def opened(kind: str) -> Decision:
    reason = {"resume": "lapsed"}.get(kind)
    case = make_case(ON, **(LAPSED if reason else {}))
    return open_decision(case.id, Proposal(kind, reason), actor=person("caseworker"), on=ON)


def signers(kind: str) -> Seen:
    return lambda: opened(kind).signatures_required


def who_rechecks(kind: str) -> Seen:
    """Whether a reviewer of the county may recheck one."""
    def seen() -> object:
        if kind == "release_import":
            return [one.code for one in level_refusals(person("reviewer"), "recheck", PATH, ON)]
        decision, wang = opened(kind), person("reviewer")
        with db.session.no_autoflush:
            decision.stage = "recheck"
            found = {one.code for one in refusals(decision, "recheck", wang, ON)}
            db.session.rollback()
        return "OFFICE_LEVEL_TOO_LOW" in found
    return seen


def who_enters(kind: str) -> Seen:
    """Why a caseworker of the county may not open one."""
    def seen() -> object:
        if kind == "release_import":
            return [one.code for one in level_refusals(person("caseworker"), "open", PATH, ON)]
        return [one.code for one in opening_refusals(make_case(ON), Proposal(kind), person("caseworker"))]
    return seen


def certified_by(method: str) -> Seen:
    """Whether a source of that kind certifies by itself."""
    return lambda: told(certify_from_source, make_case(ON).id, method, ON, f"ref-{next(_names)}", on=ON)


def brought_to_review(method: str) -> Seen:
    def seen() -> object:
        case, li = make_case(ON), person("caseworker")
        evidence = add_evidence(case.id, paper("home_visit_record", ON), actor=li, on=ON)
        with transaction():
            return told(submit, case, method, evidence, actor=li, on=ON)
    return seen


def paused_for(reason: str) -> Seen:
    return lambda: told(limit_pauses.pause, opened("change_identity").id, reason, "已告知", actor=person("caseworker"),
                        on=ON)


def last_day(kind: str) -> Seen:
    def seen() -> object:
        limit = opened(kind).limit
        return limit and limit.due_on
    return seen


def last_day_of_report() -> object:
    """Of a death that the family reports (令765 art. 25); nothing is kept."""
    case, li = make_case(ON), person("caseworker")
    evidence = add_evidence(case.id, paper("family_report", ON), actor=li, on=ON)
    decision = Decision(kind="mark_death", fields={"died_on": "2026-02-10"}, opened_on=ON,
                        rules_version=rules_of_case(case, ON).version,
                        evidence=[DecisionEvidence(evidence_id=evidence.id)])
    with db.session.no_autoflush:
        decision.evidence[0].evidence = evidence
        found = report_of(decision)
        db.session.rollback()
    return found and found.due_on


def is_kept_for_thirty_hours() -> bool:
    decision = opened("change_identity")
    claim(decision.id, actor=person("caseworker"), on=ON)
    with transaction():
        decision.claimed_at = now() - timedelta(hours=30)
    return not is_over(decision, ON)


def misses() -> int:
    """How often somebody may look up a number that nobody has."""
    curious = person("caseworker", f"curious.{next(_names)}")
    done = 0
    while not told(look_up, pensioner_id_number(800), actor=curious, on=ON):
        done += 1
    return done


def nears_the_age() -> tuple[date, str]:
    """The day of the age, and what became of the notice, of somebody sixty on 1 October 2026."""
    number = valid_id_number(born=date(1966, 10, 1))
    person("caseworker"), person("reviewer")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{number}.csv"
        path.write_text(f"姓名,身份证号,险种,联系电话\n沈玉珍,{number},企业职工,13800138000\n", encoding="utf-8")
        batch = propose(path, office_by_code("510107"), actor("caseworker"), ON, kind="nearing_age")
        release(batch, actor("reviewer"), ON)
    tell(ON, today=ON, hour=12, send=lambda _message: Accepted("taken"))
    found = db.session.scalars(select(NearingAge).where(NearingAge.person_index == blind_index(number))).one()
    return found.reaches_on, found.status


def paid_back_by() -> date:
    return return_by(Decision(rules_version=rules_of_case(make_case(ON), ON).version), ON)


SUBMITTED, SLOWER = {"service": "registration", "starts": "opened"}, {"service": "benefit_grant", "starts": "opened"}
STOPPED = DEAD | {"暂停/停发日期": "2025-01-20"}
HELD = LAPSED | {"暂停/停发日期": "2025-08-01"}
TWO_OR_THREE = ("certify", "suspend", "stop", "mark_death", "change_payee", "change_rate", "dismiss_objection")
OPENED = tuple(kind for kind in DECISION_KINDS if kind not in ("restore", "recover_overpayment", "release_import"))
AUTOMATIC = ("face_recognition", "consular_certification", "hospital_stay", "travel_record")

# law changed at once -> path -> (another value, what is seen)
PROBES: dict[str, dict[str, tuple[object, Seen]]] = {
    "dormancy_months": {"dormancy_months": (24, stands_on("dormant", **STOPPED))},
    "long_suspended_months": {"long_suspended_months": (9, stands_on("long_suspended", **HELD))},
    "withheld_ceiling_per_mille": {"withheld_ceiling_per_mille": (1000, is_above)},
    "eligible_sources": {f"eligible_sources.{method}": (
        "reviewed" if method in AUTOMATIC else "automatic", certified_by(method)) for method in ELIGIBLE_SOURCES},
    "signatures": {f"signatures.{kind}": (3, signers(kind)) for kind in TWO_OR_THREE},
    "office_level": {f"office_level.{kind}": ("city", who_rechecks(kind)) for kind in OPENED},
    "office_level of imports": {"office_level.release_import": ("city", who_rechecks("release_import"))},
    "entry_office_level": {f"entry_office_level.{kind}": (
        "city", who_enters(kind)) for kind in DECISION_KINDS if kind not in ("restore", "release_import")},
    "entry_office_level of imports": {"entry_office_level.release_import": ("city", who_enters("release_import"))},
    "pause_reasons": {f"pause_reasons.{reason}": (False, paused_for(reason)) for reason in PAUSE_REASONS},
    "promised_limits": {f"promised_limits.{kind}": (
        SLOWER if kind in ("terminate", "change_identity", "change_payee") else SUBMITTED, last_day(kind))
        for kind in OPENED},
    "service_working_days": {
        "service_working_days.registration": (3, last_day("change_identity")),
        "service_working_days.benefit_grant": (7, last_day("resume")),
        "service_working_days.other_decision": (7, last_day("certify")),
        "service_working_days.loss_report": (7, last_day_of_report)},
    "limit_warning_working_days": {"limit_warning_working_days": (
        10, lambda: standing_of(opened("change_identity"), ON).state)},
    "overpayment_return_days": {"overpayment_return_days": (5, paid_back_by)},
    "paid_same_month_through_day": {"paid_same_month_through_day": (
        20, lambda: arrears_month(opened("resume"), ON))},
    "home_service_age": {"home_service_age": (85, stands_on("home_service", 身份证号=valid_id_number(
        7, born=date(1943, 5, 1))))},
    "benefit_age": {"benefit_age": (63, nears_the_age)},
    "benefit_age_notice_months": {"benefit_age_notice_months": (9, nears_the_age)},
    "claim_hours": {"claim_hours": (48, is_kept_for_thirty_hours)},
    "window_misses_an_hour": {"window_misses_an_hour": (2, misses)},
}
TRIED = {path for paths in PROBES.values() for path in paths}
