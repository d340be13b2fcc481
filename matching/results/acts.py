"""What follows for a case from the list it comes to stand on: a table by list, sign and state. Nothing is done here.

SYSTEM certifies, opens tasks and proposes; whoever is paid or not is decided by people (P7).
"""
from __future__ import annotations

from rules.feeds import Meaning, catalogue
from workflows.case_lifecycle import PAID

WITHHELD = ("suspended", "stopped")
NOTHING = "nothing"
CERTIFY, RESUME, REFER, MARK, PROPOSE = "certify", "resume", "refer", "mark", "propose"
TOGETHER = (CERTIFY, REFER, NOTHING)  # done for many at once
# A loss sign -> the reason for which a benefit is stopped (SC 25)
STOP_REASON = {"dead": "death", "missing": "missing", "imprisoned": "imprisoned"}
# A loss sign and the department that tells of it -> the evidence its row is; else a record of the loss
EVIDENCE = {
    ("missing", "police"): "police_missing_paper", ("missing", "courts"): "court_missing_declaration",
    ("missing", "human_resources"): "insurance_database_record",
    ("imprisoned", "police"): "custody_paper", ("imprisoned", "courts"): "criminal_judgment",
    ("imprisoned", "justice"): "custody_paper", ("imprisoned", "human_resources"): "insurance_database_record",
}


def act_of(list_: str, code: int | None, state: str) -> str:
    """The act that a change of list asks for, in the state the case is in now."""
    if list_ == "eligible" and code is not None:
        return CERTIFY if state in PAID else RESUME if state in WITHHELD else NOTHING
    if list_ == "to_be_verified":
        return REFER if state in PAID else NOTHING
    if list_ == "lost" and state in (*PAID, "suspended"):
        said = meaning_of(code)
        return MARK if said and said.loss == "dead" else PROPOSE
    return NOTHING


def meaning_of(code: int | None) -> Meaning | None:
    return None if code is None else catalogue().meanings[code]


def evidence_kind(said: Meaning | None) -> str:
    """What a row of a register is as evidence of a loss other than death."""
    if said is None or said.loss is None:
        return "loss_record"
    return EVIDENCE.get((said.loss, catalogue().sources[said.source].department), "loss_record")
