"""What the events of cases and decisions say of them, folded from nothing, beside what the tables say (R3).

One applier per event. Personal values are left out: they replay as their commitments, which audit/verify.py checks.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from audit.events import STATE_CHANGING, Recorded
from cases import money
from cases.models import BenefitMonth, BenefitRate, Case, DeathMark, Decision, Pensioner, ReviewStep
from cases.moves import PAYING, WITHHOLDING
from database import db

Row = dict[str, Any]
ACTS = {"InitialReviewPassed": "sign", "DecisionRechecked": "sign", "DecisionApproved": "sign",
        "DecisionReturned": "return", "DecisionRejected": "reject"}
CASE = ("state", "state_since", "state_reason", "due_on", "last_certified_on", "withheld_from")
DECISION = ("kind", "decision_no", "stage", "round", "signatures_required", "payable_through", "back_pay_fen")
LINE = ("month", "entitled_fen", "pay_fen", "forfeited_fen", "basis")
SIGNATURE = ("stage", "act", "role", "content_digest")


@dataclass
class Tables:
    """Table -> key -> row, keys being public ids; days in ISO 8601."""

    cases: dict[str, Row] = field(default_factory=dict)
    decisions: dict[str, Row] = field(default_factory=dict)
    signatures: dict[tuple[str, int, int], Row] = field(default_factory=dict)  # decision, round, natural person
    months: dict[tuple[str, str], Row] = field(default_factory=dict)
    rates: dict[tuple[str, str], Row] = field(default_factory=dict)
    deaths: dict[str, Row] = field(default_factory=dict)  # pensioner


def replayed(events: Iterable[Recorded]) -> Tables:
    """The tables that the events, in the order of each case, give."""
    tables = Tables()
    for happened in events:
        for applies in APPLIERS.get(happened.type, ()):
            applies(tables, happened)
    return tables


def _moved(tables: Tables, happened: Recorded) -> None:
    data, row = happened.data, tables.cases.setdefault(happened.meta.case or "", dict.fromkeys(CASE))
    row |= {"state": data["to_state"], "due_on": data["due_on"]}
    if data["to_state"] != data["from_state"] or data["action"] in WITHHOLDING:
        row |= {"state_since": data["on"], "state_reason": data["reason"]}
    if data.get("last_certified_on"):
        row["last_certified_on"] = data["last_certified_on"]
    if data["action"] in PAYING:
        row["withheld_from"] = None
    elif data.get("withheld_from"):
        row["withheld_from"] = data["withheld_from"]


def _entered(tables: Tables, happened: Recorded) -> None:
    data, case = happened.data, happened.meta.case or ""
    rates = data["rates"] or ({data["rate_since"]: data["monthly_fen"]} if data["monthly_fen"] is not None else {})
    tables.rates |= {(case, month): {"monthly_fen": fen} for month, fen in rates.items()}


def _rated(tables: Tables, happened: Recorded) -> None:
    case = happened.meta.case or ""
    tables.rates |= {(case, month): {"monthly_fen": fen} for month, fen in happened.data["rates"].items()}


def _certified(tables: Tables, happened: Recorded) -> None:
    if happened.meta.case:
        told = {name: happened.data[name] for name in ("due_on", "last_certified_on") if happened.data[name]}
        tables.cases[happened.meta.case] |= told


def _uncertified(tables: Tables, happened: Recorded) -> None:
    told = {name: happened.data[name] for name in ("due_on", "last_certified_on")}
    tables.cases[happened.meta.case or ""] |= told


def _period(tables: Tables, happened: Recorded) -> None:
    tables.cases[happened.meta.case or ""]["due_on"] = happened.data["due_on"]


def _decided(tables: Tables, happened: Recorded) -> None:
    """Whatever an event of a decision says of its columns, the newest counts."""
    data = happened.data
    row = tables.decisions.setdefault(data["decision"], dict.fromkeys((*DECISION, "lines")))
    named = {name: data[name] for name in DECISION if name in data and happened.type != "DecisionExecuted"}
    row |= named | {"round": data.get("new_round") or data["round"]}
    row["stage"] = data.get("next_stage") or CLOSED.get(happened.type) or data.get("stage") or row["stage"]
    if "lines" in data:
        row |= {"lines": [tuple(line[name] for name in LINE) for line in data["lines"]],
                "payable_through": data["payable_through"], "back_pay_fen": data["back_pay_fen"]}


CLOSED = {"DecisionExecuted": "executed", "DecisionRejected": "rejected", "DecisionWithdrawn": "withdrawn",
          "DecisionEdited": "draft"}


def _signed(tables: Tables, happened: Recorded) -> None:
    data = happened.data
    key = data["decision"], data["round"], data["person"]
    tables.signatures[key] = {"act": ACTS[happened.type], "on": happened.meta.on.isoformat(),
                              **{name: data[name] for name in SIGNATURE if name in data}}


def _month(tables: Tables, happened: Recorded) -> None:
    data = happened.data
    tables.months[happened.meta.case or "", data["month"]] = {name: data[name] for name in money.AMOUNTS}


def _marked(tables: Tables, happened: Recorded) -> None:
    tables.deaths[happened.data["pensioner"]] = {"died_on": happened.data["died_on"]}


def _annulled(tables: Tables, happened: Recorded) -> None:
    tables.deaths.pop(happened.data["pensioner"], None)


_DECISION_EVENTS = ("DecisionOpened", "ArrearsRecalculated", "DecisionEdited", "DecisionSubmitted", "DecisionWithdrawn",
                    "RoundVoided", "DecisionExecuted", *ACTS)
APPLIERS: dict[str, tuple[Callable[[Tables, Recorded], None], ...]] = {
    **dict.fromkeys(STATE_CHANGING, (_moved,)), "CaseEntered": (_moved, _entered), "RateChanged": (_rated,),
    "CertificationAccepted": (_certified,), "CertificationWithdrawn": (_uncertified,),
    "PeriodSet": (_period,), "BenefitMonthChanged": (_month,),
    "DeathMarked": (_marked,), "DeathMarkAnnulled": (_annulled,), **dict.fromkeys(_DECISION_EVENTS, (_decided,)),
    **dict.fromkeys(ACTS, (_decided, _signed)),
}


def stored() -> Tables:
    """What the tables say of the same."""
    return Tables(dict(_cases()), dict(_decisions()), dict(_signatures()), dict(_months()), dict(_rates()),
                  dict(_deaths()))


def _cases() -> Iterator[tuple[str, Row]]:
    for case in db.session.scalars(select(Case)):
        yield case.public_id, {name: _plain(getattr(case, name)) for name in CASE}


def _decisions() -> Iterator[tuple[str, Row]]:
    for one in db.session.scalars(select(Decision)):
        lines = [tuple(getattr(line, name) for name in LINE) for line in one.lines]
        yield one.public_id, {name: getattr(one, name) for name in DECISION} | {"lines": lines}


def _signatures() -> Iterator[tuple[tuple[str, int, int], Row]]:
    query = select(ReviewStep, Decision.public_id).join(Decision, ReviewStep.decision_id == Decision.id)
    for step, decision in db.session.execute(query):
        row = {name: getattr(step, name) for name in SIGNATURE} | {"on": step.on.isoformat()}
        yield (decision, step.round, step.natural_person_id), row


def _months() -> Iterator[tuple[tuple[str, str], Row]]:
    query = select(BenefitMonth, Case.public_id).join(Case, BenefitMonth.case_id == Case.id)
    for row, case in db.session.execute(query):
        yield (case, row.month), {name: getattr(row, name) for name in money.AMOUNTS}


def _rates() -> Iterator[tuple[tuple[str, str], Row]]:
    query = select(BenefitRate, Case.public_id).join(Case, BenefitRate.case_id == Case.id)
    for row, case in db.session.execute(query):
        yield (case, row.since_month), {"monthly_fen": row.monthly_fen}


def _deaths() -> Iterator[tuple[str, Row]]:
    query = select(DeathMark.died_on, Pensioner.public_id).join(Pensioner, DeathMark.pensioner_id == Pensioner.id)
    for died_on, pensioner in db.session.execute(query.where(DeathMark.annulled_on.is_(None))):
        yield pensioner, {"died_on": died_on.isoformat()}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
