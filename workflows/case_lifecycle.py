"""The six states of a case and the table of its transitions (design.md section 4)."""
from __future__ import annotations

from workflows import guards as g
from workflows.machine import Workflow
from workflows.review_chain import DECISION_KINDS
from workflows.transition import SYSTEM, Guard, Transition

PENDING, VERIFIED, SUSPENDED, STOPPED, RESUMED, TERMINATED = STATES = (
    "pending", "verified", "suspended", "stopped", "resumed", "terminated")
PAID = (PENDING, VERIFIED, RESUMED)  # the regular run pays

LAPSE_REASONS = ("lapsed",)
SUSPENSION_REASONS = ("payment_failed", "suspected_loss", "confirmed_loss", "death_unconfirmed")
LOSS_REASONS = ("death", "missing", "imprisoned", "other")
THREE_MONTH_REASONS = ("failed_certification",)
STOP_REASONS = ("death", "missing", "imprisoned", "failed_certification", "other")
TERMINATION_REASONS = ("death", "lost_nationality", "other_pension")
REFERRAL_REASONS = ("both_lists", "disputed_data", "warning_period")
# What the resumption puts an end to: the reason payment was withheld, or what became known of it later.
RESUMPTION_REASONS = tuple(dict.fromkeys(
    (*LAPSE_REASONS, *SUSPENSION_REASONS, *STOP_REASONS, "in_custody", "served_outside_prison")))
DEATH_REASONS = ("death", "death_unconfirmed")

# What the case of a death-marked person still accepts: what withholds or closes, a second look (SC-36; decision 021).
# The decisions it accepts are DECISION_KINDS[...].may_touch_death_marked; resume only beside annul_death_mark.
DEATH_LOCK = frozenset({"refer", "lapse", "suspend", "stop", "terminate",
                        "enter_suspended", "enter_stopped", "enter_terminated"})

_ENTERED = {SUSPENDED: LAPSE_REASONS + SUSPENSION_REASONS, STOPPED: STOP_REASONS,
            TERMINATED: (*TERMINATION_REASONS, "other")}
_TWO, _THREE = frozenset({"reviewer", "approver"}), frozenset({"approver"})
_ALONE = frozenset({SYSTEM})


def _signed(kind: str) -> Guard:
    return g.signed_as(kind, DECISION_KINDS[kind].signatures)


def _enter(state: str) -> Transition:
    guards = (g.import_released,) if f"enter_{state}" in DEATH_LOCK else (g.import_released, g.unmarked)
    return Transition(f"enter_{state}", None, state, _ALONE | {"reviewer"}, guards, _ENTERED.get(state, ()),
                      "release_import", ("house: docs/decisions/002-how-many-sign",), g.system_condition(guards))


def _certify(source: str, dest: str) -> Transition:
    guards = (g.unmarked, g.no_conflicting_loss, g.certifying_fact, _signed("certify"))
    return Transition("certify", source, dest, _TWO | {SYSTEM}, guards, (), "certify",
                      ("SC-8", "SC-11", "SC-33", "QD-13"), g.system_condition(guards))


def _refer(source: str, dest: str) -> Transition:
    guards = (g.verification_due, g.no_open_verification)
    return Transition("refer", source, dest, _ALONE, guards, REFERRAL_REASONS, None,
                      ("SC-14", "QD-19", "GB-3.2"), g.system_condition(guards))


def _lapse(source: str) -> Transition:
    guards = (g.cycle_over, g.no_valid_certification, g.no_certification_awaiting_recheck,
              g.not_lapsed_this_period, g.notice_given, g.suspension_released)
    return Transition("lapse", source, SUSPENDED, _ALONE, guards, LAPSE_REASONS, None,
                      ("SC-23", "SC-24", "SC-35", "SC-37", "QD-24", "QD-25"), g.system_condition(guards))


def _suspend(source: str) -> Transition:
    failed = ("payment_failed",)
    guards = (_signed("suspend"), g.reason_in_force, g.materials_complete,
              g.for_reasons(failed, g.payments_failed_long_enough), g.for_reasons(failed, g.payment_data_unmended),
              g.for_reasons(("confirmed_loss",), g.loss_confirmed))
    return Transition("suspend", source, SUSPENDED, _TWO, guards, SUSPENSION_REASONS, "suspend",
                      ("SC-24", "SC-24b", "JS-4.5g", "QD-25"))


def _stop(source: str) -> Transition:
    guards: tuple[Guard, ...] = (_signed("stop"), g.reason_in_force, g.for_reasons(LOSS_REASONS, g.loss_confirmed))
    if source != SUSPENDED:
        return Transition("stop", source, STOPPED, _TWO, guards, LOSS_REASONS, "stop", ("SC-25",))
    waited = (g.suspended_long_enough, g.notices_recorded, g.no_open_objection)
    guards += tuple(g.for_reasons(THREE_MONTH_REASONS, guard) for guard in waited)
    return Transition("stop", source, STOPPED, _TWO, guards, STOP_REASONS, "stop", ("SC-25", "SC-26"))


def _resume(source: str) -> Transition:
    guards = (_signed("resume"), g.no_death_mark, g.no_death_reason, g.materials_complete, g.arrears_bound)
    return Transition("resume", source, RESUMED, _THREE, guards, RESUMPTION_REASONS, "resume", ("SC-27", "SC-29"))


def _terminate(source: str) -> Transition:
    guards = (_signed("terminate"), g.reason_in_force, g.materials_complete, g.account_settled, g.no_open_objection)
    if source != STOPPED:
        guards += (g.termination_without_stop,)
    return Transition("terminate", source, TERMINATED, _THREE, guards, TERMINATION_REASONS, "terminate",
                      ("SC-29", "SC-32", "JS-7.4"))


def _settle() -> Transition:
    guards = (g.arrears_returned, g.unmarked)
    return Transition("settle", RESUMED, VERIFIED, _ALONE, guards, (), None, ("SC-27",), g.system_condition(guards))


def _restore() -> Transition:
    guards = (_signed("restore"), g.level_high_enough, g.no_death_mark, g.materials_complete, g.arrears_bound)
    return Transition("restore", TERMINATED, RESUMED, _THREE, guards, (), "restore", ("SC-28", "SC-29"))


TRANSITIONS: tuple[Transition, ...] = (
    *(_enter(state) for state in STATES),
    _certify(PENDING, VERIFIED), _certify(VERIFIED, VERIFIED), _certify(RESUMED, RESUMED),
    _refer(VERIFIED, PENDING), _refer(PENDING, PENDING), _refer(RESUMED, RESUMED),
    *(_lapse(source) for source in PAID),
    *(_suspend(source) for source in PAID),
    *(_stop(source) for source in (*PAID, SUSPENDED)),
    _resume(SUSPENDED), _resume(STOPPED),
    _settle(),
    *(_terminate(source) for source in (STOPPED, PENDING, VERIFIED, SUSPENDED)),
    _restore(),
)

CASE = Workflow("case_lifecycle", STATES, TRANSITIONS, initial=None, no_row="NOT_TRANSITIONABLE", prefix="state")
