"""Death certificates without a readable number: compared by name and birth, decided by people (decision 104)."""
from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from cases.models import Case, Pensioner
from database import db
from demo.office_staff import actor
from demo.registers import LOADER, send
from matching.feeds.chunks import unlinked_rows
from matching.linkage.deciding import decide
from matching.linkage.records import Given
from matching.linkage.signs import write_links
from matching.linkage.suggesting import Load, suggest
from matching.linkage.tables import MatchSuggestion

ROWS = 5


def look_for(on: date) -> None:
    """One suggestion is confirmed and becomes a sign, one is rejected, the others wait."""
    brought = send("death_certificates", _rows(on), on)
    given = [Given(row.row, row.name, row.birth_on, row.sex, row.place, row.id_number)
             for row in unlinked_rows(brought.public_id)]
    load_id, load = brought.id, Load(brought.id, brought.public_id, brought.source, brought.area_path)
    suggest(given, load, on=on)
    found = list(db.session.scalars(select(MatchSuggestion.id).order_by(MatchSuggestion.weight.desc())))
    db.session.rollback()
    for suggestion, status, note in ((found[0], "confirmed", "姓名、出生日期、住址一致，身份证号仅错一位。"),
                                     (found[-1], "rejected", "医院复函：死者另有其人，同名。")):
        decide(suggestion, status, note, actor=actor("wang"), on=on)
    write_links(load_id, actor=actor(LOADER), on=on)


def _rows(on: date) -> list[tuple[str, ...]]:
    """Numbers as hospitals write them down: a digit wrong, covered, cut off, or none."""
    people = db.session.scalars(select(Pensioner).join(Case, Case.pensioner_id == Pensioner.id).where(
        Case.state.in_(("pending", "verified")), Case.office_path.like("%/510107/")).order_by(Pensioner.id).limit(ROWS))
    sexes = {"male": "男", "female": "女"}
    rows = [(one.name, _spoiled(one.id_number, at), one.birth_on.isoformat(), sexes[one.sex],
             one.residence_office.code, (on - timedelta(5 + at)).isoformat()) for at, one in enumerate(people)]
    db.session.rollback()
    return rows


def _spoiled(number: str, at: int) -> str:
    wrong = str((int(number[13]) + 1) % 10)
    return (number[:16] + str((int(number[16]) + 1) % 10) + number[17], number[:6] + "********" + number[14:],
            number[:17], "", number[:13] + wrong + number[14:])[at % ROWS]
