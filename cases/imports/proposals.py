"""What a file says differently about an existing case: written down for people to decide, never applied (F4).

One row per case and kind of decision. The same claim is made once, however often the file comes: not while it waits,
not while its decision is open, and not again after people have dismissed it (docs/decisions/066).
"""
from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

from sqlalchemy import insert, select, update

from audit.events import ChangeProposed, ProposalClosed
from audit.log import record_bulk
from cases.imports.id_cells import birth_of
from cases.imports.rows import Record
from cases.imports.taken import Row
from cases.models import BenefitRate, Case, Decision, ImportBatch, ImportProposal
from cases.money import in_force
from database import db
from database.types import blind_index, public_id
from staff.actor import Actor

Changes = dict[str, tuple[object, object]]  # field -> (registered, stated)
Compared = tuple[Row, Case, Record]


def _birth(case: Case, record: Record) -> object:
    """A birth date counts as stated only where it is not the one inside the ID number."""
    return record.birth_on if record.birth_on != birth_of(record.id_number) else None


def _later(case: Case, record: Record) -> object:
    """A file older than the record takes no certification away (S7)."""
    stated, held = record.last_certified_on, case.last_certified_on
    return stated if stated and (held is None or stated > held) else None


# decision kind -> field -> (what the register holds, what the file says); a cell left empty claims nothing
COMPARED: dict[str, dict[str, tuple[Callable[[Case], object], Callable[[Case, Record], object]]]] = {
    "change_identity": {
        "name": (lambda case: case.pensioner.name, lambda _case, record: record.name),
        "id_number": (lambda case: case.pensioner.id_number, lambda _case, record: record.id_number),
        "birth_on": (lambda case: case.pensioner.birth_on, _birth)},
    "change_payee": {
        name: (lambda case, name=name: getattr(case, name), lambda _case, record, name=name: getattr(record, name))
        for name in ("payee_name", "payee_bank", "payee_account")},
    "certify": {"last_certified_on": (lambda case: case.last_certified_on, _later)},
    "": {"granted_on": (lambda case: case.granted_on, lambda _case, record: record.granted_on)},
}


def differences(case: Case, record: Record, rates: dict[str, int]) -> dict[str, Changes]:
    """Kind -> what the file states otherwise; "" holds what no kind changes. `rates`: month -> fen as registered."""
    found = {kind: {field: (held(case), said(case, record)) for field, (held, said) in fields.items()
                    if said(case, record) is not None and said(case, record) != held(case)}
             for kind, fields in COMPARED.items()}
    found["change_rate"] = {month: (in_force(rates, month), fen) for month, fen in record.rates
                            if in_force(rates, month) != fen}
    return {kind: changes for kind, changes in found.items() if changes}


def rates_of(case_ids: set[int]) -> dict[int, dict[str, int]]:
    """Case -> month -> fen."""
    rates: dict[int, dict[str, int]] = {}
    query = select(BenefitRate.case_id, BenefitRate.since_month, BenefitRate.monthly_fen)
    for case_id, month, fen in db.session.execute(query.where(BenefitRate.case_id.in_(case_ids))):
        rates.setdefault(case_id, {})[month] = fen
    return rates


def propose_differences(batch: ImportBatch, compared: list[Compared], actor: Actor, on: date) -> list[bool]:
    """For each row whether it states a fact otherwise. Writes what was not claimed before, with its event."""
    ids = {case.id for _, case, _ in compared}
    rates, claimed = rates_of(ids), _claimed(ids)
    found = [(row, case, differences(case, record, rates.get(case.id, {}))) for row, case, record in compared]
    made = [_proposal(batch, row, case, kind, changes, on)
            for row, case, kinds in found for kind, changes in kinds.items()]
    new = [values for values in made if (values["case_id"], values["kind"], values["changes_index"]) not in claimed]
    if new:
        _overtake(new, actor, on)
        db.session.execute(insert(ImportProposal.__table__), new)
        record_bulk([(_event(batch, values), values["case_id"]) for values in new], actor=actor, on=on,
                    command="release_import")
    return [bool(kinds) for _, _, kinds in found]


def _claimed(case_ids: set[int]) -> set[tuple]:
    """Claims that stand, or were answered: all but those overtaken and those whose decision was withdrawn."""
    query = (select(ImportProposal.case_id, ImportProposal.kind, ImportProposal.changes_index)
             .outerjoin(Decision, Decision.id == ImportProposal.decision_id)
             .where(ImportProposal.case_id.in_(case_ids), ImportProposal.status != "overtaken",
                    Decision.stage.is_distinct_from("withdrawn")))
    return set(db.session.execute(query))


def _proposal(batch: ImportBatch, row: Row, case: Case, kind: str, changes: Changes, on: date) -> dict[str, object]:
    said = {field: [_text(old), _text(new)] for field, (old, new) in sorted(changes.items())}
    written = json.dumps(said, ensure_ascii=False, sort_keys=True)
    stated = json.dumps({field: new for field, (_, new) in said.items()}, ensure_ascii=False, sort_keys=True)
    return {"public_id": public_id(), "batch_id": batch.id, "row_number": row.row_number, "case_id": case.id,
            "office_path": case.office_path, "kind": kind, "fields": sorted(said), "changes": written,
            "changes_index": blind_index(stated), "status": "open", "proposed_on": on}


def _text(value: object) -> object:
    return value if value is None or isinstance(value, int) else str(value)


def _overtake(new: list[dict[str, object]], actor: Actor, on: date) -> None:
    """An older claim about the same thing that still waits gives way to the newer one."""
    wanted = {(values["case_id"], values["kind"]) for values in new}
    waiting = db.session.execute(
        select(ImportProposal.id, ImportProposal.public_id, ImportProposal.case_id, ImportProposal.kind)
        .where(ImportProposal.case_id.in_({case_id for case_id, _ in wanted}), ImportProposal.status == "open")).all()
    old = [row for row in waiting if (row.case_id, row.kind) in wanted]
    if old:
        db.session.execute(update(ImportProposal).where(ImportProposal.id.in_([row.id for row in old]))
                           .values(status="overtaken", closed_on=on)
                           .execution_options(synchronize_session=False))
        record_bulk([(ProposalClosed(proposal=row.public_id, outcome="overtaken"), row.case_id) for row in old],
                    actor=actor, on=on, command="release_import")


def _event(batch: ImportBatch, values: dict) -> ChangeProposed:
    return ChangeProposed(
        batch=batch.public_id, row_number=values["row_number"], proposal=values["public_id"],
        kind=values["kind"] or None, changed=tuple(values["fields"]), changes=values["changes"])
