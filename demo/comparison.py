"""A year of the month's comparison (SC 9-14, QD 15): files come in, lists are proposed, looked at, released, done."""
from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from cases.models import Case, DeathMark, Pensioner
from database import db
from demo import comparison_stories
from demo.office_staff import actor
from demo.registers import Row, seen, send
from matching.results import applying, releasing, running
from matching.results.models import MatchingRun, MatchingSample
from matching.results.running import Wanted
from workflows.case_lifecycle import PAID
from workflows.deadlines import month_of

AREA = "51/5101/"
MONTHS = 12  # since when registers are compared
LOOKS, PROPOSES, RELEASES = "city.wang", "city.li", "city.zhao"
SOURCES = ("rail_travel", "hospital_stays", "city_app", "air_travel")
SILENT = ("air_travel", 5)  # a source, and for how many months nothing has come from it
NEAR = timedelta(days=95)  # whoever falls due by then is seen where `noticed` says so, or misses it
INSURED, PAYS = "medical_insurance_payments", 3  # no proof of life here (SC 12); one in so many does not pay
ALSO_SEEN = 6  # one living person in so many is seen in a month in which nothing depends on it
LEFT_TO_LOOK_AT = 4  # of the sample of this month


def compares(left: int) -> bool:
    """Whether the registers were compared already, so many months before today."""
    return left < MONTHS


def month(random: Random, noticed: list[tuple[int, date]], on: date, left: int) -> None:
    """noticed: case and day of those whom a register has to have seen; left: months from `on` to today."""
    comparison_stories.before(on, left)
    said = _seen(random, noticed, on)
    comparison_stories.add(said, on, left)
    for source, rows in said.items():
        if rows and not (source == SILENT[0] and left < SILENT[1]):
            send(source, rows, on, loose=comparison_stories.damaged(source, on, left))
    run = running.run(Wanted(month_of(on), AREA, on))
    _let_go(run, on, today=not left)
    comparison_stories.after(run, on, left)


def _seen(random: Random, noticed: list[tuple[int, date]], on: date) -> dict[str, list[Row]]:
    """Source -> its rows: whoever was noticed, and some of those who are not near their due date."""
    days = dict(noticed)
    living = db.session.execute(
        select(Case.id, Case.due_on, Pensioner.name, Pensioner.id_number)
        .join(Pensioner, Pensioner.id == Case.pensioner_id)
        .where(Case.state.in_(PAID), ~Pensioner.death_marks.any(DeathMark.annulled_on.is_(None)))
        .order_by(Case.id)).all()
    db.session.rollback()
    said: dict[str, list[Row]] = defaultdict(list, {source: [] for source in SOURCES})
    for case, due, name, number in living:
        if random.randrange(PAYS):
            said[INSURED].append(seen(INSURED, name, number, on - timedelta(days=random.randrange(1, 25))))
        if case in days or (due and due > on + NEAR and random.randrange(ALSO_SEEN) == 0):
            source = random.choice(SOURCES[:-1] if case in days else SOURCES)
            day = days.get(case) or on - timedelta(days=random.randrange(1, 19))
            said[source].append(seen(source, name, number, day))
    return said


def _let_go(run: MatchingRun, on: date, *, today: bool) -> None:
    """The sample is looked at, one person releases, or two where the run was held; today's waits on a desk."""
    run_id, halted = run.id, run.halted
    sample = list(db.session.scalars(select(MatchingSample.case_id).filter_by(run_id=run_id).order_by(
        MatchingSample.case_id)))
    db.session.rollback()
    for case_id in sample[:-LEFT_TO_LOOK_AT] if today else sample:
        releasing.look(run_id, case_id, "as_said", actor=actor(LOOKS), on=on)
    if today:
        return
    if halted:
        releasing.propose(run_id, actor=actor(PROPOSES), on=on)
    releasing.release(run_id, actor=actor(RELEASES), on=on)
    applying.apply(run_id, on=on)
