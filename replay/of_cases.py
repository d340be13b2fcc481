"""Cases, their decisions, signatures, months, rates, and marks of death (R3)."""
from __future__ import annotations

from sqlalchemy import Select, select

from audit.events import STATE_CHANGING, Recorded
from cases import money
from cases.decisions import plain_fields
from cases.models import (
    BenefitMonth,
    BenefitRate,
    Case,
    DeathMark,
    Decision,
    DecisionLine,
    Evidence,
    Pensioner,
    ReviewStep,
)
from cases.moves import PAYING, WITHHOLDING
from replay.part import Applies, Part, Rows, by, on, said, told, writes
from replay.rows import rows_of
from replay.words import words
from staff.models import Office, StaffAccount

ACTS = {"InitialReviewPassed": "sign", "DecisionRechecked": "sign", "DecisionApproved": "sign",
        "DecisionReturned": "return", "DecisionRejected": "reject"}
ENTERED = ("case_no", "scheme", "benefit_kind", "granted_on", "warn_from")
CASE = (*ENTERED, "state", "state_since", "state_reason", "state_basis", "rules_version", "period_start", "due_on",
        "last_certified_on", "withheld_from", "office_path", "account_status")
PERIOD = ("period_start", "due_on", "last_certified_on")
DECISION = ("kind", "decision_no", "stage", "round", "signatures_required", "payable_through", "back_pay_fen", "reason",
            "fields", "office_level", "proposed_by_system", "rules_area", "rules_version")
LINE = ("month", "entitled_fen", "pay_fen", "forfeited_fen", "basis")
SIGNATURE = ("stage", "act", "role", "content_digest")
CLOSED = {"DecisionExecuted": "executed", "DecisionRejected": "rejected", "DecisionWithdrawn": "withdrawn",
          "DecisionEdited": "draft"}
ENDED = ("DecisionExecuted", "DecisionRejected", "DecisionWithdrawn")
DECIDED = ("DecisionOpened", "ArrearsRecalculated", "DecisionEdited", "DecisionSubmitted", "DecisionWithdrawn",
           "RoundVoided", "DecisionExecuted", *ACTS)


def _moved(rows: Rows, happened: Recorded) -> None:
    data, row = happened.data, rows.setdefault(happened.meta.case, dict.fromkeys(CASE))
    row |= {"state": data["to_state"]} | told(happened, "due_on", "period_start", "rules_version")
    if data["to_state"] != data["from_state"] or data["action"] in WITHHOLDING:
        row |= {"state_since": data["on"], "state_reason": data["reason"], "state_basis": data["basis"]}
    if data.get("last_certified_on"):
        row["last_certified_on"] = data["last_certified_on"]
    if data["action"] in PAYING:
        row["withheld_from"] = None
    elif data.get("withheld_from"):
        row["withheld_from"] = data["withheld_from"]
    row["account_status"] = data.get("account_status") or row["account_status"]


def _came_in(rows: Rows, happened: Recorded) -> None:
    _moved(rows, happened)
    rows[happened.meta.case] |= told(happened, *ENTERED) | {
        "office_path": happened.meta.office, "pensioner": happened.data["pensioner"],
        "paying_office": happened.data["paying_office"]}


def _certified(rows: Rows, happened: Recorded) -> None:
    if happened.meta.case:
        rows[happened.meta.case] |= {name: happened.data[name] for name in PERIOD if happened.data[name]} | {
            "warn_from": None}


def _uncertified(rows: Rows, happened: Recorded) -> None:
    rows[happened.meta.case] |= told(happened, *PERIOD) | {"warn_from": None}


def _period(rows: Rows, happened: Recorded) -> None:
    rows[happened.meta.case] |= told(happened, "period_start", "due_on", "warn_from")


def _kept_elsewhere(rows: Rows, happened: Recorded) -> None:
    rows[happened.meta.case]["office_path"] = happened.data["to_office"]


def _decided(rows: Rows, happened: Recorded) -> None:
    """Whatever an event of a decision says of its columns, the newest counts."""
    data, row = happened.data, rows.setdefault(happened.data["decision"], dict.fromkeys(DECISION))
    named = {name: data[name] for name in DECISION if name in data and happened.type != "DecisionExecuted"}
    row |= named | {"round": data.get("new_round") or data["round"]}
    row["stage"] = data.get("next_stage") or CLOSED.get(happened.type) or data.get("stage") or row["stage"]
    if "lines" in data:
        row |= {"payable_through": data["payable_through"], "back_pay_fen": data["back_pay_fen"]}
    if "proposed" in happened.personal:
        row["personal"] = words("proposed")(happened)
    if happened.type in ENDED:
        row["closed_on"] = on(happened)


def _began(rows: Rows, happened: Recorded) -> None:
    _decided(rows, happened)
    rows[happened.data["decision"]] |= {
        "case_id": happened.meta.case, "office_id": happened.data["office"], "objection_id": happened.data["objection"],
        "opened_by": by(happened), "opened_on": on(happened)}


def _lined(rows: Rows, happened: Recorded) -> None:
    """The arrears sheet is told whole each time."""
    decision = happened.data["decision"]
    if "lines" in happened.data:
        for key in [key for key in rows if key[0] == decision]:
            del rows[key]
        rows |= {(decision, line["month"]): {name: line[name] for name in LINE[1:]} for line in happened.data["lines"]}


def _signed(rows: Rows, happened: Recorded) -> None:
    data = happened.data
    rows[data["decision"], data["round"], data["person"]] = {
        "act": ACTS[happened.type], "on": on(happened), "account": by(happened), "opinion": words("opinion")(happened),
        **{name: data[name] for name in SIGNATURE if name in data}}


def _month(rows: Rows, happened: Recorded) -> None:
    rows.setdefault((happened.meta.case, happened.data["month"]), {}).update(told(happened, *money.AMOUNTS, "owed"))


def _claimed(rows: Rows, happened: Recorded) -> None:
    for month in happened.data["claimed"]:
        rows[happened.meta.case, month]["claimed"] = happened.data["decision"]


def _entered(rows: Rows, happened: Recorded) -> None:
    data = happened.data
    rates = data["rates"] or ({data["rate_since"]: data["monthly_fen"]} if data["monthly_fen"] is not None else {})
    rows |= {(happened.meta.case, month): {"monthly_fen": fen} for month, fen in rates.items()}


def _rated(rows: Rows, happened: Recorded) -> None:
    rows |= {(happened.meta.case, month): {"monthly_fen": fen} for month, fen in happened.data["rates"].items()}


def _marked(rows: Rows, happened: Recorded) -> None:
    rows[happened.data["pensioner"]] = told(happened, "died_on", "source", "marked_on") | {
        "evidence": happened.data["evidence"], "marked_by": by(happened)}


def _annulled(rows: Rows, happened: Recorded) -> None:
    rows.pop(happened.data["pensioner"], None)


def _of_decision(model: type, *columns: object) -> Select:
    return (select(*columns).join(Decision, model.decision_id == Decision.id)  # type: ignore[attr-defined]
            .join(Case, Decision.case_id == Case.id))


def _columns(model: type, names: tuple[str, ...]) -> list[object]:
    return [getattr(model, name) for name in names]


_MOVES: dict[str, Applies] = dict.fromkeys(STATE_CHANGING, _moved) | {"CaseEntered": _came_in}
PARTS = (
    Part("cases", _MOVES | {"CertificationAccepted": _certified, "CertificationWithdrawn": _uncertified,
                            "PeriodSet": _period, "ResponsibleOfficeChanged": _kept_elsewhere},
         lambda: select(Case.public_id.label("key"), *_columns(Case, CASE), Pensioner.public_id.label("pensioner"),
                        Office.code.label("paying_office"))
         .join(Pensioner, Case.pensioner_id == Pensioner.id).join(Office, Case.paying_office_id == Office.id),
         Case.pensioner_id),
    Part("decisions", dict.fromkeys(DECIDED, _decided) | {
             "DecisionOpened": _began,
             "DecisionReferredUpward": writes("decision", referred_to_id=said("referred_to"), referred_on=on),
             "DecisionReferralEnded": writes("decision", referred_to_id=None, referred_on=None)},
         rows_of(Decision, f"case_id office_id objection_id opened_by opened_on closed_on referred_to_id referred_on "
                           f"personal {' '.join(DECISION)}", join=[(Case, Decision.case_id == Case.id)]),
         Case.pensioner_id, as_in_log={"fields": plain_fields}),
    Part("arrears", dict.fromkeys(DECIDED, _lined),
         lambda: _of_decision(DecisionLine, Decision.public_id.label("key_1"), DecisionLine.month.label("key_2"),
                              *_columns(DecisionLine, LINE[1:])), Case.pensioner_id),
    Part("signatures", dict.fromkeys(ACTS, _signed),
         lambda: _of_decision(ReviewStep, Decision.public_id.label("key_1"), ReviewStep.round.label("key_2"),
                              ReviewStep.natural_person_id.label("key_3"), ReviewStep.on, ReviewStep.opinion,
                              StaffAccount.public_id.label("account"), *_columns(ReviewStep, SIGNATURE))
         .join(StaffAccount, ReviewStep.account_id == StaffAccount.id), Case.pensioner_id),
    Part("months", {"BenefitMonthChanged": _month, "OverpaymentClaimed": _claimed},
         lambda: select(Case.public_id.label("key_1"), BenefitMonth.month.label("key_2"), BenefitMonth.owed,
                        *_columns(BenefitMonth, tuple(money.AMOUNTS)), Decision.public_id.label("claimed"))
         .join(Case, BenefitMonth.case_id == Case.id)
         .outerjoin(Decision, BenefitMonth.claimed_by_decision_id == Decision.id), Case.pensioner_id),
    Part("rates", {"CaseEntered": _entered, "RateChanged": _rated},
         lambda: select(Case.public_id.label("key_1"), BenefitRate.since_month.label("key_2"),
                        BenefitRate.monthly_fen).join(Case, BenefitRate.case_id == Case.id), Case.pensioner_id),
    Part("deaths", {"DeathMarked": _marked, "DeathMarkAnnulled": _annulled},
         lambda: select(Pensioner.public_id.label("key"), DeathMark.died_on, DeathMark.source, DeathMark.marked_on,
                        Evidence.public_id.label("evidence"), StaffAccount.public_id.label("marked_by"))
         .join(Pensioner, DeathMark.pensioner_id == Pensioner.id)
         .outerjoin(Evidence, DeathMark.evidence_id == Evidence.id)
         .outerjoin(StaffAccount, DeathMark.marked_by == StaffAccount.id).where(DeathMark.annulled_on.is_(None)),
         Pensioner.id),
)
