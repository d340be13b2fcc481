"""What the register knows about the people of some rows: a fixed number of queries, whatever the size of the chunk."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.orm import contains_eager

from cases.imports.rows import Record
from cases.imports.taken import Row
from cases.models import Case, DeathMark, Pensioner
from database import db
from staff.models import NaturalPerson, Office


@dataclass(slots=True)
class Known:
    """A pensioner as an entry needs one; those of this chunk included."""

    id: int
    public_id: str
    name: str


class Register:
    """Persons by blind index, pensioners by person, cases by benefit or number; grows as a chunk creates them."""

    def __init__(self, rows: list[tuple[Row, Record]]):
        self.persons = dict(db.session.execute(
            select(NaturalPerson.id_number_index, NaturalPerson.id)
            .where(NaturalPerson.id_number_index.in_({row.person_index for row, _ in rows}))).all())
        self.pensioners = {person: Known(*rest) for person, *rest in db.session.execute(
            select(Pensioner.natural_person_id, Pensioner.id, Pensioner.public_id, Pensioner.name)
            .where(Pensioner.natural_person_id.in_(self.persons.values())))}
        ids = [known.id for known in self.pensioners.values()]
        self.cases = {self._key(case): case for case in _locked_cases(Case.pensioner_id.in_(ids))}
        numbers = {record.case_no for _, record in rows if record.case_no}
        self.by_number = {case.case_no: case for case in _locked_cases(Case.case_no.in_(numbers))} if numbers else {}
        self.marked = set(db.session.scalars(select(DeathMark.pensioner_id).where(
            DeathMark.pensioner_id.in_(ids), DeathMark.annulled_on.is_(None))))
        codes = {code for _, r in rows for code in (r.paying_office, r.residence_office) if code}
        self.offices = {office.code: office for office in db.session.scalars(
            select(Office).where(Office.code.in_(codes)))}

    @staticmethod
    def _key(case: Case) -> tuple:
        return case.pensioner_id, case.scheme, case.benefit_kind

    def pensioner(self, index: str) -> Known | None:
        return self.pensioners.get(self.persons.get(index))

    def case(self, index: str, record: Record) -> Case | None:
        known = self.pensioner(index)
        return known and self.cases.get((known.id, record.scheme, record.benefit_kind))

    def add_persons(self, indexes: Iterable[str]) -> None:
        """Natural persons not known yet, entered at once."""
        new = [index for index in dict.fromkeys(indexes) if index not in self.persons]
        if new:
            ids = db.session.scalars(
                insert(NaturalPerson.__table__).returning(NaturalPerson.__table__.c.id, sort_by_parameter_order=True),
                [{"id_number_index": index} for index in new])
            self.persons |= dict(zip(new, ids, strict=True))

    def is_marked(self, index: str) -> bool:
        known = self.pensioner(index)
        return known is not None and known.id in self.marked


def _locked_cases(condition: ColumnElement[bool]) -> list[Case]:
    """In the order of their ids, so that two releases never wait for each other crosswise."""
    return list(db.session.scalars(
        select(Case).join(Case.pensioner).where(condition).options(contains_eager(Case.pensioner))
        .order_by(Case.id).with_for_update(of=Case).execution_options(populate_existing=True)))

