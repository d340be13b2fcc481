"""Two counties of one city, furnished step by step in turn with all that a county has; and one of them taken away."""
from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, select, text

from cases import objections, review
from cases.certifications import certify_in_person
from cases.claims import claim
from cases.decisions import Proposal, open_decision, submit
from cases.evidence import add_evidence
from cases.imports.proposing import propose
from cases.ledgers.filing import file
from cases.ledgers.follow_ups import Said, follow_up
from cases.models import BenefitMonth, Decision, Pressing, ServiceLimit, SuspensionBatch, SweepHalt
from cases.models.decision import OPEN_STAGES
from cases.pressing import Demand, answer, press
from cases.sweep import sweep
from database import db, transaction
from matching.linkage.tables import MatchSuggestion
from staff.models import RoleGrant, StaffAccount
from staff.offices import office_by_code
from staff.relatives import declare
from staff.roles import ROLES
from tests.case_builder import DEAD, GIVEN, LAPSED, make_case, paper, pensioner_id_number
from tests.owner import as_superuser
from tests.people import account, actor, make_account
from tests.promises.county import ON
from tests.promises.county_feeds import a_feed_of_both
from tests.promises.duties_of_a_county import done_in
from tests.promises.matching_attempts import registers_compared
from tests.promises.near_the_age import listed_at

HERE, THERE = "510107", "510104"
PATHS = {code: f"51/5101/{code}/" for code in (HERE, THERE)}
POSTS = {"li": "caseworker", "wang": "reviewer", "zhao": "approver"}
VILLAGE = "510107001201"
DIED = {"died_on": "2026-01-10", "account_status": "settled"}
BEFORE = date(2026, 1, 15)


def named(name: str, code: str) -> str:
    return name if code == HERE else f"{name}.{code}"


def people(code: str) -> None:
    for name, role in POSTS.items():
        make_account(named(name, code), [role], office=code)


def place(code: str) -> dict[str, str]:
    return {} if code == HERE else {"居住地": ""}


def decided(case_id: int, code: str, proposal: Proposal, signatures: int, *papers: str) -> int:
    """Opened by the caseworker with papers; submitted and signed so often, a draft where that is None."""
    li, wang, zhao = (actor(named(name, code)) for name in POSTS)
    bound = tuple(add_evidence(case_id, paper(kind, ON), actor=li, on=ON).id for kind in papers)
    made = open_decision(case_id, Proposal(proposal.kind, proposal.reason, proposal.fields, evidence=bound),
                         actor=li, on=ON).id
    submit(made, actor=li, on=ON)
    for action, who in list(zip(("initial_review", "recheck", "approve"), (li, wang, zhao), strict=True))[:signatures]:
        review.sign(made, action, opinion="同意", actor=who, on=ON)
    return made


def an_objection_and_its_resumption(code: str) -> None:
    case = make_case(ON, office=code, **LAPSED, **place(code)).id
    objections.lodge(case, objections.Lodged("to_suspension", "self", "健在"), actor=actor(named("li", code)), on=ON)
    made = decided(case, code, Proposal("resume", "lapsed"), 2, "home_visit_record")
    claim(made, actor=actor(named("zhao", code)), on=ON)


def one_who_died(code: str) -> None:
    case = make_case(ON, office=code, **DEAD, **place(code)).id
    decided(case, code, Proposal("terminate", "death", DIED), 1, "cremation_certificate", "identity_document",
            "relation_proof", "account_proof", "settlement_sheet")


def one_resumed(code: str) -> None:
    case = make_case(ON, office=code, **LAPSED, **place(code)).id
    decided(case, code, Proposal("resume", "lapsed"), 3, "home_visit_record")


def one_certified(code: str) -> None:
    case = make_case(ON, office=code, 最近认证日期="2025-09-01", **place(code)).id
    certify_in_person(case, paper("window_visit_record", ON), paper("photo_or_video", ON),
                      actor=actor(named("li", code)), on=ON)


def a_file_with_a_bad_row(code: str) -> None:
    rows = [GIVEN | {"身份证号": number, "开户名": "周秀英"} | place(code) for number in (pensioner_id_number(), "123")]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_text("\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]), encoding="utf-8")
        propose(path, office_by_code(code), actor(named("li", code)), ON)


def one_near_the_age_of_benefit(code: str) -> None:
    listed_at(code, named("li", code), named("wang", code))


def a_file_that_differs(code: str) -> None:
    number = pensioner_id_number()
    for number_of_account in ("6228480012345678901", "6228480012345678999"):
        make_case(ON, office=code, 身份证号=number, 银行账号=number_of_account, **place(code))


def an_office_pressed(code: str) -> None:
    """By the city, whose people stand above both counties."""
    if not db.session.scalar(select(StaffAccount.id).where(StaffAccount.username == "city.wang")):
        make_account("city.wang", ["reviewer"], office="5101")
    office = office_by_code(code)
    for earlier in db.session.scalars(select(Pressing.id).filter_by(to_office_id=office.id, status="open")).all():
        answer(earlier, "已逐户核实", actor=actor(named("li", code)), on=ON)
    press(Demand(code, "past", "请抓紧核实", date(2026, 4, 1)), actor=actor("city.wang"), on=ON)


def one_long_suspended(code: str) -> None:
    case = make_case(ON, office=code, **LAPSED | {"暂停/停发日期": "2025-02-02"} | place(code))
    follow_up(case.id, "long_suspended", Said("visit", "已上门，家中无人", date(2026, 4, 1)),
              actor=actor(named("li", code)), on=ON)


def one_without_a_phone(code: str) -> None:
    """A relative of the caseworker, as that person declares."""
    case = make_case(ON, office=code, 最近认证日期="2025-09-01", 联系电话="", **place(code))
    declare(actor(named("li", code)), case.pensioner.id_number, "child", ON)


def one_whose_residence_is_on_record(code: str) -> None:
    """Certified: whoever looks after the residence may serve this person and sign."""
    case = make_case(ON, office=code, 最近认证日期="2025-09-01", **place(code))
    with transaction():
        case.pensioner.residence_office_id = office_by_code(VILLAGE if code == HERE else code).id
    certify_in_person(case.id, paper("window_visit_record", ON), paper("photo_or_video", ON),
                      actor=actor(named("li", code)), on=ON)


def one_overdue(code: str) -> None:
    make_case(ON, office=code, 最近认证日期="2025-03-10", **place(code))


def one_suspended_on_suspicion(code: str) -> None:
    """By decision. Another decision waits whose limit is over, and a month was paid too much."""
    case = make_case(ON, office=code, 最近认证日期="2025-09-01", **place(code)).id
    decided(case, code, Proposal("suspend", "suspected_loss"), 2, "grassroots_report")
    decided(make_case(ON, office=code, **LAPSED, **place(code)).id, code, Proposal("resume", "lapsed"), 1,
            "home_visit_record")
    with transaction() as session:
        waiting = select(ServiceLimit).join(Decision).where(Decision.office_path == PATHS[code]).order_by(Decision.id)
        session.scalars(waiting.where(Decision.stage.in_(OPEN_STAGES))).first().due_on = date(2026, 3, 2)
        session.add(BenefitMonth(case_id=case, month="2026-02", entitled=0, paid=0, overpaid=321050))


def duties_done(code: str) -> None:
    done_in(code, actor(named("li", code)), actor(named("wang", code)), account(named("li", code)).public_id)


def a_post_applied_for(code: str) -> None:
    with transaction() as session:
        session.add(RoleGrant(account_id=account(named("wang", code)).id, role="approver",
                              office_id=office_by_code(code).id, applied_on=ON,
                              applied_by=account(named("zhao", code)).id))


def a_halted_sweep_and_a_batch(code: str) -> None:
    with transaction() as session:
        session.add_all([SweepHalt(office_path=PATHS[code], on=BEFORE, found=90, usual=1, most=20),
                         SuspensionBatch(office_path=PATHS[code], month="2026-02", gathered_on=BEFORE)])


def a_suggested_link(code: str) -> None:
    """A row of another register, and two entries of the county that look like one person."""
    low, high = sorted((make_case(ON, office=code, 最近认证日期="2025-09-01", **place(code)) for _ in "ab"),
                       key=lambda case: case.pensioner_id)
    given = {"kind": "row", "source": "hospital_stays", "load_id": 1, "row_number": low.pensioner_id,
             "given": '{"key": 1, "name": "周秀英"}'}
    with transaction() as session:
        for more in (given, {"kind": "two_numbers", "other_pensioner_id": high.pensioner_id}):
            session.add(MatchSuggestion(pensioner_id=low.pensioner_id, weight=9000, probability=998_000, model="m",
                                        comparison=[["name", "same", 9000]], found_on=ON, **more))


STEPS = (people, an_objection_and_its_resumption, one_who_died, one_resumed, one_certified, a_file_with_a_bad_row,
         a_file_that_differs, one_near_the_age_of_benefit, one_long_suspended, an_office_pressed,
         one_without_a_phone, one_whose_residence_is_on_record, one_overdue, one_suspended_on_suspicion,
         a_post_applied_for, a_suggested_link, duties_done, a_feed_of_both, registers_compared)
AFTER_THE_SWEEP = (a_halted_sweep_and_a_batch,)


def furnish(app: Flask) -> None:
    """Both counties, each step in one and then in the other; a sweep over all; one account for each role here."""
    with app.app_context():
        for step in STEPS:
            for code in (THERE, HERE):
                step(code)
        for role in ROLES:
            make_account(f"every.{role}", [role], office=VILLAGE if role == "grassroots_officer" else HERE)
        sweep(ON, today=ON)
        file(ON, today=ON)
        for step in AFTER_THE_SWEEP:
            for code in (THERE, HERE):
                step(code)
        db.session.remove()


# what lies outside of county HERE, before whatever hung on it
OUTSIDE = (
    "DELETE FROM cases WHERE office_path NOT LIKE :here",
    "DELETE FROM matching_run WHERE area_path NOT LIKE :here",
    "DELETE FROM filed_count WHERE office_path NOT LIKE :here",
    "DELETE FROM pressing WHERE to_path NOT LIKE :here",
    "DELETE FROM duty_record WHERE office_path NOT LIKE :here",
    "DELETE FROM inspection WHERE office_path NOT LIKE :here",
    "DELETE FROM service_sample WHERE office_path NOT LIKE :here",
    "DELETE FROM suspension_batch WHERE office_path NOT LIKE :here",
    "DELETE FROM sweep_halt WHERE office_path NOT LIKE :here",
    "DELETE FROM feed_load WHERE area_path NOT LIKE :here",
    "DELETE FROM import_batch WHERE office_path NOT LIKE :here",
    "DELETE FROM audit_event WHERE office_path IS NULL OR office_path NOT LIKE :here",
    "DELETE FROM staff_account WHERE office_id IN (SELECT id FROM office WHERE path LIKE :there)",
    "DELETE FROM number_series WHERE office_code = :code",
    "DELETE FROM job WHERE office_path IS NULL OR office_path NOT LIKE :here",
)
NOBODY_LEFT = (
    "DELETE FROM pensioner WHERE id NOT IN (SELECT pensioner_id FROM cases)",
    "DELETE FROM natural_person WHERE id NOT IN (SELECT natural_person_id FROM pensioner)"
    " AND id NOT IN (SELECT natural_person_id FROM staff_account)",
    "DELETE FROM audit_tx WHERE id NOT IN (SELECT tx_id FROM audit_event)",
)
PATTERNS = {"here": PATHS[HERE] + "%", "there": PATHS[THERE] + "%", "code": THERE}


def take_away_there(app: Flask) -> int:
    """All data outside of HERE, and what hung on it, as a superuser could; returns how many rows."""
    with app.app_context(), as_superuser() as raw:
        _unguard(raw)
        gone = sum(_run(raw, one) for one in OUTSIDE)
        while removed := _orphans(raw) + sum(_run(raw, one) for one in NOBODY_LEFT):
            gone += removed
        raw.commit()
    return gone


def _run(raw: Connection, statement: str) -> int:
    wanted = {name: value for name, value in PATTERNS.items() if f":{name}" in statement}
    return raw.execute(text(statement), wanted).rowcount


def _unguard(raw: Connection) -> None:
    if raw.dialect.name == "postgresql":
        raw.execute(text("SET session_replication_role = replica"))
        return
    raw.connection.execute("PRAGMA foreign_keys=OFF")
    for (name,) in raw.connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.connection.execute(f'DROP TRIGGER "{name}"')


def _orphans(raw: Connection) -> int:
    """Rows that point at what is gone."""
    return sum(_run(raw, f'DELETE FROM "{table.name}" WHERE "{key.parent.name}" IS NOT NULL AND "{key.parent.name}"'
                         f' NOT IN (SELECT "{key.column.name}" FROM "{key.column.table.name}")')
               for table in db.metadata.sorted_tables for key in _keys(table))


def _keys(table: Any) -> list[Any]:
    return list(table.foreign_keys)
