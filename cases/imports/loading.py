"""One chunk of released rows: each becomes a case, a proposal, nothing new, or is quarantined after all."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache

from cases.imports.contacts import take_over
from cases.imports.entering import enter
from cases.imports.entries import Entry, attempt, entry
from cases.imports.proposals import propose_differences
from cases.imports.register import Register
from cases.imports.rows import Record
from cases.imports.staging import record_of
from cases.imports.taken import Row, quarantine
from cases.models import Case, ImportBatch
from cases.responsibility import kept_or_paid
from rules import Rules, RulesNotInForce, rules_for
from staff.actor import Actor
from workflows.case_lifecycle import CASE

RulesOf = Callable[[str, str], Rules]  # paying office, scheme


def load_pensioners(batch: ImportBatch, rows: list[Row], actor: Actor, on: date) -> None:
    """Inside the caller's transaction; every row of `rows` has its final status afterwards."""
    read = [(row, record_of(row.record)) for row in rows]
    register, rules = Register(read), cache(lambda area, scheme: rules_for(area, on, scheme))
    entries: list[Entry] = []
    compared: list[tuple[Row, Case, Record]] = []
    for row, record in read:
        case, refused = _case_of(batch, row, record, register)
        if refused:
            quarantine(row, *refused)
        elif case is not None:
            compared.append((row, case, record))
        elif made := _new(row, record, register, rules, actor, on):
            entries.append(made)
    enter(batch, entries, register, actor, on)
    _compare(batch, compared, register, actor, on)


def _compare(batch: ImportBatch, compared: list[tuple[Row, Case, Record]], register: Register, actor: Actor,
             on: date) -> None:
    """Rows about cases that exist: contact data are taken over, everything else is left for people to decide."""
    if not compared:
        return
    moved = take_over(batch, [(case, record) for _, case, record in compared], register, actor, on)
    left = propose_differences(batch, compared, actor, on)
    for (row, case, _), changed, proposed in zip(compared, moved, left, strict=True):
        row.case_id, row.status = case.id, "proposed" if proposed else "loaded" if changed else "unchanged"


def _case_of(batch: ImportBatch, row: Row, record: Record, register: Register
             ) -> tuple[Case | None, tuple[str, str] | None]:
    """(case the row is about, why the row cannot stand). A case number tells whose ID number is to be changed."""
    by_person = register.case(row.person_index, record)
    if record.case_no:
        named = register.by_number.get(record.case_no)
        inside = named is not None and kept_or_paid(named, batch.office_path)
        if not inside or (named.scheme, named.benefit_kind) != (record.scheme, record.benefit_kind):
            return None, ("case_no", "NO_SUCH_CASE_NO")
        if named is not by_person and register.pensioner(row.person_index):
            return None, ("id_number", "ID_NUMBER_OF_ANOTHER")
        return named, None
    if by_person is not None and not kept_or_paid(by_person, batch.office_path):
        return None, ("id_number", "REGISTERED_ELSEWHERE")
    return by_person, None


def _new(row: Row, record: Record, register: Register, rules: RulesOf, actor: Actor, on: date) -> Entry | None:
    known = register.pensioner(row.person_index)
    if known and known.name != record.name:
        return quarantine(row, "name", "PERSON_DIFFERS")
    if record.birth_differs:
        return quarantine(row, "birth_on", "BIRTH_DIFFERS_FROM_ID_NUMBER")
    try:
        made = entry(row, record, rules(record.paying_office, record.scheme), on)
    except RulesNotInForce:
        return quarantine(row, "paying_office", "NO_RULES_THAT_DAY")
    refused = CASE.refusals(None, f"enter_{made.state}", attempt(made, register.is_marked(row.person_index), actor, on))
    return quarantine(row, "payment_status", refused[0].code) if refused else made
