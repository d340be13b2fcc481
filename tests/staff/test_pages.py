"""Accounts, grants, relatives and offices through the pages, and the commands of the first day."""
from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from audit.models import AuditEvent
from database import db
from staff import relatives
from staff.models import NaturalPerson, RoleGrant, StaffAccount
from tests import law
from tests.people import (
    ON,
    PASSWORD,
    account,
    actor,
    make_account,
    make_founders,
    make_office_tree,
    sign_in,
    valid_id_number,
)

pytestmark = pytest.mark.sqlite_is_enough

FIELDS = {"username": "newcomer", "display_name": "陈新", "office": "510107", "password": PASSWORD}


@pytest.fixture
def founded(app):
    with app.app_context():
        make_founders()
    return app


def as_(app, username):
    return sign_in(app.test_client(), username)


def types(app):
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent.type).order_by(AuditEvent.id)))


def public_id(app, username):
    with app.app_context():
        return account(username).public_id


def test_an_account_is_opened_applied_for_checked_and_approved_by_three_people(founded):
    system, audit, security = (as_(founded, f"founder.{n}") for n in ("system", "audit", "security"))
    opened = system.post("/staff/accounts", data=FIELDS | {"id_number": valid_id_number()})
    assert opened.status_code == 302
    page = system.get(opened.location).get_data(as_text=True)
    assert "陈新" in page
    assert re.search(r"510107\*{8}\d{3}", page)
    url = f"/staff/accounts/{public_id(founded, 'newcomer')}/grants"
    assert system.post(url, data={"role": "caseworker", "office": "510107"}).status_code == 302
    with founded.app_context():
        grant = db.session.scalar(select(RoleGrant.public_id).where(RoleGrant.status == "applied"))
    assert f"/staff/grants/{grant}/check" in audit.get("/staff/grants").get_data(as_text=True)
    assert f"/staff/grants/{grant}/check" not in system.get("/staff/grants").get_data(as_text=True)
    assert security.post(f"/staff/grants/{grant}/approve").status_code == 409
    assert audit.post(f"/staff/grants/{grant}/check").status_code == 302
    assert system.post(f"/staff/grants/{grant}/approve").status_code == 409
    assert security.post(f"/staff/grants/{grant}/approve").status_code == 302
    newcomer = as_(founded, "newcomer")
    assert newcomer.get("/staff/offices").status_code == 403
    assert newcomer.post("/staff/me/relatives", data={}).location == "/staff/me#password"
    assert newcomer.post("/staff/me/password", data={"old": PASSWORD, "new": PASSWORD}).status_code == 409
    assert newcomer.post("/staff/me/password", data={"old": PASSWORD, "new": "my own long word"}).status_code == 302
    assert newcomer.post("/staff/me/relatives", data={}).status_code == 409
    assert "经办" in newcomer.get("/staff/me").get_data(as_text=True)
    steps = [t for t in types(founded) if t.startswith("Grant")]
    assert steps[-3:] == ["GrantApplied", "GrantChecked", "GrantApproved"]


def test_a_refused_form_keeps_what_was_typed_and_says_why(founded):
    system = as_(founded, "founder.system")
    answer = system.post("/staff/accounts", data=FIELDS | {"id_number": "510107198506150001"})
    assert answer.status_code == 409
    assert 'value="newcomer"' in answer.get_data(as_text=True)
    assert PASSWORD not in answer.get_data(as_text=True)
    assert types(founded)[-1] == "RequestDenied"
    with founded.app_context():
        assert len(db.session.scalars(select(StaffAccount)).all()) == 3


def test_a_second_account_of_one_person_is_known_as_the_same_person(founded):
    system, number = as_(founded, "founder.system"), valid_id_number()
    for username, text in (("one", number), ("two", f" {number.lower()} ".translate({ord("1"): "１"}))):
        answer = system.post("/staff/accounts", data=FIELDS | {"username": username, "id_number": text})
        assert answer.status_code == 302
    with founded.app_context():
        assert account("one").natural_person_id == account("two").natural_person_id


def test_an_application_for_an_incompatible_role_says_so_in_the_form(founded):
    with founded.app_context():
        make_account("li", ["caseworker"])
    answer = as_(founded, "founder.system").post(f"/staff/accounts/{public_id(founded, 'li')}/grants",
                                                 data={"role": "inspector", "office": "510107"})
    assert answer.status_code == 409
    assert "不能由同一人担任" in answer.get_data(as_text=True)


def test_accounts_outside_the_area_are_not_there(founded):
    with founded.app_context():
        make_account("county", ["security_administrator"], "510107")
        make_account("outside", office="510104")
    county = as_(founded, "county")
    assert "outside" not in county.get("/staff").get_data(as_text=True)
    assert county.get(f"/staff/accounts/{public_id(founded, 'outside')}").status_code == 404
    assert county.get("/staff/accounts/nobody").status_code == 404
    assert "510104" not in county.get("/staff/offices").get_data(as_text=True)


def test_a_declared_relative_bars_both_ways_and_is_renewed_yearly(founded, tmp_path):
    number = valid_id_number()
    with founded.app_context():
        make_account("li")
        make_account("sister", id_number=number)
    client = as_(founded, "li")
    assert client.post("/staff/me/relatives", data={"id_number": number, "kinship": "sibling"}).status_code == 302
    with founded.app_context():
        li, sister = actor("li").natural_person_id, actor("sister").natural_person_id
        assert relatives.related_persons(li) == {sister}
        assert relatives.related_persons(sister) == {li}
        (row,) = relatives.declared_by(actor("li"))
        assert not relatives.renewal_due(row, row.declared_on)
        assert relatives.renewal_due(row, row.declared_on.replace(year=row.declared_on.year + 1))
        folder = law.draft(tmp_path)
        law.amend(folder, "national", "relatives_declaration_months", {"value": 24, "since": "2022-12-12"})
        with law.in_force(folder):
            assert not relatives.renewal_due(row, row.declared_on.replace(year=row.declared_on.year + 1))
    assert client.post("/staff/me/relatives/renew").status_code == 302
    assert types(founded).count("RelativeDeclared") == 2


def test_a_relative_with_a_wrong_number_is_refused_and_nobody_is_entered(founded):
    with founded.app_context():
        make_account("li")
        persons = len(db.session.scalars(select(NaturalPerson)).all())
    answer = as_(founded, "li").post("/staff/me/relatives", data={"id_number": "123", "kinship": "child"})
    assert answer.status_code == 409
    with founded.app_context():
        assert len(db.session.scalars(select(NaturalPerson)).all()) == persons


def test_a_declaration_is_ended_by_an_inspector_only(context):
    make_account("li")
    make_account("watch", ["inspector"])
    row = relatives.declare(actor("li"), valid_id_number(), "child", ON)
    row_id = row.id
    with pytest.raises(Exception, match="OWN_PERSON"):
        relatives.end(actor("li"), row_id, ON)
    relatives.end(actor("watch"), row_id, date(2026, 2, 1))
    assert relatives.related_persons(actor("li").natural_person_id) == frozenset()


def test_the_pages_are_protected_against_forgery(founded):
    client = as_(founded, "founder.system")
    founded.config["WTF_CSRF_ENABLED"] = True
    try:
        assert client.post("/sign-out").status_code == 400
    finally:
        founded.config["WTF_CSRF_ENABLED"] = False


def first_persons_csv(tmp_path):
    posts = ("system_administrator", "security_administrator", "audit_administrator")
    rows = [f"{post},first{n},甲{n},{valid_id_number()},{PASSWORD}" for n, post in enumerate(posts)]
    file = tmp_path / "first.csv"
    file.write_text("\n".join(["post,username,display_name,id_number,password", *rows]), encoding="utf-8")
    return str(file)


def test_the_first_three_persons_are_named_once(app, tmp_path):
    with app.app_context():
        make_office_tree()
    run = app.test_cli_runner()
    command = ["staff", "first-persons", "--office", "51", "--from", first_persons_csv(tmp_path)]
    assert run.invoke(args=command).exit_code == 0
    with app.app_context():
        assert {r for n in range(3) for r in actor(f"first{n}").roles} == {
            "system_administrator", "security_administrator", "audit_administrator", "inspector"}
    again = run.invoke(args=command)
    assert again.exit_code == 1
    assert "NOT_EMPTY" in again.output


def test_offices_load_all_or_none_and_twice_is_once(app, tmp_path):
    file, run = tmp_path / "offices.csv", app.test_cli_runner()
    good = "code,name,level,parent\n51,四川省,province,\n5101,成都市,city,51\n"
    file.write_text(good + "5199,x,planet,51\n", encoding="utf-8")
    refused = run.invoke(args=["offices", "load", str(file)])
    assert "UNKNOWN_LEVEL" in refused.output
    file.write_text(good, encoding="utf-8")
    assert "created 2, already there 0" in run.invoke(args=["offices", "load", str(file)]).output
    assert "created 0, already there 2" in run.invoke(args=["offices", "load", str(file)]).output


def test_accounts_are_opened_and_closed_from_the_command_line_in_somebodys_name(founded):
    run = founded.test_cli_runner()
    add = ["staff", "add", "--by", "founder.system", "--username", "cli", "--name", "丁", "--office", "510107",
           "--id-number", valid_id_number(), "--password", PASSWORD]
    assert run.invoke(args=add).exit_code == 0
    refused = run.invoke(args=["staff", "close", "cli", "--by", "cli", "--cause", "x"])
    assert "OWN_ACCOUNT" in refused.output
    assert run.invoke(args=["staff", "close", "cli", "--by", "founder.security", "--cause", "left"]).exit_code == 0
    with founded.app_context():
        assert not account("cli").active


def test_an_inspector_ends_a_declaration_that_no_longer_holds_and_nobody_else_does(founded):
    with founded.app_context():
        make_account("teller", ["caseworker"], "510107")
        make_account("near", ["inspector"], "510107")
        make_account("away", ["inspector"], "510104")
        number = relatives.declare(actor("teller"), valid_id_number(), "sibling", ON).id
    address = f"/staff/relatives/{number}/end"
    assert as_(founded, "teller").post(address).status_code == 403
    away = as_(founded, "away")
    assert away.post(address).status_code == 404
    assert "teller" not in away.get("/staff/relatives").text
    near = as_(founded, "near")
    assert "teller" in near.get("/staff/relatives").text
    assert near.post(address).status_code == 302
    assert "teller" not in near.get("/staff/relatives").text
    assert near.post(address).status_code == 404
    with founded.app_context():
        assert relatives.declared_by(actor("teller")) == []


def test_a_list_of_people_counts_people(founded):
    page = as_(founded, "founder.system").get("/staff").get_data(as_text=True)
    counted = re.search(r"本页 \d+ (\w)", page)
    assert counted and counted[1] == "人"
