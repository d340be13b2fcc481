"""Offices and staff, by the real commands: three founders named, everybody else granted by the three."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from random import Random

from sqlalchemy import select

from database import db, transaction
from demo.places import FOUNDERS, OFFICES, SAME_PERSON, STAFF, OfficeRow
from demo.register import id_number
from staff import grants, relatives
from staff.accounts import create_account
from staff.actor import SYSTEM, Actor, actor_of
from staff.first_persons import FirstPerson, name_first_persons
from staff.models import StaffAccount
from staff.offices import create_office


def actor(username: str) -> Actor:
    return actor_of(db.session.scalars(select(StaffAccount).where(StaffAccount.username == username)).one())


def lay_out(offices: Iterable[OfficeRow], on: date, **more: str) -> None:
    """Offices from the top down; `more` holds for each of them."""
    with transaction():
        for code, name, level, parent in offices:
            create_office(code, name, level, parent, actor=SYSTEM, on=on, **more)


def found(random: Random, password: str, used: set[str], on: date) -> None:
    """The tree, the founders, the staff with their posts, and one declared relative."""
    lay_out(OFFICES, on, phone="028-00000000")
    born = date(1978, 5, 6)
    name_first_persons([FirstPerson(post, username, shown, id_number(random, "510107", born, used), password)
                        for post, (username, shown) in FOUNDERS.items()], "51", on)
    numbers: dict[str, str] = {}
    for username, shown, office, posts in STAFF:
        same = SAME_PERSON.get(username)
        numbers[username] = numbers[same] if same else id_number(random, "510107", date(1985, 1, 9), used)
        _employ(username, shown, office, posts, numbers[username], password, on)


def _employ(username: str, shown: str, office: str, posts: tuple[str, ...], number: str, password: str,
            on: date) -> None:
    system, security, audit = (actor(name) for name, _shown in FOUNDERS.values())
    account = create_account(system, username=username, display_name=shown, id_number=number, office=office,
                             password=password, on=on).public_id
    for post in posts:
        grant = grants.apply(system, account, post, office, on, "开办").public_id
        grants.check(audit, grant, on)
        grants.approve(security, grant, on)


def declare_relative(username: str, number: str, on: date) -> None:
    relatives.declare(actor(username), number, "parent", on)
