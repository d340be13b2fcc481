"""Issue 4, point 2: what the comparison suggests is listed; a person confirms or rejects it, and nothing moves."""
from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from audit.models import AuditEvent
from cases.models import Case, Certification, VerificationTask
from database import db, transaction
from matching.feeds.chunks import unlinked_rows
from matching.feeds.models import FeedLoad
from matching.feeds.withdrawing import withdraw
from matching.linkage.deciding import confirmed_links, decide
from matching.linkage.records import Given
from matching.linkage.signs import write_links
from matching.linkage.suggesting import Load, suggest, suggest_doubles
from matching.linkage.tables import MatchSuggestion
from matching.linkage.words import beside, told
from staff.relatives import declare
from tests.case_builder import make_case, pensioner_id_number
from tests.matching.feeds import csv_file, loaded, signs
from tests.people import actor, make_account, sign_in
from tests.replay.damaging import each_is_named
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough

ON = date(2026, 3, 16)
LOAD = Load(7, "load-seven", "hospital_stays")


@pytest.fixture
def person(context) -> Case:
    make_account("li", ["caseworker"])
    make_account("elsewhere", ["caseworker"], office="510104")
    make_case(ON, 姓名="王玉兰")
    return make_case(ON)


def about(case: Case, **changed: str | None) -> Given:
    """A row about the person, without a number that can be read."""
    who = case.pensioner
    given = {"name": who.name, "birth": f"{who.birth_on:%Y%m%d}", "sex": who.sex, "place": "510107",
             "number": who.id_number[:6] + "********" + who.id_number[14:]}
    return Given(12, **(given | changed))


def only() -> MatchSuggestion:
    return db.session.scalars(select(MatchSuggestion)).one()


@pytest.mark.article("QD-19")
def test_a_row_with_a_covered_number_is_suggested_and_moves_nothing(person: Case) -> None:
    before = (person.state, person.due_on, person.version)
    assert suggest([about(person)], LOAD, on=ON) == {"row": 1}
    row = only()
    assert (row.pensioner_id, row.kind, row.status, row.row_number) == (person.pensioner_id, "row", "open", 12)
    assert row.probability > 990_000 and row.model.startswith("pensioners-")
    db.session.refresh(person)
    assert (person.state, person.due_on, person.version) == before
    assert not db.session.scalar(select(func.count()).select_from(VerificationTask))
    assert not db.session.scalars(select(Certification).where(Certification.submitted_on == ON)).all()


def test_comparing_the_same_rows_again_lists_nothing_new(person: Case) -> None:
    suggest([about(person)], LOAD, on=ON)
    assert suggest([about(person)], LOAD, on=ON) == {}
    assert only().status == "open"


def test_somebody_else_is_not_suggested(person: Case) -> None:
    assert suggest([Given(1, "赵建国", "19550101", "male", "370200", None)], LOAD, on=ON) == {}


def test_a_confirmed_link_ties_the_row_to_the_person_and_nothing_else_happens(person: Case) -> None:
    suggest([about(person)], LOAD, on=ON)
    assert list(confirmed_links(LOAD.id)) == []
    decide(only().id, "confirmed", "与住院病案首页核对一致", actor=actor("li"), on=ON)
    assert [tuple(one) for one in confirmed_links(LOAD.id)] == [(12, person.pensioner_id)]
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "LinkConfirmed")).one()
    assert event.case_id == person.id
    assert db.session.get(Case, person.id).state == "verified"


def test_a_rejected_one_ties_nothing_and_stays_as_it_was_decided(person: Case) -> None:
    suggest([about(person)], LOAD, on=ON)
    decide(only().id, "rejected", "同名不同人", actor=actor("li"), on=ON)
    assert list(confirmed_links(LOAD.id)) == []
    with pytest.raises(TransitionRefused, match="SUGGESTION_DECIDED"):
        decide(only().id, "confirmed", "再看一次", actor=actor("li"), on=ON)


@pytest.mark.parametrize(("who", "note", "refusal"), [
    ("elsewhere", "看过", "OUT_OF_AREA"), ("li", "  ", "NOTE_MISSING")])
def test_who_may_not_decide_is_refused(person: Case, who: str, note: str, refusal: str) -> None:
    suggest([about(person)], LOAD, on=ON)
    with pytest.raises(TransitionRefused, match=refusal):
        decide(only().id, "confirmed", note, actor=actor(who), on=ON)
    assert only().status == "open"


def test_nobody_decides_about_a_relative(person: Case) -> None:
    suggest([about(person)], LOAD, on=ON)
    declare(actor("li"), person.pensioner.id_number, "child", ON)
    with pytest.raises(TransitionRefused, match="RELATIVE"):
        decide(only().id, "confirmed", "看过", actor=actor("li"), on=ON)


@pytest.mark.crosses("row_linked_elsewhere")
def test_a_row_is_tied_to_one_person_only(person: Case) -> None:
    twin = make_case(ON)  # the same name; the row bears neither birth date nor number
    suggest([about(person)], LOAD, on=ON)
    of_person = MatchSuggestion.pensioner_id == person.pensioner_id
    first = db.session.scalars(select(MatchSuggestion).where(of_person)).one()
    other = db.session.scalar(select(MatchSuggestion.id).where(~of_person))
    if other is None:
        with transaction() as session:
            session.add(row := MatchSuggestion(kind="row", load_id=7, row_number=12, pensioner_id=twin.pensioner_id,
                                               weight=1, probability=1, comparison=[], model="m", found_on=ON))
        other = row.id
    decide(first.id, "confirmed", "一致", actor=actor("li"), on=ON)
    with pytest.raises(TransitionRefused, match="ROW_LINKED"):
        decide(other, "confirmed", "一致", actor=actor("li"), on=ON)
    with pytest.raises(IntegrityError):  # the database says so too
        db.session.execute(MatchSuggestion.__table__.update().where(MatchSuggestion.id == other).values(
            status="confirmed", decided_on=ON, decided_by=actor("li").account_id,
            decided_by_person=actor("li").natural_person_id))
    db.session.rollback()


def test_one_number_with_two_names_is_listed_as_such(person: Case) -> None:
    row = about(person, name="赵建国", number=person.pensioner.id_number)
    assert suggest([row], LOAD, on=ON) == {"two_names": 1}


def test_one_person_under_two_numbers_is_found_in_the_register(person: Case) -> None:
    born = f"{person.pensioner.birth_on:%Y%m%d}"
    while (other := pensioner_id_number())[6:14] != born:
        continue
    double = make_case(ON, 身份证号=other)
    assert double.pensioner.name == person.pensioner.name
    assert suggest_doubles(on=ON) == {"two_numbers": 1}
    assert {only().pensioner_id, only().other_pensioner_id} == {person.pensioner_id, double.pensioner_id}
    assert suggest_doubles(on=ON) == {}


def test_the_comparison_is_told_level_by_level_in_both_languages(person: Case) -> None:
    suggest([about(person, name="周绣英")], LOAD, on=ON)
    row = only()
    for language, words in (("zh", "姓相同，名同音"), ("en", "same surname, given name of the same sound")):
        lines = {line.name: line for line in told(row.comparison, language)}
        assert lines["name"].words == words and lines["name"].bits > 0
        assert lines["prior"].bits < 0
    assert sum(line.bits for line in told(row.comparison, "zh")) == pytest.approx(row.weight / 1000, abs=0.05)


def test_what_differs_is_marked_and_numbers_stay_covered() -> None:
    left = Given(1, "周绣英", "19480315", "female", "510107", "510107194803151020")
    right = Given(2, "周秀英", "19481503", "female", "510107", "510107194803115020")
    lines = {line.name: line for line in beside(left, right)}
    assert lines["name"].left == [("周", False), ("绣", True), ("英", False)]
    shown = "".join(text for text, _ in lines["number"].left)
    assert shown == "510107********1020"[:14] + "1020"
    assert any(other for _, other in lines["number"].left)


@pytest.fixture
def listed(app, clock) -> tuple[str, str]:
    """Public id of a suggestion and the pensioner's number; requests are made outside of this context."""
    clock.move_to(ON)
    with app.app_context():
        make_account("li", ["caseworker"])
        make_account("elsewhere", ["caseworker"], office="510104")
        case = make_case(ON)
        suggest([about(case)], LOAD, on=ON)
        return only().public_id, case.pensioner.id_number


def test_the_page_shows_both_sides_and_takes_the_decision(client, listed) -> None:
    public_id, number = listed
    page = sign_in(client, "li")
    shown = page.get("/linkage").get_data(as_text=True)
    assert public_id in shown and "住院信息" in shown
    shown = page.get(f"/linkage/{public_id}").get_data(as_text=True)
    assert number not in shown and number[:6] in shown and "********" in shown
    assert page.post(f"/linkage/{public_id}", data={"status": "confirmed"}).status_code == 400
    assert page.post(f"/linkage/{public_id}", data={"status": "confirmed", "note": "核对一致"}).status_code == 302
    assert page.post(f"/linkage/{public_id}", data={"status": "rejected", "note": "再想想"}).status_code == 409
    assert "核对一致" in page.get(f"/linkage/{public_id}").get_data(as_text=True)
    assert public_id in page.get("/linkage?status=confirmed").get_data(as_text=True)


def test_outside_the_area_it_is_not_there(client, listed) -> None:
    public_id, _number = listed
    page = sign_in(client, "elsewhere")
    assert public_id not in page.get("/linkage").get_data(as_text=True)
    assert page.get(f"/linkage/{public_id}").status_code == 404
    decided = page.post(f"/linkage/{public_id}", data={"status": "confirmed", "note": "一致"})
    assert decided.status_code == 404


def test_a_confirmed_row_becomes_a_sign_that_proves_nothing_and_is_withdrawn_with_its_load(
        context, clock, tmp_path) -> None:
    clock.move_to(ON)
    context.config["FEED_STORE"] = str(tmp_path / "feeds")
    make_account("li", ["caseworker"])
    make_account("wang", ["reviewer"])
    case = make_case(ON)
    row = (case.pensioner.name, "5101071948", "2026-02-01", "已乘车")
    brought = loaded(csv_file(tmp_path, [row]), office="510107", who="li", on=ON)
    (one,) = unlinked_rows(brought.public_id)
    given = Given(one.row, one.name, f"{case.pensioner.birth_on:%Y%m%d}", "女", "510107", one.id_number)
    assert suggest([given], Load(brought.id, brought.public_id, brought.source, brought.area_path), on=ON)
    assert write_links(brought.id, actor=actor("li"), on=ON) is None  # nobody has confirmed it yet
    decide(only().id, "confirmed", "一致", actor=actor("li"), on=ON)
    made = write_links(brought.id, actor=actor("li"), on=ON)
    assert signs(made) == [(case.pensioner_id, "2026-02-01", "travel_record", 1, one.row)]
    assert write_links(brought.id, actor=actor("li"), on=ON) is None  # once
    withdraw(brought.id, actor("wang"), ON, "来源撤回")
    assert db.session.get(FeedLoad, made.id).status == "withdrawn"
    each_is_named("links")
    context.config.pop("FEED_STORE")
