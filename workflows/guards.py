"""One guard per reason to refuse, named as the requirement; each returns the refusal, by name, or None.

Every guard tells the facts it reads (`.facts`); those that are a condition on facts alone carry it (`.predicate`), so
that SYSTEM rows are compiled from the same guard and never from a second copy.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workflows.predicates import And, Compare, Fact, Not, Or, Predicate
from workflows.transition import OFFICE_LEVELS, SYSTEM, Attempt, Guard, Refusal


@dataclass(frozen=True)
class Requirement:
    """A guard that is a condition on facts: refuses with `code` when the predicate does not hold."""

    name: str
    predicate: Predicate
    code: str
    article: str

    @property
    def __name__(self) -> str:
        return self.name

    @property
    def facts(self) -> frozenset[str]:
        return self.predicate.names()

    def __call__(self, attempt: Attempt) -> Refusal | None:
        if self.predicate.evaluate(attempt.facts):
            return None
        numbers = {n: attempt.fact(n) for n in sorted(self.facts) if not isinstance(attempt.fact(n), bool)}
        return Refusal(self.code, numbers, self.article)


def reads(*facts: str) -> Callable[[Guard], Guard]:
    """Declares the facts a guard reads."""
    def declare(guard: Guard) -> Guard:
        guard.facts = frozenset(facts)
        return guard
    return declare


# People

@reads("signed_this_round")
def different_person(attempt: Attempt) -> Refusal | None:
    signed = attempt.person in attempt.fact("signed_this_round")
    return Refusal("SAME_PERSON", article="SC-29") if signed else None


@reads("first_side")
def not_first_side(attempt: Attempt) -> Refusal | None:
    first = attempt.person in attempt.fact("first_side")
    return Refusal("FIRST_SIDE", article="SC-29") if first else None


@reads("pensioner_person")
def not_own_case(attempt: Attempt) -> Refusal | None:
    if attempt.actor.is_system:
        return None
    own = attempt.person == attempt.fact("pensioner_person")
    return Refusal("OWN_CASE", article="JS-8.1") if own else None


@reads("pensioner_person", "relatives")
def not_relative(attempt: Attempt) -> Refusal | None:
    if attempt.actor.is_system:
        return None
    related = attempt.fact("pensioner_person") in attempt.fact("relatives")
    return Refusal("RELATIVE", article="JS-8.1") if related else None


@reads("suspension_participants")
def not_in_suspension(attempt: Attempt) -> Refusal | None:
    took_part = attempt.person in attempt.fact("suspension_participants")
    return Refusal("TOOK_PART_IN_SUSPENSION", article="SC-26") if took_part else None


@reads("maker")
def maker_only(attempt: Attempt) -> Refusal | None:
    actor = SYSTEM if attempt.actor.is_system else attempt.person
    return None if attempt.fact("maker") == actor else Refusal("NOT_THE_MAKER")


@reads("case_in_area")
def in_area(attempt: Attempt) -> Refusal | None:
    if attempt.actor.is_system or attempt.fact("case_in_area"):
        return None
    return Refusal("OUT_OF_AREA", article="QD-7")


@reads("required_level", "level_basis")
def level_high_enough(attempt: Attempt) -> Refusal | None:
    if attempt.actor.is_system:
        return None
    required, basis = attempt.fact("required_level"), str(attempt.fact("level_basis"))
    own = attempt.actor.office_level
    if own in OFFICE_LEVELS and required in OFFICE_LEVELS and OFFICE_LEVELS.index(own) >= OFFICE_LEVELS.index(required):
        return None
    return Refusal("OFFICE_LEVEL_TOO_LOW", {"required_level": required}, basis)


@reads("eligible_next")
def someone_eligible_next(attempt: Attempt) -> Refusal | None:
    return None if attempt.fact("eligible_next") else Refusal("NOBODY_ELIGIBLE", article="SC-29")


# The decision

@reads("materials_missing")
def materials_complete(attempt: Attempt) -> Refusal | None:
    missing = sorted(attempt.fact("materials_missing"))
    return Refusal("EVIDENCE_MISSING", {"missing": missing}, "JS-4.3b") if missing else None


@reads("digest_now", "digest_signed")
def content_unchanged(attempt: Attempt) -> Refusal | None:
    same = attempt.fact("digest_now") == attempt.fact("digest_signed")
    return None if same else Refusal("CALCULATION_STALE", article="SC-29")


@reads("limit_paused")
def limit_running(attempt: Attempt) -> Refusal | None:
    """While a limit stands still the office waits: nothing is handed in or signed (docs/decisions/012)."""
    return Refusal("LIMIT_PAUSED") if attempt.fact("limit_paused") else None


@reads()
def opinion_given(attempt: Attempt) -> Refusal | None:
    return None if (attempt.reason or "").strip() else Refusal("OPINION_MISSING")


@reads("death_marked", "death_reason", "kind_touches_death_marked")
def kind_open_to_death_marked(attempt: Attempt) -> Refusal | None:
    marked, reason = attempt.fact("death_marked"), attempt.fact("death_reason")
    allowed = attempt.fact("kind_touches_death_marked")  # all read first: an unknown one is never skipped over
    return Refusal("DEATH_MARKED", article="SC-36") if (marked or reason) and not allowed else None


def signed_as(kind: str, signatures: int) -> Guard:
    """Executed by a decision of that kind (or one that carries its move) with so many persons' signatures.
    SYSTEM passes: only rows that name it in `by` let it come this far."""
    @reads("decision_moves", "signed_this_round")
    def signed_in_full(attempt: Attempt) -> Refusal | None:
        if attempt.actor.is_system:
            return None
        moved = attempt.action in attempt.fact("decision_moves")
        signed = len(attempt.fact("signed_this_round"))
        if moved and signed >= signatures:
            return None
        return Refusal("NOT_SIGNED", {"kind": kind, "needed": signatures, "signed": signed if moved else 0}, "SC-29")
    signed_in_full.system_passes = True
    return signed_in_full


# The case

@reads("death_marked", "annuls_death_mark")
def no_death_mark(attempt: Attempt) -> Refusal | None:
    marked, annulled = attempt.fact("death_marked"), attempt.fact("annuls_death_mark")
    return Refusal("DEATH_MARKED", article="SC-36") if marked and not annulled else None


@reads("death_reason", "annuls_death_mark")
def no_death_reason(attempt: Attempt) -> Refusal | None:
    reason, annulled = attempt.fact("death_reason"), attempt.fact("annuls_death_mark")
    return Refusal("DEATH_REASON", article="SC-36") if reason and not annulled else None


@reads("reasons_in_force")
def reason_in_force(attempt: Attempt) -> Refusal | None:
    if attempt.reason in attempt.fact("reasons_in_force"):
        return None
    return Refusal("REASON_NOT_IN_FORCE", {"reason": attempt.reason}, "SC-25")


@reads("evidence_kinds", "sufficient_evidence")
def loss_confirmed(attempt: Attempt) -> Refusal | None:
    sufficient = frozenset(attempt.fact("sufficient_evidence"))
    if sufficient & frozenset(attempt.fact("evidence_kinds")):
        return None
    return Refusal("LOSS_NOT_CONFIRMED", {"sufficient": sorted(sufficient)}, "SC-25")


def for_reasons(reasons: tuple[str, ...], guard: Guard) -> Guard:
    """The guard, asked only when the attempt gives one of these reasons."""
    def asked(attempt: Attempt) -> Refusal | None:
        return guard(attempt) if attempt.reason in reasons else None
    asked.__name__, asked.facts = guard.__name__, guard.facts
    asked.only_for = reasons
    return asked


def _required(name: str, predicate: Predicate, code: str, article: str) -> Requirement:
    return Requirement(name, predicate, code, article)


unmarked = _required("unmarked", Not(Fact("death_marked")), "DEATH_MARKED", "SC-36")
no_conflicting_loss = _required("no_conflicting_loss", Not(Fact("conflicting_loss")), "CONFLICTING_LOSS", "SC-14")
cycle_over = _required("cycle_over", Fact("cycle_over"), "CYCLE_NOT_OVER", "SC-24")
no_valid_certification = _required(
    "no_valid_certification", Not(Fact("valid_certification")), "CERTIFICATION_VALID", "SC-24")
no_certification_awaiting_recheck = _required(
    "no_certification_awaiting_recheck", Not(Fact("submitted_certification")), "CERTIFICATION_AWAITS_RECHECK", "SC-11")
not_lapsed_this_period = _required(
    "not_lapsed_this_period", Not(Fact("lapsed_this_period")), "ALREADY_LAPSED", "SC-24")
notice_given = _required("notice_given", Fact("notice_accepted"), "NOTICE_NOT_GIVEN", "SC-23")
suspension_released = _required(
    "suspension_released", Or(Fact("lapses_by_calendar"), Fact("batch_released")), "SUSPENSION_NOT_RELEASED", "QD-25")
notices_recorded = _required("notices_recorded", Fact("notices_recorded"), "NOTICES_NOT_RECORDED", "SC-26")
no_open_objection = _required("no_open_objection", Not(Fact("open_objection")), "OPEN_OBJECTION", "SC-26")
no_other_open_decision = _required(
    "no_other_open_decision", Not(Fact("open_decision")), "OPEN_DECISION_EXISTS", "SC-29")
no_open_verification = _required(
    "no_open_verification", Not(Fact("open_verification")), "VERIFICATION_OPEN", "SC-14")
verification_due = _required("verification_due", Fact("verification_due"), "VERIFICATION_NOT_DUE", "SC-14")
suspended_long_enough = _required(
    "suspended_long_enough", Compare("months_suspended", ">=", Fact("months_to_stop")), "SUSPENDED_TOO_SHORT", "SC-26")
payments_failed_long_enough = _required(
    "payments_failed_long_enough", Compare("payment_failures", ">=", Fact("payment_failures_to_suspend")),
    "PAYMENTS_NOT_FAILED_ENOUGH", "SC-24b")
payment_data_unmended = _required(
    "payment_data_unmended", Not(Fact("payment_data_mended")), "PAYMENT_DATA_MENDED", "SC-24b")
arrears_bound = _required("arrears_bound", Fact("arrears_bound"), "ARREARS_NOT_BOUND", "SC-27")
arrears_returned = _required("arrears_returned", Fact("arrears_returned"), "ARREARS_NOT_RETURNED", "SC-27")
account_settled = _required("account_settled", Fact("account_settled"), "ACCOUNT_NOT_SETTLED", "SC-32")
import_released = _required("import_released", Fact("import_released"), "IMPORT_NOT_RELEASED", "JS-8.1")
termination_without_stop = _required(
    "termination_without_stop", Fact("termination_without_stop"), "NOT_STOPPED_BEFORE", "SC-32")


@reads("certifying_fact")
def certifying_fact(attempt: Attempt) -> Refusal | None:
    """SYSTEM certifies on a fact only; people on the evidence their decision binds."""
    if not attempt.actor.is_system or attempt.fact("certifying_fact"):
        return None
    return Refusal("EVIDENCE_MISSING", article="SC-33")


certifying_fact.predicate = Fact("certifying_fact")


def system_condition(guards: tuple[Guard, ...]) -> And:
    """The condition under which SYSTEM may act: the predicates of the row's guards, all of them.

    Raises ValueError for a guard that is no predicate and does not let SYSTEM pass: bulk work would skip it.
    """
    if silent := [g.__name__ for g in guards if not hasattr(g, "predicate") and not hasattr(g, "system_passes")]:
        raise ValueError(f"no condition for SYSTEM: {', '.join(silent)}")
    return And(*(guard.predicate for guard in guards if hasattr(guard, "predicate")))
