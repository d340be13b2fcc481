"""What the register already knows about the people of some rows: four queries per chunk, whatever its size."""
from collections.abc import Iterable

from sqlalchemy import select

from cases.imports.rows import Record
from cases.models import Case, DeathMark, Pensioner
from database import db
from staff.models import NaturalPerson, Office


class Register:
    """Persons by blind index, pensioners by person, cases by benefit; grows as a chunk creates them."""

    def __init__(self, indexes: Iterable[str], office_codes: Iterable[str]):
        self.persons = dict(db.session.execute(
            select(NaturalPerson.id_number_index, NaturalPerson.id)
            .where(NaturalPerson.id_number_index.in_(set(indexes)))).all())
        found = db.session.scalars(select(Pensioner).where(
            Pensioner.natural_person_id.in_(self.persons.values()))).all()
        self.pensioners = {pensioner.natural_person_id: pensioner for pensioner in found}
        ids = [pensioner.id for pensioner in found]
        self.cases = {self._key(case): case for case in db.session.scalars(
            select(Case).where(Case.pensioner_id.in_(ids)).with_for_update(of=Case)
            .execution_options(populate_existing=True))}
        self.marked = set(db.session.scalars(select(DeathMark.pensioner_id).where(
            DeathMark.pensioner_id.in_(ids), DeathMark.annulled_on.is_(None))))
        self.offices = {office.code: office for office in db.session.scalars(
            select(Office).where(Office.code.in_(set(office_codes))))}

    @staticmethod
    def _key(case: Case) -> tuple:
        return case.pensioner_id, case.scheme, case.benefit_kind

    def pensioner(self, index: str) -> Pensioner | None:
        return self.pensioners.get(self.persons.get(index))

    def case(self, index: str, record: Record) -> Case | None:
        pensioner = self.pensioner(index)
        return pensioner and self.cases.get((pensioner.id, record.scheme, record.benefit_kind))

    def add_persons(self, indexes: Iterable[str]) -> None:
        """Natural persons not known yet, entered at once."""
        new = [NaturalPerson(id_number_index=index) for index in dict.fromkeys(indexes) if index not in self.persons]
        db.session.add_all(new)
        db.session.flush()
        self.persons |= {person.id_number_index: person.id for person in new}

    def is_marked(self, index: str) -> bool:
        pensioner = self.pensioner(index)
        return pensioner is not None and pensioner.id in self.marked
