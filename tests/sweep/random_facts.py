"""Cases with any facts whatever, put into the tables as they are: the judges must agree, possible or not."""
from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import insert

from audit.models import AuditEvent, AuditTx
from cases.models import (
    Case,
    CaseTransition,
    Certification,
    DeathMark,
    Decision,
    Notice,
    Objection,
    PaymentReturn,
    Pensioner,
    VerificationTask,
)
from cases.period_facts import reminder_key, reminder_stage
from database import db, transaction
from database.types import now, public_id
from staff.access import SYSTEM
from staff.models import NaturalPerson, Office, StaffAccount
from staff.offices import create_office
from tests.people import account, make_founders
from tests.places import QINGDAO
from workflows.case_lifecycle import STATES
from workflows.deadlines import add_months

ON, DAY = date(2026, 3, 31), timedelta(days=1)
_serial = count(1)
_MONTHS = (-25, -24, -16, -15, -13, -12, -11, -10, -9, -6, -4, -3, -2, -1, 0, 1, 2, 3)
dates = st.builds(lambda months, days: add_months(ON, months) + timedelta(days=days),
                  st.sampled_from(_MONTHS), st.integers(-2, 3))
perhaps = st.one_of(st.none(), dates)
cases = st.fixed_dictionaries({
    "state": st.sampled_from(STATES), "granted_on": dates, "last_certified_on": perhaps, "warn_from": perhaps,
    "period_start": perhaps, "due_on": perhaps, "state_since": dates,
    "certifications": st.lists(st.tuples(st.sampled_from(("submitted", "valid", "refused")), dates, dates), max_size=2),
    "notices": st.lists(st.tuples(st.sampled_from(("certification_due", "suspended")),
                                  st.sampled_from(("queued", "accepted", "failed")), dates), max_size=2),
    "open_task": st.sampled_from((None, None, (None, ON), (None, ON - DAY), (ON, ON - DAY))),
    "cause": st.sampled_from(("warning_period", "home_visit")),
    "finished": st.lists(st.tuples(st.sampled_from(("home_visit", "phone")), dates), max_size=1),
    "open_objection": st.booleans(),
    "dismissed": st.lists(dates, max_size=2),
    "mark": st.sampled_from(("none", "in force", "annulled")),
    "lapsed_for": st.lists(perhaps, max_size=1),
    "lapsed_now": st.booleans(),
    "resumptions": st.lists(st.tuples(st.sampled_from(("executed", "rejected")), st.sampled_from((0, 100)),
                                      st.booleans()), max_size=2),
    "reminded": st.booleans(),
    "open_decision": st.booleans(),
    "office": st.sampled_from(("510104", "510107", "370203")),
    "dependant": st.none() | st.tuples(
        st.sampled_from((None, "child", "grandchild", "spouse")),
        st.sampled_from((None, "full", "under_age", "wholly_lost")),
        st.builds(lambda years, days: add_months(ON, -12 * years) + timedelta(days=days), st.sampled_from((16, 18)),
                  st.integers(-2, 2)) | st.just(date(2008, 2, 29))),
})
cities = st.lists(cases, min_size=1, max_size=12)


def enter(city: list[dict[str, Any]]) -> list[int]:
    """The ids of the cases, in the order given. In the open transaction of the session."""
    return [_enter(one) for one in city]


def prepare() -> None:
    """Offices and an account that stands wherever somebody must."""
    make_founders()
    with transaction():
        for code, name, level, parent in QINGDAO:
            create_office(code, name, level, parent, actor=SYSTEM, on=ON)


def _add(model: Any, **row: Any) -> int:
    made = model(**row)
    db.session.add(made)
    db.session.flush()
    return made.id


def _enter(one: dict[str, Any]) -> int:
    serial, office = next(_serial), db.session.query(Office).filter_by(code=one["office"]).one()
    person = _add(NaturalPerson, id_number_index=f"random {serial}")
    pensioner = _add(Pensioner, natural_person_id=person, name="周", name_sort="zhou", id_number="1", sex="female",
                     birth_on=one["dependant"][2] if one["dependant"] else date(1950, 1, 1))
    columns = ("state", "granted_on", "last_certified_on", "warn_from", "period_start", "due_on", "state_since")
    case = _add(Case, case_no=f"random-{serial}", pensioner_id=pensioner, scheme="enterprise_employees",
                **_benefit(one), paying_office_id=office.id, office_path=office.path, rules_version="x",
                task_open=one["open_task"] is not None, **{name: one[name] for name in columns})
    _person_facts(one, pensioner)
    _work(one, case, office)
    _history(one, case)
    _resumptions(one, case, office)
    _reminder(one, case)
    return case


def _benefit(one: dict[str, Any]) -> dict[str, Any]:
    if one["dependant"] is None:
        return {"benefit_kind": "pension"}
    kinship, capacity, _born = one["dependant"]
    return {"benefit_kind": "dependants_allowance", "kinship": kinship, "work_capacity": capacity}


def _person_facts(one: dict[str, Any], pensioner: int) -> None:
    for number, (status, evidence_on, submitted_on) in enumerate(one["certifications"]):
        _add(Certification, pensioner_id=pensioner, method="other", evidence_on=evidence_on, source_ref=str(number),
             status=status, submitted_on=submitted_on)
    if one["mark"] != "none":
        _add(DeathMark, pensioner_id=pensioner, died_on=ON, source="cremation", marked_on=ON,
             annulled_on=ON if one["mark"] == "annulled" else None)


def _work(one: dict[str, Any], case: int, office: Office) -> None:
    clerk: StaffAccount = account("founder.system")
    for kind, status, on in one["notices"]:
        key = public_id()
        _add(Notice, case_id=case, kind=kind, channel="sms", once_key=key, content={}, on=on, status=status,
             message_id=key)
    task = {"case_id": case, "cause": "warning_period", "office_path": office.path, "opened_on": ON, "due_on": ON}
    if one["open_task"]:
        _add(VerificationTask, **(task | {"due_on": one["open_task"][1], "cause": one["cause"]}),
             escalated_on=one["open_task"][0])
    for means, on in one["finished"]:
        _add(VerificationTask, **task, status="finished", means=means, finished_on=on)
    lodged = {"case_id": case, "kind": "to_suspension", "lodged_by": "self", "grounds": "x", "lodged_on": ON,
              "received_by": clerk.id, "office_path": office.path}
    if one["open_objection"]:
        _add(Objection, **lodged, receipt_no=public_id())
    for on in one["dismissed"]:
        _add(Objection, **lodged, receipt_no=public_id(), status="dismissed", closed_on=on)


def _history(one: dict[str, Any], case: int) -> None:
    periods = dict.fromkeys([*one["lapsed_for"], *([one["due_on"]] if one["lapsed_now"] else [])])
    for step, period in enumerate(periods, 1):
        tx = _add(AuditTx, uid=public_id(), command="x", actor="SYSTEM", on=ON)
        event = db.session.scalar(insert(AuditEvent).values(
            uid=public_id(), tx_id=tx, position=0, type="x", actor="SYSTEM", on=ON, case_id=case, case_seq=step,
            canonical=b"", digest="").returning(AuditEvent.id))
        _add(CaseTransition, case_id=case, step=step, action="lapse", from_state="verified", to_state="suspended",
             rules_version="x", on=ON, period_due_on=period, event_id=event)


def _resumptions(one: dict[str, Any], case: int, office: Office) -> None:
    for stage, back_pay, returned in one["resumptions"]:
        number = public_id()
        _add(Decision, decision_no=number, kind="resume", case_id=case, stage=stage, signatures_required=3,
             office_level="county", office_id=office.id, office_path=office.path, opened_on=ON, rules_area="51",
             rules_version="x", back_pay_fen=back_pay, recorded_at=now())
        if returned:
            _add(PaymentReturn, case_id=case, month="2026-01", payment_ref=number, decision_no=number, amount_fen=1,
                 accepted=True, on=ON)
    if one["open_decision"]:
        _add(Decision, decision_no=public_id(), kind="stop", case_id=case, stage="recheck", signatures_required=2,
             office_level="county", office_id=office.id, office_path=office.path, opened_on=ON, rules_area="51",
             rules_version="x", recorded_at=now())


def _reminder(one: dict[str, Any], case: int) -> None:
    row = db.session.get_one(Case, case)
    stage = reminder_stage(row, ON)
    if one["reminded"] and stage:
        key = f"{reminder_key(row)}{stage}/sms"
        _add(Notice, case_id=case, kind="certification_due", channel="sms", once_key=key, content={}, on=stage,
             message_id=key)
