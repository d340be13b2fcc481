"""Keys whose behaviour is seen in a real case: another value, as YAML, is another answer of the real application."""
from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from cases.certifications import METHOD_OF_EVIDENCE
from cases.limits import promise_of
from rules import Rules, rules_for
from rules.schema import KEYS
from rules.vocabulary import DECISION_KINDS, PROMISED_SERVICES
from tests.law import amend, draft, in_force
from tests.rules.probes_on_cases import ON, PROBES, TRIED, brought_to_review

RULES = rules_for("510107", ON, "enterprise_employees")
LAST_RESORT = {"service": "registration", "starts": "opened"}


def _place(path: str) -> str:
    return RULES.entries[path].layer if path in RULES.entries else "sichuan"


@pytest.mark.sqlite_is_enough
@pytest.mark.parametrize("law", PROBES)
def test_another_value_of_the_rule_is_another_answer(context: Flask, tmp_path: Path, law: str) -> None:
    before = {path: does() for path, (_value, does) in PROBES[law].items()}
    draft(tmp_path)
    for path, (value, _does) in PROBES[law].items():
        amend(tmp_path, _place(path), path, {"value": value, "since": "2022-12-12"})
    with in_force(tmp_path):
        after = {path: does() for path, (_value, does) in PROBES[law].items()}
    assert [path for path in before if before[path] == after[path]] == []


@pytest.mark.sqlite_is_enough
@pytest.mark.article("SC-33")
def test_what_a_place_does_not_accept_is_not_even_reviewed(context: Flask, tmp_path: Path) -> None:
    methods = sorted(set(METHOD_OF_EVIDENCE.values()))
    assert {brought_to_review(method)() for method in methods} == {()}
    draft(tmp_path)
    for method in methods:
        amend(tmp_path, "sichuan", f"eligible_sources.{method}", {"value": "not_accepted", "since": "2022-12-12"})
    with in_force(tmp_path):
        assert {brought_to_review(method)() for method in methods} == {("SOURCE_NOT_ACCEPTED",)}


@pytest.mark.parametrize("service", PROMISED_SERVICES)
def test_every_promised_service_has_its_days_where_a_decision_falls_under_it(service: str) -> None:
    def promised(days: int) -> object:
        return promise_of("restore", RULES.altered({
            "promised_limits.restore": {"service": service, "starts": "opened"},
            f"service_working_days.{service}": days}, "测试"))
    assert promised(5) != promised(7)


@pytest.mark.parametrize("kind", DECISION_KINDS)
def test_every_kind_of_decision_may_be_promised(kind: str) -> None:
    def promised(rules: Rules) -> object:
        return promise_of(kind, rules)
    assert promised(RULES) != promised(RULES.altered({f"promised_limits.{kind}": LAST_RESORT | {
        "service": "registration" if kind not in ("terminate", "change_identity", "change_payee") else "benefit_grant"},
    }, "测试"))


@pytest.mark.parametrize("key", ("signatures", "office_level", "entry_office_level", "pause_reasons",
                                 "eligible_sources"))
def test_every_row_has_a_probe_or_no_other_value_is_allowed(key: str) -> None:
    """Restoring is the city's whatever a place says (SC 28); its level is tried where the table is."""
    for row in KEYS[key].rows or ():
        kind = KEYS[key].kind_of(row)
        only = getattr(kind, "floor", None) is not None and kind.floor == getattr(kind, "ceiling", object())
        assert f"{key}.{row}" in TRIED or only or row in ("restore", "recover_overpayment"), row
