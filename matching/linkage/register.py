"""The register as one side of a comparison, a piece at a time; and how frequent names are in it."""
from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from cases.models import Case, Pensioner
from database import db
from matching.linkage import names
from matching.linkage.linking import Frequencies
from matching.linkage.records import Given
from staff.models import Office

PIECE = 100_000  # people compared at a time: memory stays flat however large the register
COMMON = 2_000  # names whose frequency is known; all others count as rare as the rarest of these


def people(area: str = "") -> int:
    return db.session.scalar(select(func.count(Pensioner.id)).where(*_within(area))) or 0


def pieces(area: str = "", size: int = PIECE) -> Iterator[list[Given]]:
    """Everybody with a case kept below the office path, by id."""
    after = 0
    while piece := _piece(area, after, size):
        yield piece
        after = piece[-1].key


def _piece(area: str, after: int, size: int) -> list[Given]:
    query = (select(Pensioner.id, Pensioner.name, Pensioner.birth_on, Pensioner.sex, Pensioner.id_number, Office.code)
             .outerjoin(Office, Pensioner.residence_office_id == Office.id)
             .where(Pensioner.id > after, *_within(area)).order_by(Pensioner.id).limit(size))
    return [Given(key, name, f"{birth:%Y%m%d}", sex, place, number)
            for key, name, birth, sex, number, place in db.session.execute(query)]


def _within(area: str) -> list[object]:
    kept = select(Case.id).where(Case.pensioner_id == Pensioner.id, Case.office_path.startswith(area, autoescape=True))
    return [kept.correlate(Pensioner).exists()] if area else []


def one(pensioner: Pensioner) -> Given:
    place = pensioner.residence_office.code if pensioner.residence_office else None
    return Given(pensioner.id, pensioner.name, f"{pensioner.birth_on:%Y%m%d}", pensioner.sex, place,
                 pensioner.id_number)


def frequencies(area: str = "", fewest: int = 1_000) -> Frequencies | None:
    """Share of people with each of the commonest names; None for a register too small to tell."""
    total = people(area)
    if total < fewest:
        return None
    query = (select(Pensioner.name, func.count()).where(*_within(area)).group_by(Pensioner.name)
             .order_by(func.count().desc()).limit(COMMON))
    found: dict[str, dict[str, float]] = {"name": {}, "surname": {}}
    for name, count in db.session.execute(query):
        for column, value in (("name", names.as_written(name)), ("surname", names.surname_of(names.as_written(name)))):
            found[column][value] = found[column].get(value, 0.0) + count / total
    return found
