"""Batches of suspensions, what stands in them, periods not passed, runs that were halted (R3)."""
from __future__ import annotations

from audit.events import Recorded
from cases.models import (
    Case,
    Decision,
    GatheredLoss,
    NotPassed,
    SuspensionBatch,
    SuspensionRow,
    SweepHalt,
)
from replay.part import Applies, Part, Rows, area, by, case, on, said, writes
from replay.rows import rows_of
from replay.words import words

PROPOSED = "proposed_by proposed_by_person proposed_on"
RELEASED = f"{PROPOSED} released_by released_by_person released_on"
_PERSON = said("person")
_BEGUN = writes("batch", "month", "due_on", first=True, office_path=area, gathered_on=on, status="gathered")


def proposes(key: str) -> Applies:
    return writes(key, status="proposed", proposed_by=by, proposed_by_person=_PERSON, proposed_on=on)


def releases(key: str) -> Applies:
    return writes(key, status="released", released_by=by, released_by_person=_PERSON, released_on=on)


def _halted(rows: Rows, happened: Recorded) -> None:
    """Whatever was halted at the office before is over with it."""
    for row in rows.values():
        row |= {"status": "over"} if row["office_path"] == area(happened) else {}
    _HALTED(rows, happened)


_HALTED = writes("halt", "found", "usual", "most", office_path=area, on=said("swept_on"), status="halted")
_OF_CASE = (Case, SuspensionRow.case_id == Case.id)
PARTS = (
    Part("batches", {"SuspensionGathered": _BEGUN, "LossGathered": _BEGUN,
                     "SuspensionsProposed": proposes("batch"), "SuspensionsReleased": releases("batch"),
                     "SuspensionsReturned": writes("batch", status="gathered")},
         rows_of(SuspensionBatch, f"office_path month due_on gathered_on status {RELEASED}")),
    Part("batch rows", {"SuspensionGathered": writes(("batch", case), "period_due_on"),
                        "SuspensionTakenOut": writes(("batch", case), taken_out_on=on, taken_out_by=by,
                                                     taken_out_by_person=_PERSON, reason=words("note"))},
         rows_of(SuspensionRow, "period_due_on taken_out_on taken_out_by taken_out_by_person reason",
                 "batch_id", "case_id", join=[_OF_CASE]), Case.pensioner_id),
    Part("gathered losses", {"LossGathered": writes(("batch", "decision"))},
         rows_of(GatheredLoss, "", "batch_id", "decision_id",
                 join=[(Decision, GatheredLoss.decision_id == Decision.id), (Case, Decision.case_id == Case.id)]),
         Case.pensioner_id),
    Part("not passed", {"NotPassedNoted": writes((case, "period_due_on"), "reason", "means", noted_on=on, noted_by=by,
                                                 noted_by_person=_PERSON, note=words("note"))},
         rows_of(NotPassed, "reason means note noted_on noted_by noted_by_person", "case_id", "period_due_on",
                 join=[(Case, NotPassed.case_id == Case.id)]), Case.pensioner_id),
    Part("halts", {"SweepHalted": _halted, "SweepReleaseProposed": proposes("halt"), "SweepReleased": releases("halt"),
                   "SweepHaltEnded": writes("halt", status="over")},
         rows_of(SweepHalt, f"office_path on found usual most status {RELEASED}")),
)
