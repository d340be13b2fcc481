"""Cases to be verified, many at once: the task, and the person told at once (SC 14, QD 19, GB 3.2)."""
from __future__ import annotations

from collections.abc import Collection, Mapping

from cases.bulk import Batch
from cases.bulk_reading import CaseRead
from workflows.case_lifecycle import CASE, REFERRAL_REASONS

OTHERWISE = "warning_period"  # the reason of a step that the list alone does not name


def refer_many(batch: Batch, causes: Mapping[int, str], due: Collection[int]) -> dict[int, str]:
    """For cases of the batch that are paid and have no open task. `causes`: case id -> cause of its task; `due`: those
    that SYSTEM may move to be verified. Case id -> public id of its task.
    """
    return {case.id: _refer(batch, case, causes[case.id], case.id in due) for case in batch.cases if case.id in causes}


def _refer(batch: Batch, case: CaseRead, cause: str, due: bool) -> str:
    facts = {"reason": cause, "due_on": case.due_on and case.due_on.isoformat()}
    if due and CASE.row(case.state, "refer"):
        reason = cause if cause in REFERRAL_REASONS else OTHERWISE
        facts["basis"] = batch.move(case, "refer", reason, cause=cause)
    task = batch.open_task(case, cause)
    batch.notify(case, "referred", f"referred:{case.public_id}:{task}", facts)
    return task
