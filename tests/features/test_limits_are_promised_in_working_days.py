"""What is promised for a decision in working days: begun, paused with a reason, told upward, never moved in silence."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

import rules
from audit.models import AuditEvent
from cases import limit_pauses, review
from cases.decisions import Proposal, edit, open_decision, submit
from cases.evidence import add_evidence
from cases.limit_run import run_limits
from cases.limit_view import limit_view, report_of, standing_of
from cases.models import Case, Decision, LimitPause, ServiceLimit
from cases.sweep import FutureSweep
from cases.withdrawals import withdraw
from database import db
from invariants import breaches
from rules.loader import layers
from staff.relatives import declare
from tests.case_builder import LAPSED, make_case, paper
from tests.owner import as_owner
from tests.people import make_account, sign_in
from tests.places import JIANGSU, furnish
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough

ON = date(2026, 2, 13)  # the Friday before Spring Festival: 15 to 23 February off, Saturdays 14 and 28 worked
NOTE = "缺社会保障卡复印件，已电话告知。"


@pytest.fixture
def people(context: Flask) -> dict:
    return {name: make_account(name, [role]) for name, role in
            (("li", "caseworker"), ("wang", "reviewer"), ("zhao", "approver"))}


def opened(kind: str, people: dict, on: date = ON, reason: str | None = None, **fields: object) -> Decision:
    case = make_case(on, **(LAPSED if kind in ("resume", "stop") else {}))
    return open_decision(case.id, Proposal(kind, reason, dict(fields)), actor=people["li"], on=on)


def the_limit(decision: Decision) -> ServiceLimit:
    return db.session.get_one(ServiceLimit, decision.id, populate_existing=True)


def refusal_of(call, *args: object, **options: object) -> tuple[str, ...]:
    with pytest.raises(TransitionRefused) as refused:
        call(*args, **options)
    return refused.value.codes


def told(kind: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.type == kind)))


def test_a_change_of_identity_is_done_within_ten_working_days_of_the_application(people: dict):
    """令765 art. 10. 14, 24 to 28 February: six working days; 2 to 5 March: four more."""
    limit = opened("change_identity", people).limit
    assert (limit.service, limit.working_days, limit.due_on) == ("registration", 10, date(2026, 3, 5))
    assert limit.by_article and "第十条" in limit.basis and not limit.provisional
    assert len(told("LimitStarted")) == 1


def test_a_resumption_has_twenty_as_a_house_value_and_a_stop_runs_from_its_submission(people: dict):
    """14, 24 to 28 February: six; 2 to 6, 9 to 13 March: ten; 16 to 19 March: four."""
    limit = opened("resume", people, reason="lapsed").limit
    assert (limit.working_days, limit.due_on, limit.by_article) == (20, date(2026, 3, 19), False)
    assert limit.basis.startswith("house: ")
    assert opened("stop", people, reason="failed_certification").limit is None


@pytest.mark.article("JS-4.5e")
def test_residents_of_jiangsu_are_assessed_within_five_working_days(context: Flask):
    """14, 24, 25, 26, 27 February."""
    furnish(JIANGSU)
    maker = make_account("maker", ["caseworker"], office="320102")
    case = make_case(ON, office="320102", 险种="城乡居民", 居住地="")
    limit = open_decision(case.id, Proposal("change_rate", None, {}), actor=maker, on=ON).limit
    assert (limit.service, limit.working_days, limit.due_on) == ("benefit_assessment", 5, date(2026, 2, 27))
    assert limit.by_article and "4.5 e" in limit.basis


def test_a_limit_into_a_year_not_published_is_provisional(people: dict):
    """Thursday 24 December 2026: 25, 28 to 31 December and 1, 4 to 7 January, weekends alone being known of 2027."""
    limit = opened("change_identity", people, date(2026, 12, 24)).limit
    assert (limit.due_on, limit.provisional) == (date(2027, 1, 7), True)


@pytest.mark.article("JS-4.3b")
def test_days_of_a_pause_are_not_counted_and_both_ends_leave_an_event(people: dict):
    """Paused on Tuesday 24 February, resumed on Monday 2 March: 24 to 28 February, five working days, do not count."""
    decision = opened("change_identity", people)
    limit_pauses.pause(decision.id, "materials_awaited", NOTE, actor=people["li"], on=date(2026, 2, 24))
    assert the_limit(decision).due_on is None
    assert standing_of(decision, date(2026, 2, 27)).state == "paused"
    assert breaches() == []
    limit_pauses.resume(decision.id, actor=people["wang"], on=date(2026, 3, 2))
    assert the_limit(decision).due_on == date(2026, 3, 12)
    assert b'"working_days":5' in told("LimitResumed")[0].canonical
    assert len(told("LimitPaused")) == 1 and breaches() == []


def test_while_a_limit_stands_still_nothing_is_handed_in_or_signed(people: dict):
    decision = opened("resume", people, reason="lapsed")
    proof = add_evidence(decision.case_id, paper("home_visit_record", ON), actor=people["li"], on=ON).id
    edit(decision.id, evidence=(proof,), actor=people["li"], on=ON)
    limit_pauses.pause(decision.id, "materials_awaited", NOTE, actor=people["li"], on=ON)
    assert refusal_of(submit, decision.id, actor=people["li"], on=ON) == ("LIMIT_PAUSED",)
    limit_pauses.resume(decision.id, actor=people["li"], on=ON)
    submit(decision.id, actor=people["li"], on=ON)
    limit_pauses.pause(decision.id, "other_office_awaited", NOTE, actor=people["wang"], on=ON)
    signing = refusal_of(review.sign, decision.id, "initial_review", actor=people["li"], on=ON)
    assert signing == ("LIMIT_PAUSED",)
    assert db.session.get_one(Decision, decision.id).stage == "initial_review"


def test_a_pause_needs_a_reason_of_the_rules_words_and_a_limit_that_runs(people: dict):
    decision, li = opened("change_identity", people), people["li"]

    def refused(reason: str, note: str, on: date = ON) -> tuple[str, ...]:
        return refusal_of(limit_pauses.pause, decision.id, reason, note, actor=li, on=on)

    assert refused("too_busy", NOTE) == ("PAUSE_REASON_UNKNOWN",)
    assert refused("materials_awaited", "  ") == ("GROUNDS_MISSING",)
    assert refused("materials_awaited", NOTE, date(2026, 3, 6)) == ("LIMIT_OVER",)
    assert refusal_of(limit_pauses.resume, decision.id, actor=li, on=ON) == ("LIMIT_NOT_PAUSED",)
    limit_pauses.pause(decision.id, "materials_awaited", NOTE, actor=li, on=date(2026, 3, 5))  # its last day
    assert refused("materials_awaited", NOTE) == ("LIMIT_PAUSED",)
    stop = opened("stop", people, reason="failed_certification")
    assert refusal_of(limit_pauses.pause, stop.id, "materials_awaited", NOTE, actor=li, on=ON) == ("NO_LIMIT",)


def test_a_pause_is_for_people_of_the_office_who_are_not_of_the_case(people: dict):
    decision = opened("change_identity", people)
    there = make_account("there", ["caseworker"], office="510104")
    number = db.session.get_one(Case, decision.case_id).pensioner.id_number
    same = make_account("same", ["caseworker"], id_number=number)
    declare(people["wang"], number, "child", ON)
    for actor, code in ((there, "OUT_OF_AREA"), (same, "OWN_CASE"), (people["wang"], "RELATIVE")):
        found = refusal_of(limit_pauses.pause, decision.id, "materials_awaited", NOTE, actor=actor, on=ON)
        assert found == (code,)
    assert db.session.scalar(select(LimitPause)) is None


def test_an_overdue_limit_is_told_to_the_office_above_once_and_never_extended(people: dict):
    decision = opened("change_identity", people)
    assert run_limits(date(2026, 3, 5), today=date(2026, 3, 6))["escalated"] == 0
    assert run_limits(date(2026, 3, 6), today=date(2026, 3, 6))["escalated"] == 1
    assert run_limits(date(2026, 3, 9), today=date(2026, 3, 9))["escalated"] == 0
    limit = the_limit(decision)
    assert (limit.due_on, limit.escalated_on, limit.escalated_to.code) == (date(2026, 3, 5), date(2026, 3, 6), "5101")
    assert limit_view(decision, date(2026, 3, 9)).standing.left == -2
    assert len(told("LimitOverdue")) == 1 and breaches() == []
    with pytest.raises(FutureSweep):
        run_limits(date(2026, 3, 10), today=date(2026, 3, 9))


def test_a_paused_limit_is_not_overdue(people: dict):
    decision = opened("change_identity", people)
    limit_pauses.pause(decision.id, "materials_awaited", NOTE, actor=people["li"], on=ON)
    assert run_limits(date(2026, 6, 1), today=date(2026, 6, 1))["escalated"] == 0


def test_the_command_says_what_it_did(context: Flask, people: dict):
    opened("change_identity", people)
    answer: Result = context.test_cli_runner().invoke(args=["limits", "run", "--on", "2026-03-06"])
    assert (answer.exit_code, answer.output) == (0, "claims_ended\t0\nescalated\t1\nrecounted\t0\n")


@pytest.fixture
def with_rule(monkeypatch) -> Iterator[Callable[[str, object], None]]:
    """Another value of a rule, in every place that sets it."""
    def alter(path: str, value: object) -> None:
        found = tuple(replace(layer, entries=tuple(
            replace(one, value=value) if one.path == path else one for one in layer.entries)) for layer in layers())
        monkeypatch.setattr("rules.layers", lambda: found)
        rules.current_versions.cache_clear()
    yield alter
    rules.current_versions.cache_clear()


def test_another_number_of_days_in_the_rules_is_another_last_day(people: dict, with_rule):
    """Three working days after Friday 13 February: the 14th, the 24th and the 25th."""
    with_rule("service_working_days.registration", 3)
    assert opened("change_identity", people).limit.due_on == date(2026, 2, 25)


def test_the_act_and_the_service_a_limit_runs_by_are_rules(people: dict, with_rule):
    with_rule("promised_limits.change_identity", {"service": "benefit_grant", "starts": "opened"})
    assert opened("change_identity", people).limit.due_on == date(2026, 3, 19)
    with_rule("promised_limits.change_identity", {"service": "registration", "starts": "submitted"})
    assert opened("change_identity", people).limit is None


def test_a_reason_the_rules_do_not_allow_pauses_nothing(people: dict, with_rule):
    with_rule("pause_reasons.person_unreachable", False)
    decision = opened("change_identity", people)
    assert refusal_of(limit_pauses.pause, decision.id, "person_unreachable", NOTE, actor=people["li"],
                      on=ON) == ("PAUSE_REASON_UNKNOWN",)


def test_how_early_a_limit_is_called_near_is_a_rule(people: dict, with_rule):
    decision = opened("change_identity", people)
    assert standing_of(decision, date(2026, 2, 27)).state == "running"
    with_rule("limit_warning_working_days", 5)
    assert standing_of(decision, date(2026, 2, 27)).state == "soon"


def test_a_closed_decision_tells_whether_its_limit_was_kept_and_is_told_to_nobody(people: dict):
    decision = opened("change_identity", people)
    withdraw(decision.id, actor=people["li"], on=date(2026, 3, 6))
    assert standing_of(decision, date(2026, 6, 1)).state == "late"
    other = opened("change_identity", people)
    withdraw(other.id, actor=people["li"], on=date(2026, 3, 5))
    assert standing_of(other, date(2026, 6, 1)).state == "kept"
    assert run_limits(date(2026, 6, 1), today=date(2026, 6, 1))["escalated"] == 0


@pytest.mark.parametrize("change", [
    "UPDATE service_limit SET working_days = 99", "UPDATE service_limit SET started_on = '2026-03-01'",
    "DELETE FROM service_limit", "UPDATE limit_pause SET paused_on = '2026-01-01'", "DELETE FROM limit_pause"])
def test_the_database_keeps_what_was_promised_and_paused(people: dict, change: str):
    decision = opened("change_identity", people)
    limit_pauses.pause(decision.id, "materials_awaited", NOTE, actor=people["li"], on=ON)
    with pytest.raises(IntegrityError), as_owner() as connection:
        connection.execute(text(change))


@pytest.mark.parametrize(("source", "on", "late"), [
    ("family_report", date(2026, 3, 19), False), ("family_report", date(2026, 3, 20), True),
    ("medical_death_certificate", date(2026, 3, 20), None)])
def test_family_reports_a_death_within_twenty_working_days_or_is_shown_late(people: dict, source, on, late):
    """令765 art. 25: died on Friday 13 February 2026, the twentieth working day is Thursday 19 March."""
    case = make_case(ON)
    proof = add_evidence(case.id, paper(source, on), actor=people["li"], on=on).id
    made = open_decision(case.id, Proposal("mark_death", None, {"died_on": ON.isoformat()}, evidence=(proof,)),
                         actor=people["li"], on=on)
    report = report_of(made)
    assert (report and report.late) is late
    assert report is None or report.due_on == date(2026, 3, 19)


@pytest.mark.article("JS-4.4")
@pytest.mark.article("JS-5.2.1")
def test_limit_and_its_pause_are_shown_on_the_decision_my_work_the_list_and_the_receipt(app: Flask, clock):
    clock.move_to(ON)
    with app.app_context():
        people = {"li": make_account("li", ["caseworker"]), "wang": make_account("wang", ["reviewer"])}
        made = opened("change_identity", people).public_id
    li = sign_in(app.test_client(), "li")
    assert "2026-03-05" in li.get(f"/decisions/{made}").text
    assert "2026-03-05" in li.get("/work?tab=drafts").text
    receipt = li.get(f"/decisions/{made}/receipt").text
    assert "2026-03-05 前办结" in receipt and "第十条" in receipt
    clock.move_to(date(2026, 3, 3))
    assert "期限临近" in li.get("/work?tab=drafts").text and made in li.get("/limits?tab=soon").text
    assert li.post(f"/decisions/{made}/limit/pause", data={"reason": "materials_awaited"}).status_code == 400
    paused = li.post(f"/decisions/{made}/limit/pause", data={"reason": "materials_awaited", "note": NOTE})
    assert paused.status_code == 302
    shown = li.get(f"/decisions/{made}").text
    assert "暂停计算" in shown and NOTE in shown and made in li.get("/limits?tab=paused").text
    assert "已暂停计算" in li.get(f"/decisions/{made}/receipt").text
    clock.move_to(date(2026, 3, 4))
    assert li.post(f"/decisions/{made}/limit/resume").status_code == 302
    clock.move_to(date(2026, 3, 9))
    with app.app_context():
        run_limits(clock.on, today=clock.on)
        make_account("city", ["reviewer"], office="5101")
    assert "已超期" in li.get("/work?tab=drafts").text and made in li.get("/limits?tab=overdue").text
    assert made not in li.get("/limits?tab=escalated").text
    city = sign_in(app.test_client(), "city")
    assert made in city.get("/limits?tab=escalated").text
