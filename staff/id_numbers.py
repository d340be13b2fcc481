"""Resident ID numbers of staff: form, birth date and check digit. The place part is a hint and not judged."""
from __future__ import annotations

import unicodedata

from sqlalchemy import select
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from database import db
from database.types import blind_index
from staff.models import NaturalPerson
from staff.refusals import StaffRefused


def valid_id_number(text: str) -> str:
    """The 18 characters, half-width, X upper case. Raises StaffRefused BAD_ID_NUMBER."""
    number = unicodedata.normalize("NFKC", text).strip().upper()
    try:
        formed = len(number) == 18 and number.isascii() and number[:-1].isdigit() and ric.get_birth_date(number)
    except (ValidationError, ValueError):
        formed = None
    if not formed or number[-1] != ric.calc_check_digit(number):
        raise StaffRefused("BAD_ID_NUMBER")
    return number


def natural_person(id_number: str) -> NaturalPerson:
    """The human being with that number, entered when new, inside the caller's transaction. Raises StaffRefused."""
    index = blind_index(valid_id_number(id_number))
    query = select(NaturalPerson).where(NaturalPerson.id_number_index == index)
    person = db.session.scalar(query)
    if person is None:
        person = NaturalPerson(id_number_index=index)
        db.session.add(person)
        db.session.flush()
    return person
