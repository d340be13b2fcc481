"""Training of staff (JS 4.2): class hours by person and year, assessed before taking a post, recorded by another."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from audit.events import TrainingRecorded
from audit.log import record
from database import db, transaction
from staff.access import Actor, lock_actor
from staff.actor import AFTER_SLASH
from staff.models import Office, RoleGrant, StaffAccount, TrainingRecord
from staff.refusals import StaffRefused
from staff.rules_here import entry_here
from workflows.roles import BUSINESS

RECORDS = ("approver", "reviewer", "system_administrator")  # who may write down the hours of others
WAYS = ("lecture", "distance", "observation", "field_study")
PASSED = "passed"
OUTCOMES = (PASSED, "failed", "none")


@dataclass(frozen=True)
class Course:
    """One person's part in it; on: the day it was held; outcome: of OUTCOMES."""

    account: str
    on: date
    topic: str
    way: str
    class_hours: int
    outcome: str


@dataclass(frozen=True)
class Hours:
    """One person in a year. short: class hours still to come; assessed: whether an assessment was ever passed."""

    account: StaffAccount
    hours: int
    needed: int
    assessed: bool
    records: tuple[TrainingRecord, ...] = ()

    @property
    def short(self) -> int:
        return max(self.needed - self.hours, 0)


def record_training(course: Course, *, actor: Actor, on: date) -> TrainingRecord:
    """Raises StaffRefused: UNKNOWN_ACCOUNT, OWN_TRAINING, HOURS_MISSING, TOPIC_MISSING, TRAINING_UNKNOWN,
    DATE_IN_FUTURE."""
    with transaction() as session:
        actor = lock_actor(actor)
        holder = session.scalar(select(StaffAccount).where(StaffAccount.public_id == course.account))
        if holder is None or not actor.covers(holder.office.path, RECORDS):
            raise StaffRefused("UNKNOWN_ACCOUNT")
        if holder.natural_person_id == actor.natural_person_id:
            raise StaffRefused("OWN_TRAINING")
        _check(course, on)
        row = TrainingRecord(
            natural_person_id=holder.natural_person_id, account_id=holder.id, office_path=holder.office.path,
            on=course.on, topic=course.topic, way=course.way, class_hours=course.class_hours, outcome=course.outcome,
            recorded_by=actor.account_id, recorded_by_person=actor.natural_person_id)
        session.add(row)
        session.flush()
        record(TrainingRecorded(training=row.public_id, account=holder.public_id, held_on=row.on, topic=row.topic,
                                way=row.way, class_hours=row.class_hours, outcome=row.outcome,
                                person=actor.natural_person_id), actor=actor, on=on, office_path=holder.office.path)
    return row


def _check(course: Course, on: date) -> None:
    if course.class_hours < 1:
        raise StaffRefused("HOURS_MISSING")
    if not course.topic.strip():
        raise StaffRefused("TOPIC_MISSING")
    if course.way not in WAYS or course.outcome not in OUTCOMES:
        raise StaffRefused("TRAINING_UNKNOWN")
    if course.on > on:
        raise StaffRefused("DATE_IN_FUTURE", date=course.on.isoformat())


def assessed(natural_persons: Iterable[int]) -> set[int]:
    """Those who ever passed an assessment, on whatever account."""
    return set(db.session.scalars(select(TrainingRecord.natural_person_id).distinct().where(
        TrainingRecord.natural_person_id.in_(set(natural_persons)), TrainingRecord.outcome == PASSED)))


def post_is_barred(natural_person_id: int, role: str, path: str, on: date,
                   known: Collection[int] | None = None) -> bool | None:
    """True: the rules of the place let nobody take that post unassessed, and this person is not. False: nothing
    stands against it. None: the person is not assessed, and no document there makes it a condition.

    known: those `assessed`, where a caller asks for many."""
    if role not in BUSINESS or natural_person_id in (assessed([natural_person_id]) if known is None else known):
        return False
    entry = entry_here(path, "post_needs_assessment", on)
    return True if entry is not None and entry.value else None


def needed_hours(path: str, on: date) -> int:
    entry = entry_here(path, "training_hours_a_year", on)
    return int(entry.value) if entry is not None else 0


def hours_of(path: str, year: int, on: date) -> list[Hours]:
    """Everybody with an account in use at the office or below it, by office and name; several accounts of one person
    there share their hours. What was recorded about an account elsewhere is not looked at (A1)."""
    accounts = list(db.session.scalars(
        select(StaffAccount).join(Office, StaffAccount.office_id == Office.id)
        .where(Office.path >= path, Office.path < path[:-1] + AFTER_SLASH, StaffAccount.active)
        .options(joinedload(StaffAccount.office)).order_by(Office.path, StaffAccount.display_name, StaffAccount.id)))
    records = _records([one.id for one in accounts])
    passed = {person for person, rows in records.items() if any(row.outcome == PASSED for row in rows)}
    found = []
    for one in accounts:
        rows = tuple(row for row in records[one.natural_person_id] if row.on.year == year)
        found.append(Hours(one, sum(row.class_hours for row in rows), needed_hours(one.office.path, on),
                           one.natural_person_id in passed, rows))
    return found


def _records(accounts: Iterable[int]) -> defaultdict[int, list[TrainingRecord]]:
    found: defaultdict[int, list[TrainingRecord]] = defaultdict(list)
    query = select(TrainingRecord).where(TrainingRecord.account_id.in_(list(accounts)))
    for row in db.session.scalars(query.options(joinedload(TrainingRecord.recorder))
                                  .order_by(TrainingRecord.on, TrainingRecord.id)):
        found[row.natural_person_id].append(row)
    return found


def years_trained(path: str, on: date) -> dict[str, set[int]]:
    """Office path -> years in which everybody there with a business post had the hours; offices without such people
    are left out. One query for the people, one for the hours."""
    posts = (select(Office.path, StaffAccount.natural_person_id).select_from(RoleGrant)
             .join(StaffAccount, RoleGrant.account_id == StaffAccount.id)
             .join(Office, StaffAccount.office_id == Office.id)
             .where(RoleGrant.status == "active", RoleGrant.role.in_(BUSINESS), StaffAccount.active,
                    Office.path >= path, Office.path < path[:-1] + AFTER_SLASH).distinct())
    people: defaultdict[str, set[int]] = defaultdict(set)
    for office, person in db.session.execute(posts):
        people[office].add(person)
    hours = _hours_by_year(path)
    found = {}
    for office, there in people.items():
        needed = needed_hours(office, on)
        years = {year for of in hours.values() for year in of}
        found[office] = {year for year in years if all(hours[one].get(year, 0) >= needed for one in there)}
    return found


def _hours_by_year(path: str) -> defaultdict[int, dict[int, int]]:
    """Natural person -> year -> hours, of accounts that are now at the office or below it."""
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    year = func.extract("year", TrainingRecord.on)
    query = (select(TrainingRecord.natural_person_id, year, func.sum(TrainingRecord.class_hours))
             .join(StaffAccount, TrainingRecord.account_id == StaffAccount.id)
             .join(Office, StaffAccount.office_id == Office.id)
             .where(Office.path >= path, Office.path < path[:-1] + AFTER_SLASH)
             .group_by(TrainingRecord.natural_person_id, year))
    for person, of, hours in db.session.execute(query):
        found[person][int(of)] = int(hours)
    return found
