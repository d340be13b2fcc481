"""An office, a person and a case, as plain rows: enough for a log to be about something."""
from __future__ import annotations

from datetime import date
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cases.models import Case, Pensioner
from database import db, transaction
from database.types import blind_index
from staff.models import NaturalPerson, Office, RoleGrant, StaffAccount
from staff.sessions import open_session

ON = date(2026, 3, 15)
_numbers = count(1)


def new_case(office: Office) -> Case:
    number = next(_numbers)
    person = NaturalPerson(id_number_index=blind_index(str(number)))
    db.session.add(person)
    db.session.flush()
    pensioner = Pensioner(natural_person_id=person.id, name="周秀英", name_sort="zhou xiu ying", id_number=str(number),
                          sex="female", birth_on=date(1950, 1, 1))
    case = Case(case_no=f"C-{number}", pensioner=pensioner, scheme="enterprise_employees", benefit_kind="pension",
                paying_office_id=office.id, office_path=office.path, granted_on=date(2010, 1, 1), state="verified",
                state_since=date(2025, 3, 15), rules_version="test")
    db.session.add(case)
    db.session.flush()
    return case


@pytest.fixture
def office(context: Flask) -> Office:
    with transaction():
        office = Office(code="510104", name="锦江区", level="county", path="51/5101/510104/")
        db.session.add(office)
    return office


@pytest.fixture
def case(office: Office) -> Case:
    with transaction():
        return new_case(office)


@pytest.fixture
def cases(office: Office) -> list[int]:
    """Ids of five."""
    with transaction():
        return [new_case(office).id for _ in range(5)]


def sign_in(client: FlaskClient, office: Office, role: str) -> FlaskClient:
    """`client`, signed in as somebody of `office` with `role`; the session is opened as the sign-in page does."""
    number = next(_numbers)
    with transaction():
        person = NaturalPerson(id_number_index=blind_index(f"staff {number}"))
        db.session.add(person)
        db.session.flush()
        account = StaffAccount(username=f"u{number}", display_name="陈静", password_hash="-",
                               natural_person_id=person.id, id_number=str(number), office_id=office.id)
        account.grants.append(RoleGrant(role=role, office_id=office.id, status="active", applied_on=ON))
        db.session.add(account)
        db.session.flush()
        token, _ = open_session(account)
    with client.session_transaction() as cookie:
        cookie["token"] = token
    return client
