"""The closed list of rule keys: type, unit, floor. A key that is not here cannot be set by any place.

A key with `rows` is a table: each row has its own value, since and basis. No place can go below a floor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.types import Choice, Flag, Integer, ListOf, Record
from rules.vocabulary import (
    ACTS,
    ARREARS_REASONS,
    BENEFIT_KINDS,
    CASE_STATES,
    CORRECTION_SYSTEMS,
    DEATH_SOURCES,
    DECISION_KINDS,
    DUTY_KINDS,
    ELIGIBLE_SOURCES,
    EVIDENCE_KINDS,
    HIGH_RISK_KINDS,
    KINSHIPS,
    LIMIT_STARTS,
    LOSS_SIGNS,
    OFFICE_LEVELS,
    PAUSE_REASONS,
    PROMISED_SERVICES,
    SCHEMES,
    STOP_REASONS,
    SUSPENSION_REASONS,
    TERMINATION_REASONS,
    TO_BE_VERIFIED_ENTRIES,
    UNOFFICIAL_DEATH_SOURCES,
)


@dataclass(frozen=True)
class Key:
    """One rule: type, unit, rows if it is a table, and the rows that have a type (a floor) of their own."""

    kind: object
    unit: str
    rows: tuple[str, ...] | None = None
    row_kinds: Mapping[str, object] = field(default_factory=dict)

    def kind_of(self, row: str | None) -> object:
        return self.row_kinds.get(row, self.kind)


WHOLE_MONTHS = Integer(floor=1, ceiling=120)
MONTHS_IF_ANY = Integer(floor=1, ceiling=120, optional=True)
DAY_OF_MONTH = Integer(floor=1, ceiling=28)
DAY_IF_ANY = Integer(floor=1, ceiling=28, optional=True)
LEVEL = Choice(OFFICE_LEVELS)
DEATH_WEIGHT = ("alone", "two_signatures", "not_sufficient")  # from weakest demand to strongest
MATERIAL_ROWS = (
    "certify",
    *(f"suspend.{reason}" for reason in SUSPENSION_REASONS),
    *(f"stop.{reason}" for reason in STOP_REASONS),
    *(f"resume.{reason}" for reason in (*SUSPENSION_REASONS, *STOP_REASONS)),
    "back_pay_correction",
    *(f"terminate.{reason}" for reason in TERMINATION_REASONS),
    "terminate.death_family_not_found",
    "restore",
    "annul_death_mark",
    "change_identity",
    "mark_death",
    "recover_overpayment",
    "change_payee",
    "change_rate",
    "dismiss_objection",
    "release_import",
)

PERIODS = {
    "period_months": Key(Integer(floor=1, ceiling=24, optional=True), "months", BENEFIT_KINDS),
    "no_period_before_age": Key(Integer(floor=1, ceiling=30, optional=True), "years", BENEFIT_KINDS),
    "longest_period_months": Key(Integer(floor=1, ceiling=24), "months"),
    "period_by_monthly_amount": Key(
        ListOf(Record({"below_fen": Integer(floor=1, ceiling=10_000_000), "months": Integer(floor=1, ceiling=24)})),
        "months by fen a month",
        BENEFIT_KINDS,
    ),
    "first_cycle_start": Key(Choice(("month_after_benefit_begins", "day_benefit_begins")), "word"),
    "month_count": Key(Choice(("to_the_day", "month_after", "month_counts")), "word"),
    "warning_months": Key(WHOLE_MONTHS, "months"),
    "reminder_month": Key(MONTHS_IF_ANY, "ordinal month"),
    "reminder_months_before_due": Key(ListOf(WHOLE_MONTHS), "months"),
    "to_be_verified_entry": Key(ListOf(Choice(TO_BE_VERIFIED_ENTRIES), shortest=1), "words"),
    "refer_months_before_due": Key(WHOLE_MONTHS, "months"),
    "lapse_days_after_due": Key(Integer(floor=1, ceiling=366), "days"),
    "not_passed_months_before_due": Key(MONTHS_IF_ANY, "months"),
    "loss_suspension_batch_day": Key(DAY_IF_ANY, "day of month"),
    "suspend_lapsed_by": Key(Choice(("system", "staff_batch")), "word"),
    "lapse_needs_any_of": Key(
        ListOf(Choice(("notice_in_warning_period", "public_posting", "home_visit"))), "words"
    ),
    "verification_task_months": Key(WHOLE_MONTHS, "months"),
    "suspended_to_stopped_months": Key(MONTHS_IF_ANY, "months"),
    "long_suspended_months": Key(WHOLE_MONTHS, "months"),
    "withheld_ceiling_per_mille": Key(Integer(floor=0, ceiling=1000), "per mille of cases"),
    "payment_failures_months": Key(WHOLE_MONTHS, "months"),
    "dormancy_months": Key(WHOLE_MONTHS, "months"),
    "not_certified_bands": Key(
        ListOf(Record({"from": Integer(), "below": Integer(optional=True)}), shortest=1), "elapsed months"
    ),
}

DECISIONS = {
    "signatures": Key(
        Integer(floor=2, ceiling=3),
        "natural persons",
        DECISION_KINDS,
        {kind: Integer(floor=3, ceiling=3) for kind in (*HIGH_RISK_KINDS, "recover_overpayment")}
        | {"release_import": Integer(floor=2, ceiling=2)},  # proposed by one, released by another: no third act
    ),
    "office_level": Key(LEVEL, "lowest level", DECISION_KINDS, {"restore": Choice(OFFICE_LEVELS, "city")}),
    "entry_office_level": Key(
        LEVEL, "lowest level", DECISION_KINDS, {"restore": Choice(OFFICE_LEVELS, "city")}
    ),
    "responsible_office": Key(
        Choice(
            (
                "paying_office",
                "city_of_paying_office",
                "grassroots_of_residence",
                "office_of_residence",
                "employing_unit",
                "territorial",
                "any_window",
            )
        ),
        "word",
        ACTS,
    ),
    "territorial_by_unit": Key(Flag(), "allowed", (*BENEFIT_KINDS, *SCHEMES)),
    "suspension_reasons": Key(Flag(), "allowed", SUSPENSION_REASONS),
    "stop_reasons": Key(Flag(), "allowed", STOP_REASONS),
    "termination_from_states": Key(ListOf(Choice(CASE_STATES)), "states", TERMINATION_REASONS),
    "materials": Key(
        ListOf(ListOf(Choice(EVIDENCE_KINDS), shortest=1)), "any-of groups of evidence", MATERIAL_ROWS
    ),
}

MONEY = {
    "arrears": Key(
        Record(
            {
                "arrears": Choice(("pay", "pay_if_acquitted", "none")),
                "missed_adjustments": Choice(("included", "excluded")),
                "pay_from": Choice(("first_withheld_month", "month_after_release")),
            }
        ),
        "row of the matrix",
        ARREARS_REASONS,
    ),
    "pay_run_close_day": Key(DAY_OF_MONTH, "day of month"),
    "paid_same_month_through_day": Key(DAY_IF_ANY, "day of month"),
    "injured_worker_keeps_in_prison": Key(Flag(), "flag"),
}

SOURCES = {
    "eligible_sources": Key(Choice(("automatic", "reviewed", "not_accepted")), "word", ELIGIBLE_SOURCES),
    "survival_model_threshold_per_mille": Key(Integer(floor=900, ceiling=1000), "per mille"),
    "death_sources": Key(
        Choice(DEATH_WEIGHT),
        "word",
        DEATH_SOURCES,
        {source: Choice(DEATH_WEIGHT, "two_signatures") for source in UNOFFICIAL_DEATH_SOURCES},
    ),
    "loss_signs": Key(ListOf(Choice(LOSS_SIGNS)), "words", BENEFIT_KINDS),
    "dependant_adult_age": Key(Integer(floor=16, ceiling=30, optional=True), "years"),
    "dependant_adult_kinships": Key(ListOf(Choice(KINSHIPS)), "words"),
    "matching_every_months": Key(Integer(floor=1, ceiling=1), "months"),
    "matching_by_day": Key(DAY_OF_MONTH, "day of month"),
    "matching_halt": Key(
        Record({"times_usual": Integer(floor=2), "at_least": Integer(floor=1), "recent_months": Integer(floor=1)}),
        "cases newly lost by one source in a run",
    ),
    "matching_sample_per_reason": Key(Integer(floor=1, ceiling=100), "cases"),
}

DUTIES = {
    "benefit_age": Key(Integer(floor=45, ceiling=70), "years"),
    "benefit_age_notice_months": Key(WHOLE_MONTHS, "months"),
    "training_hours_a_year": Key(Integer(floor=12, ceiling=200), "class hours"),
    "archive_binding_every_months": Key(Integer(floor=1, ceiling=12), "months"),
    "results_posting_every_months": Key(Integer(floor=1, ceiling=12), "months"),
    "reconciliation_every_months": Key(Integer(floor=1, ceiling=12), "months"),
    "service_evaluation_every_months": Key(Integer(floor=1, ceiling=12), "months"),
    "self_inspection_every_months": Key(Integer(floor=1, ceiling=12), "months"),
    "duty_due_months_after": Key(Integer(ceiling=6), "months", DUTY_KINDS),
    "post_needs_assessment": Key(Flag(), "flag"),
    "service_working_days": Key(Integer(floor=1, ceiling=60), "working days", PROMISED_SERVICES),
    "promised_limits": Key(
        Record({"service": Choice(PROMISED_SERVICES), "starts": Choice(LIMIT_STARTS)}),
        "promised service and the act it runs from",
        DECISION_KINDS,
    ),
    "pause_reasons": Key(Flag(), "allowed", PAUSE_REASONS),
    "limit_warning_working_days": Key(Integer(floor=1, ceiling=20), "working days"),
    "corrections_sent": Key(
        Record({"reasons": ListOf(Choice(ARREARS_REASONS)), "office_level": LEVEL}),
        "reasons told of and who tells",
        CORRECTION_SYSTEMS,
    ),
    "quiet_hours": Key(
        Record({"from_hour": Integer(ceiling=23), "until_hour": Integer(ceiling=23)}), "hours of the day"
    ),
    "sweep_halt": Key(
        Record({"times_usual": Integer(floor=2), "at_least": Integer(floor=1), "recent_days": Integer(floor=1)}),
        "cases of an office on a day",
    ),
}

OFFICE = {
    "home_service_age": Key(Integer(floor=60, ceiling=120), "years"),
    "reconsideration_days": Key(Integer(floor=60), "days"),
    "lawsuit_months": Key(Integer(floor=6), "months"),
    "objection_decision_days": Key(Integer(floor=1), "days"),
    "retention_years": Key(Integer(floor=50), "years"),
    "registration_retention_years": Key(Integer(floor=100), "years"),
    "inspection_retention_years": Key(Integer(floor=30), "years"),
    "session_idle_minutes": Key(Integer(floor=1, ceiling=60), "minutes"),
    "session_absolute_minutes": Key(Integer(floor=1, ceiling=1440), "minutes"),
    "lockout_failures": Key(Integer(floor=3, ceiling=10), "failed sign-ins"),
    "lockout_minutes": Key(Integer(floor=5), "minutes"),
    "window_misses_an_hour": Key(Integer(floor=1, ceiling=100), "look-ups"),
    "overpayment_return_days": Key(Integer(floor=1, ceiling=365), "days"),
    "claim_hours": Key(Integer(floor=1, ceiling=240), "hours"),
    "relatives_declaration_months": Key(WHOLE_MONTHS, "months"),
}

SECTIONS = {"periods": PERIODS, "decisions": DECISIONS, "money": MONEY, "sources": SOURCES, "duties": DUTIES,
            "office": OFFICE}
KEYS: dict[str, Key] = PERIODS | DECISIONS | MONEY | SOURCES | DUTIES | OFFICE


def key_and_row(path: str) -> tuple[str, str | None]:
    """Split "signatures.resume" into key and row; the row itself may hold a dot ("materials.stop.death")."""
    name, _, row = path.partition(".")
    return name, row or None
