"""What shows of another area all the same: the listed exceptions to non-interference (A1), each with its reason.

A test is named for each (`@pytest.mark.crosses(name)`); docs/decisions/090 shows the table. Nothing else crosses.
"""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Crossing:
    """name: as tests call it; what: all that crosses; why: the reason; basis: article or promise."""

    name: str
    what: str
    why: str
    basis: str


CROSSINGS = (
    Crossing("window_look_up", "by the whole ID number: who the person is, the benefit and who pays it, and a"
             " certification handed in for review", "anybody is certified at the nearest window", "SC 5, 11; RS 2.3"),
    Crossing("verification_at_residence", "a verification task to the grassroots office of residence: its own fields,"
             " no page of the case", "who lives elsewhere is verified where they live", "SC 15; QD 20"),
    Crossing("paying_office", "the case, to the office that pays it where another office keeps it",
             "it resumes, terminates and pays", "QD 7, 26"),
    Crossing("files_of_the_paying_office", "rows of its lists, pay runs and returns about cases kept elsewhere",
             "the money and the register are the paying office's", "QD 7, 26"),
    Crossing("registered_elsewhere", "that an ID number in a list is registered in another area: not where, not what",
             "one benefit is registered once; the superior office is asked", "A1"),
    Crossing("referral_upward", "a decision that nobody below may sign, to the office above",
             "the rule is never lowered for want of people", "P9"),
    Crossing("row_linked_elsewhere", "that a row of another register is already confirmed to be about"
             " somebody: not of whom", "one row is about one person", "QD 19"),
    Crossing("matching_above", "that a matching of an area above is under way or not over: not of what it found",
             "a person stands on one list", "QD 15"),
    Crossing("log_proofs", "the size and root of the whole log, in a checkpoint and the proof of an export",
             "a proof of completeness is of the whole log", "R2"),
)
