"""Probes of the keys that say how often a duty comes again and by what day, and what staff must have learnt."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date

from cases.duties.standing import interval_by
from rules import Rules
from staff.training import needed_hours, post_is_barred
from workflows.duties import DUTIES, Period, period_of

ON = date(2026, 3, 16)
OFFICE = "51/5101/510107/"
NOBODY = 0  # a natural person without any assessment


def period(duty: str) -> Callable[[Rules], Period]:
    return lambda rules: period_of("2026-02", interval_by(DUTIES[duty], rules.entry)[0])


# key -> (path, another value, what is seen)
PERIODS = {
    "archive_binding_every_months": ("archive_binding_every_months", 3, period("archive_binding")),
    "reconciliation_every_months": ("reconciliation_every_months", 2, period("reconciliation")),
    "results_posting_every_months": ("results_posting_every_months", 6, period("results_posting")),
    "service_evaluation_every_months": ("service_evaluation_every_months", 1, period("service_evaluation")),
    "self_inspection_every_months": ("self_inspection_every_months", 6, period("self_inspection")),
    "matching_by_day": ("matching_by_day", 20, period("matching")),
    "duty_due_months_after": ("duty_due_months_after.reconciliation", 2, period("reconciliation")),
}
# key -> (another value, what is seen), read from the rules of the place on the day
OF_STAFF = {
    "training_hours_a_year": (20, lambda: needed_hours(OFFICE, ON)),
    "post_needs_assessment": (True, lambda: post_is_barred(NOBODY, "caseworker", OFFICE, ON)),
}
