"""What opens decisions is done case after case: death marks, stops and suspensions proposed, resumptions proposed."""
from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from cases.certifications import take_from_source
from cases.death_reports import EVIDENCE_OF_SOURCE, mark_by_register, to_verify
from cases.deaths import act_on_loss
from cases.decisions import Proposal
from cases.evidence import Received, keep
from cases.models import Case, Evidence
from cases.moves import lock_cases_of_person
from cases.proposals import propose
from cases.refused import attempt
from database import transaction
from matching.results.acts import MARK, NOTHING, PROPOSE, RESUME, STOP_REASON, act_of, evidence_kind, meaning_of
from matching.results.entries import stand
from matching.results.models import ListChange
from matching.results.signs import reference_of
from matching.results.together import note
from staff.actor import SYSTEM
from workflows.transition import TransitionRefused

Outcome = tuple[str, str | None]


def do(run_id: int, case_id: int, *, on: date) -> None:
    """One transaction; nothing where another process did it. What is refused is written as refused, by name."""
    try:
        with attempt("matching", SYSTEM, on, case_id=case_id) as session:
            case = lock_cases_of_person(case_id)
            change = session.scalar(select(ListChange).where(
                ListChange.run_id == run_id, ListChange.case_id == case_id, ListChange.outcome.is_(None)))
            if change is None:
                return
            stand(run_id, [case_id])
            note(run_id, {case_id: ACTS[act_of(change.list, change.code, case.state)](case, change, on)})
    except TransitionRefused:
        with transaction():
            stand(run_id, [case_id])
            note(run_id, {case_id: ("refused", None)})


def _nothing(_case: Case, _change: ListChange, _on: date) -> Outcome:
    return "nothing", None


def _mark(case: Case, change: ListChange, on: date) -> Outcome:
    """Dead by a source that the rules hold sufficient alone: the mark, and the stops proposed (S3, SC 25)."""
    said = meaning_of(change.code)
    if change.sign_on is None or said is None or said.death_source is None:
        return "referred", _verify(case, "doubtful_loss", on)
    if case.pensioner.death_mark:
        return "marked_before", None
    evidence = _keep(case, change, EVIDENCE_OF_SOURCE[said.death_source], on)
    mark = mark_by_register(case, said.death_source, change.sign_on, evidence, on=on)
    return ("marked", evidence.public_id) if mark else ("referred", None)


def _propose(case: Case, change: ListChange, on: date) -> Outcome:
    """Any other confirmed loss: the decision it asks for, for people to sign (P7, SC 25, QD 25)."""
    act = act_on_loss(case, STOP_REASON.get(change.reason, "other"), on)
    if act is None:
        return "nothing", None
    evidence = _keep(case, change, evidence_kind(meaning_of(change.code)), on)
    made = propose(case, Proposal(*act, evidence=(evidence.id,)), on=on)
    return ("proposed", made.public_id) if made else ("decision_open", evidence.public_id)


def _resume(case: Case, change: ListChange, on: date) -> Outcome:
    """A proof of a suspended or stopped case is evidence of a resumption, for people to decide."""
    if case.pensioner.death_mark:
        return "referred", _verify(case, "both_lists", on)
    if change.sign_on is None:
        return "nothing", None
    row = take_from_source(case, change.reason, change.sign_on, reference_of(change), on=on)
    return ("resumption", row.public_id) if row else ("nothing_new", None)


def _verify(case: Case, cause: str, on: date) -> str | None:
    return to_verify(case, cause, SYSTEM, on).public_id


def _keep(case: Case, change: ListChange, kind: str, on: date) -> Evidence:
    """What the register said, as a paper of the case: which row of which feed, nothing else of the person."""
    said = {"source": change.source, "code": change.code, "load": change.load_id, "row": change.row,
            "says": change.reason, "day": change.sign_on and change.sign_on.isoformat(), "sure": change.sure}
    content = json.dumps(said, ensure_ascii=True, indent=1, sort_keys=True).encode()
    paper = Received(kind, "", "application/json", content, min(change.sign_on or on, on))
    return keep(case, paper, actor=SYSTEM, on=on)


ACTS: dict[str, Callable[[Case, ListChange, date], Outcome]] = {
    NOTHING: _nothing, MARK: _mark, PROPOSE: _propose, RESUME: _resume,
}
