"""Every key of the schema has a probe: a behaviour that is another one when its value is. A key without one, and not
among those that docs/not-yet.md names as read by nothing or as tried by nothing, fails."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from audit.retention import INSPECTION, REGISTRATION, kept_since
from cases import corrections, gathering, not_passed, sweep_halts
from cases.ages import OF_AN_AGE
from cases.back_payments import Rate, calculate
from cases.case_facts import READERS
from cases.deaths import insufficient
from cases.dossier_content import _archive
from cases.facts_sql import Scope
from cases.imports.entries import Entry
from cases.letters import kinds
from cases.materials import material_groups
from cases.objection_list import decided_by
from cases.periods import Benefit, adult_age, cycle
from cases.quiet_hours import is_quiet
from cases.responsibility import Standing as Residence
from cases.responsibility import responsible_path
from cases.rule_values import Places
from cases.verification import task_columns
from cases.what_if import _Imagined, course
from cases.what_if_sql import AS_THEY_STAND, Standing
from matching.results.due import due_after
from matching.results.halts import spikes
from matching.results.proposing import Change, Sample
from matching.survival.scoring import threshold as survival_threshold
from rules import Rules, rules_for
from rules.schema import KEYS
from staff.limits import limits
from staff.relatives import renewal_due
from tests.law import amend, draft, in_force
from tests.rules.probes_on_cases import TRIED as ON_CASES
from tests.rules.probes_on_duties import OF_STAFF, PERIODS
from tests.rules.test_keys_are_read import NOT_YET, said_to_be_unread
from workflows import guards
from workflows.deadlines import elapsed_band

ON = date(2026, 3, 16)
RULES = rules_for("510107", ON, "enterprise_employees")
OFFICE, SCHEME = "51/5101/510107/", "enterprise_employees"
CERTIFIED, GRANTED = date(2025, 9, 1), date(2010, 3, 1)
PAID = Standing("510107", "enterprise_employees", "pension", True, GRANTED, CERTIFIED, CERTIFIED, date(2026, 9, 1),
                None, None, None, None, None, (False,) * len(AS_THEY_STAND))
NOT_REFERRED = tuple(name == "open_verification" for name in AS_THEY_STAND)
STEPS = [{"below_fen": 100_000, "months": 24}]
POOR = Benefit("pension", GRANTED, CERTIFIED, rates={"2010-03": 50_000})
CHILD = Benefit("dependants_allowance", date(2020, 3, 1), None, date(2008, 5, 5))
NOTHING = {"arrears": "none", "missed_adjustments": "excluded", "pay_from": "first_withheld_month"}
LIVES_AWAY = Residence("enterprise_employees", "pension", "51/5101/510107/", "51/5101/510104/")


@dataclass(frozen=True)
class Fixed:
    """A law of the what-if: these rules on every day, periods counted anew."""

    found: Rules
    anew: bool = True

    def rules(self, *_: object) -> Rules:
        return self.found

    def changes(self, *_: object) -> tuple[date, ...]:
        return ()


@dataclass(frozen=True)
class Probe:
    """path: what is set; to: its other value; does: what is seen; besides: values that make it seen at all."""

    path: str
    to: object
    does: Callable[[Rules], object]
    besides: Mapping[str, object] = field(default_factory=dict)


def year_of(standing: Standing = PAID, **other: Any) -> Callable[[Rules], object]:
    """The days that the guards of the sweep give a case (tests/sweep/test_what_if.py compares them with sweeps)."""
    return lambda rules: course(replace(standing, **other), Fixed(rules), ON)


def fact(name: str, action: str, reason: str | None = None, **case: Any) -> Callable[[Rules], object]:
    return lambda rules: (READERS | OF_AN_AGE)[name](_Imagined(SimpleNamespace(**case), ON, action, reason, law=rules))


PROBES: dict[str, Probe] = {
    "period_months": Probe("period_months.pension", 6, year_of()),
    "no_period_before_age": Probe("no_period_before_age.dependants_allowance", 16, lambda r: cycle(CHILD, r, ON)),
    "longest_period_months": Probe("longest_period_months", 18, lambda r: cycle(POOR, r, ON),
                                   {"period_by_monthly_amount.pension": STEPS}),
    "corrections_sent": Probe("corrections_sent.ministry_comparison", {"reasons": [], "office_level": "county"},
                              lambda r: corrections.told("lapsed", r)),
    "period_by_monthly_amount": Probe("period_by_monthly_amount.pension", STEPS, lambda r: cycle(POOR, r, ON)),
    "first_cycle_start": Probe("first_cycle_start", "day_benefit_begins",
                               lambda r: cycle(Benefit("pension", date(2026, 1, 15)), r, ON)),
    "month_count": Probe("month_count", "month_after", year_of()),
    "warning_months": Probe("warning_months", 2, year_of(due_on=None, last_certified_on=date(2025, 1, 1))),
    "reminder_month": Probe("reminder_month", None, year_of(facts=NOT_REFERRED)),
    "reminder_months_before_due": Probe("reminder_months_before_due", [2], year_of(facts=NOT_REFERRED),
                                        {"reminder_month": None}),
    "refer_months_before_due": Probe("refer_months_before_due", 1, year_of()),
    "lapse_days_after_due": Probe("lapse_days_after_due", 10, year_of()),
    "suspended_to_stopped_months": Probe("suspended_to_stopped_months", 4, year_of(due_on=date(2026, 4, 1))),
    "stop_reasons": Probe("stop_reasons.failed_certification", False, year_of()),
    "payment_failures_months": Probe(
        "payment_failures_months", 4, lambda r: guards.payments_failed_long_enough.predicate.evaluate(
            {"payment_failures": 5,
             "payment_failures_to_suspend": fact("payment_failures_to_suspend", "suspend")(r)})),
    "not_certified_bands": Probe("not_certified_bands", [{"from": 3, "below": None}],
                                 lambda r: elapsed_band(CERTIFIED, ON, r.value("not_certified_bands"))),
    "responsible_office": Probe("responsible_office.keep", "office_of_residence",
                                lambda r: responsible_path(LIVES_AWAY, "keep", r)),
    "territorial_by_unit": Probe("territorial_by_unit.enterprise_employees", True,
                                 lambda r: responsible_path(LIVES_AWAY, "keep", r),
                                 {"responsible_office.keep": "territorial", "territorial_by_unit.pension": False,
                                  "territorial_by_unit.enterprise_employees": False}),
    "suspension_reasons": Probe("suspension_reasons.payment_failed", False, fact("reasons_in_force", "suspend",
                                                                                      benefit_kind="pension")),
    "termination_from_states": Probe("termination_from_states.death", ["stopped", "pending"],
                                     fact("termination_without_stop", "terminate", "death", state="pending")),
    "materials": Probe("materials.certify", [["home_visit_record"]], lambda r: material_groups(r, "certify", None)),
    "arrears": Probe("arrears.lapsed", NOTHING, lambda r: calculate(
        [Rate("2024-01", 300_000)], ["2026-01", "2026-02"], "lapsed", r.cited("arrears"), {}).total_fen),
    "pay_run_close_day": Probe("pay_run_close_day", 11, lambda r: Entry(
        None, None, r, None, "suspended", date(2026, 3, 12)).withheld_from),
    "death_sources": Probe("death_sources.cremation", "not_sufficient",
                           lambda r: (found := insufficient("cremation", r)) and str(found)),
    "matching_by_day": Probe("matching_by_day", 8, lambda r: due_after("2026-02", ON, r)),
    "matching_sample_per_reason": Probe("matching_sample_per_reason", 2, lambda r: len(sample_of(r))),
    "survival_model_threshold_per_mille": Probe("survival_model_threshold_per_mille", 950, survival_threshold,
                                                {"eligible_sources.survival_model": "automatic"}),
    "loss_signs": Probe("loss_signs.dependants_allowance", ["dead"], adult_age),
    "dependant_adult_age": Probe("dependant_adult_age", 20, adult_age),
    "dependant_adult_kinships": Probe(
        "dependant_adult_kinships", [], fact("adult_dependant", "refer", benefit_kind="dependants_allowance",
                                             work_capacity=None, kinship="child",
                                             pensioner=SimpleNamespace(birth_on=date(2006, 1, 1)))),
    "suspend_lapsed_by": Probe("suspend_lapsed_by", "staff_batch", year_of()),
    "to_be_verified_entry": Probe("to_be_verified_entry", ["both_lists"], year_of()),
    "lapse_needs_any_of": Probe("lapse_needs_any_of", [], year_of(facts=NOT_REFERRED),
                                {"reminder_month": None, "reminder_months_before_due": []}),
    "injured_worker_keeps_in_prison": Probe("injured_worker_keeps_in_prison", False, fact(
        "reasons_in_force", "stop", benefit_kind="work_injury_benefit")),
    "reconsideration_days": Probe("reconsideration_days", 90, lambda r: kinds()["stopped"].values(r)),
    "lawsuit_months": Probe("lawsuit_months", 7, lambda r: kinds()["stopped"].values(r)),
    **{key: Probe(*probe) for key, probe in PERIODS.items()},
}


def sample_of(rules: Rules) -> list[int]:
    drawn = Sample(rules)
    for number in range(50):
        drawn.offer(Change(number, "lost", "dead"))
    return drawn.cases()


@pytest.mark.parametrize("key", PROBES)
def test_another_value_of_the_key_is_another_behaviour(key: str) -> None:
    probe = PROBES[key]
    assert probe.path.partition(".")[0] == key
    base = RULES.altered(probe.besides, "测试")
    assert probe.does(base) != probe.does(base.altered({probe.path: probe.to}, "测试"))


def _case() -> SimpleNamespace:
    return SimpleNamespace(id=1, office_path="51/5101/510107/", scheme="enterprise_employees",
                           pensioner=SimpleNamespace(residence_office=None),
                           paying_office=SimpleNamespace(code="510107"))


def _logged(on: date) -> SimpleNamespace:
    return SimpleNamespace(recorded=SimpleNamespace(meta=SimpleNamespace(recorded_at=SimpleNamespace(date=lambda: on))))


# key -> (value for a test, what is seen, read from the rules of the place on the day)
IN_FORCE: dict[str, tuple[object, Callable[[], object]]] = {
    "session_idle_minutes": (7, lambda: limits().session_idle_minutes),
    "session_absolute_minutes": (77, lambda: limits().session_absolute_minutes),
    "lockout_failures": (4, lambda: limits().lockout_failures),
    "lockout_minutes": (44, lambda: limits().lockout_minutes),
    "quiet_hours": ({"from_hour": 11, "until_hour": 14}, lambda: is_quiet("510107", ON, 12)),
    "retention_years": (60, lambda: _archive(_case(), [_logged(ON)])["dispose_after"]),
    "registration_retention_years": (110, lambda: kept_since(REGISTRATION, OFFICE, ON)),
    "inspection_retention_years": (40, lambda: kept_since(INSPECTION, OFFICE, ON)),
    "not_passed_months_before_due": (1, lambda: not_passed.begins_on(SimpleNamespace(
        **vars(_case()), period_start=CERTIFIED, due_on=date(2026, 9, 1)), ON)),
    "loss_suspension_batch_day": (8, lambda: gathering.due_on(OFFICE, SCHEME, ON)),
    "sweep_halt": ({"times_usual": 2, "at_least": 9, "recent_days": 7}, lambda: sweep_halts.limits(Scope(
        ON, Places(ON, (rules_for("510107", ON, SCHEME),), ((OFFICE, SCHEME, 0),))), OFFICE)),
    "matching_halt": ({"times_usual": 3, "at_least": 9, "recent_months": 2}, lambda: spikes(
        OFFICE, ON, {"cremations": 12}, rules_for("510107", ON))),
    "relatives_declaration_months": (24, lambda: renewal_due(SimpleNamespace(declared_on=date(2025, 3, 1)), ON)),
    "objection_decision_days": (11, lambda: decided_by(SimpleNamespace(lodged_on=ON, case=_case()))),
    "verification_task_months": (1, lambda: task_columns(_case(), "refer", ON)["due_on"]),
    **OF_STAFF,
}


def test_what_is_read_from_the_rules_of_the_day_follows_them(context: Flask, tmp_path: Path) -> None:
    before = {key: does() for key, (_value, does) in IN_FORCE.items()}
    draft(tmp_path)
    for key, (value, _does) in IN_FORCE.items():
        place = RULES.entries[key].layer
        amend(tmp_path, place, key, {"value": value, "since": date(2022, 12, 12)})
    with in_force(tmp_path):
        after = {key: does() for key, (_value, does) in IN_FORCE.items()}
    assert [key for key in IN_FORCE if before[key] == after[key]] == []


def said_to_be_untried() -> set[str]:
    listed = re.search(r"<!-- untried rules -->(.*?)<!-- end -->", NOT_YET.read_text(encoding="utf-8"), re.DOTALL)
    return set(re.findall(r"`(\w+)`", listed[1])) if listed else set()


def test_every_key_has_a_probe_or_is_said_to_have_none() -> None:
    tried = set(PROBES) | set(IN_FORCE) | {path.partition(".")[0] for path in ON_CASES}
    assert tried <= set(KEYS)
    assert set(KEYS) - tried - said_to_be_unread() == said_to_be_untried()
