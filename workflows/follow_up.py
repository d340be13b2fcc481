"""What may be recorded of a case on a ledger: reviews (SC 30), the steps of SC 32, service at home (SC 20), as tables.

None of it moves a case: what follows is a decision of its own, under its own signatures.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

LONG_SUSPENDED, DORMANT, HOME_SERVICE = "long_suspended", "dormant", "home_service"


@dataclass(frozen=True)
class FollowUpKind:
    """What can be recorded. reasons: of the stop it is for, none for any; evidence: a paper must come with it;
    again: a day to look at the case again must be named."""

    name: str
    ledger: str
    reasons: tuple[str, ...] = ()
    evidence: bool = False
    again: bool = False
    article: str = ""


@dataclass(frozen=True)
class FollowUpStep:
    """One line of SC 32, done when one of `done_by` is on record. only_after: shown once that is what was found last
    of the step before; decision: the kind of decision that does it instead."""

    name: str
    reasons: tuple[str, ...]
    done_by: tuple[str, ...] = ()
    only_after: str | None = None
    decision: str | None = None


DEATH = ("death",)
KINDS = {kind.name: kind for kind in (
    FollowUpKind("contact_again", LONG_SUSPENDED, again=True, article="SC-30"),
    FollowUpKind("visit", LONG_SUSPENDED, again=True, article="SC-30"),
    FollowUpKind("propose_resume", LONG_SUSPENDED, again=True, article="SC-30"),
    FollowUpKind("propose_stop", LONG_SUSPENDED, again=True, article="SC-30"),
    FollowUpKind("keep_suspended", LONG_SUSPENDED, again=True, article="SC-30"),
    FollowUpKind("contacted", DORMANT, article="SC-32"),
    FollowUpKind("not_reached", DORMANT, again=True, article="SC-32"),
    FollowUpKind("heirs_told", DORMANT, DEATH, article="SC-32"),
    FollowUpKind("family_not_reached", DORMANT, DEATH, again=True, article="SC-32"),
    FollowUpKind("unit_asked", DORMANT, DEATH, evidence=True, article="SC-32"),
    FollowUpKind("village_asked", DORMANT, DEATH, evidence=True, article="SC-32"),
    FollowUpKind("home_service_needed", HOME_SERVICE, article="SC-20"),
    FollowUpKind("appointment", HOME_SERVICE, again=True, article="SC-11b"),
    FollowUpKind("served_at_home", HOME_SERVICE, article="SC-20"),
    FollowUpKind("served_out_of_hours", HOME_SERVICE, article="SC-11b"),
    FollowUpKind("service_declined", HOME_SERVICE, article="SC-20"),
    FollowUpKind("home_service_over", HOME_SERVICE, article="SC-20"),
)}
STEPS = (
    FollowUpStep("contact_person", (), ("contacted",)),
    FollowUpStep("tell_heirs", DEATH, ("heirs_told",)),
    FollowUpStep("ask_unit", DEATH, ("unit_asked",), only_after="family_not_reached"),
    FollowUpStep("ask_village", DEATH, ("village_asked",), only_after="family_not_reached"),
    FollowUpStep("deregister", DEATH, decision="terminate"),
)
NEEDS = ("home_service_needed", "home_service_over")
SERVICES = ("appointment", "served_at_home", "served_out_of_hours", "service_declined")
BEFORE_SEALING = ("family_not_reached", "unit_asked", "village_asked")


@dataclass(frozen=True)
class Standing:
    """A step and whether it is done."""

    step: FollowUpStep
    done: bool


def kinds_for(ledger: str, reason: str | None) -> tuple[FollowUpKind, ...]:
    """What can be recorded of a case on the ledger. Death has its own steps; the person is not asked."""
    found = (kind for kind in KINDS.values() if kind.ledger == ledger)
    if ledger == DORMANT:
        return tuple(kind for kind in found if kind.reasons == (DEATH if reason == "death" else ()))
    return tuple(found)


def steps_for(reason: str | None, recorded: Iterable[str], decisions: Iterable[str]) -> tuple[Standing, ...]:
    """The steps of SC 32 for somebody stopped for `reason`. recorded: kinds, oldest first; decisions: kinds executed.

    Unit and village committee are asked only where the family was not reached.
    """
    recorded, decisions = list(recorded), set(decisions)
    shown = [step for step in STEPS if step.reasons == (DEATH if reason == "death" else ())
             and (step.only_after is None or unreached(recorded))]
    return tuple(Standing(step, bool(set(step.done_by) & set(recorded)) or step.decision in decisions)
                 for step in shown)


def unreached(recorded: Iterable[str]) -> bool:
    """Whether what was last found about the family is that nobody was reached."""
    last = [kind for kind in recorded if kind in ("heirs_told", "family_not_reached")]
    return bool(last) and last[-1] == "family_not_reached"


def may_be_sealed(recorded: Iterable[str]) -> bool:
    """Whether everybody was asked who must be before an account is sealed (SC 32)."""
    recorded = list(recorded)
    return unreached(recorded) and set(BEFORE_SEALING) <= set(recorded)
