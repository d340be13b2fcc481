"""People and offices for tests, made by the real commands. Call them inside an application context.

The tree: province 51, city 5101, counties 510104 and 510107, town 510107001, village 510107001201.
Three founders (`founder.system`, `founder.security`, `founder.audit`) hold the administrator posts over all of it.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import count

from argon2 import PasswordHasher
from flask import current_app, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import select
from stdnum.cn import ric

from database import db, transaction
from demo import places
from demo.office_staff import lay_out
from staff import grants
from staff.access import SYSTEM, Actor
from staff.accounts import add_account
from staff.actor import actor_of
from staff.first_persons import FIRST_POSTS, grant_first_posts
from staff.models import Office, StaffAccount
from staff.offices import office_by_code
from staff.training import Course, post_is_barred, record_training

PASSWORD = "correct horse battery"
ON = date(2026, 1, 5)
TREE = ("51", "5101", "510104", "510107", "510107001", "510107001201")
OFFICES = tuple(row for row in places.OFFICES if row[0] in TREE)
FOUNDERS = {"system_administrator": "founder.system", "security_administrator": "founder.security",
            "audit_administrator": "founder.audit"}
_serials: defaultdict[tuple[str, date], Iterator[int]] = defaultdict(count)  # a thousand of a place and birthday


def valid_id_number(serial: int | None = None, place: str = "510107", born: date = date(1985, 6, 15)) -> str:
    """An ID number with the right check digit; another one at each call when no serial (0-999) is given."""
    number = next(_serials[place, born]) if serial is None else serial
    day = date.fromordinal(born.toordinal() + number // 1000)
    body = f"{place}{day:%Y%m%d}{number % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")


def make_office_tree() -> dict[str, Office]:
    """code -> office; made when absent."""
    if db.session.scalar(select(Office.id).limit(1)) is None:
        lay_out(OFFICES, ON)
    return {office.code: office for office in db.session.scalars(select(Office))}


def make_account(username: str, roles: Iterable[str] = (), office: str | Office = "510107",
                 id_number: str | None = None, area: str | None = None) -> Actor:
    """An account with active grants, granted by three founders, in the area of its office (or of the code `area`).

    Returns the actor, without a session. Its password is PASSWORD.
    """
    make_founders()
    code = office if isinstance(office, str) else office.code
    with transaction():
        row = add_account(SYSTEM, username, username, id_number or valid_id_number(), office_by_code(code),
                          _password_hash(), ON)
        public_id = row.public_id
    for role in roles:
        grant_role(public_id, role, area or code)
    return actor(username)


def grant_role(public_id: str, role: str, code: str) -> None:
    """Applied for, checked and approved by the founders."""
    system, security, audit = (actor(name) for name in FOUNDERS.values())
    grant = grants.apply(system, public_id, role, code, ON).public_id
    grants.check(audit, grant, ON)
    holder = db.session.scalars(select(StaffAccount).where(StaffAccount.public_id == public_id)).one()
    if post_is_barred(holder.natural_person_id, role, office_by_code(code).path, ON):
        record_training(Course(public_id, ON, "上岗培训", "lecture", 12, "passed"), actor=system, on=ON)
    grants.approve(security, grant, ON)


def make_founders() -> None:
    """The tree and the three founders, once."""
    make_office_tree()
    if db.session.scalar(select(StaffAccount.id).where(StaffAccount.username == FOUNDERS["system_administrator"])):
        return
    with transaction():
        top = db.session.scalars(select(Office).where(Office.parent_id.is_(None))).one()
        for post in FIRST_POSTS:
            row = add_account(SYSTEM, FOUNDERS[post], FOUNDERS[post], valid_id_number(), top, _password_hash(), ON)
            grant_first_posts(row, post, top, ON)


def account(username: str) -> StaffAccount:
    return db.session.scalars(select(StaffAccount).where(StaffAccount.username == username)).one()


def actor(username: str) -> Actor:
    """The actor as of now, without a session."""
    return actor_of(account(username))


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD) -> FlaskClient:
    """A real sign-in by the page; the client is returned."""
    answer = client.post("/sign-in", data={"username": username, "password": password})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client


def signed_in_client(username: str) -> FlaskClient:
    """A new client of the current application, signed in."""
    assert has_app_context()
    return sign_in(current_app.test_client(), username)


@lru_cache(maxsize=1)
def _password_hash() -> str:
    """A hash of argon2 that costs next to nothing: it is checked at each sign-in of a test."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
