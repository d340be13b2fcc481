"""An injured worker in prison goes on being paid where the rules say so (SC 25), and the law of others differs."""
from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from cases.case_facts import reasons_of
from cases.moves import refusals
from rules import rules_for
from tests import law
from tests.case_builder import make_case
from tests.people import ON, actor, make_account

INJURED = {"险种": "工伤", "待遇类别": "伤残津贴"}


@pytest.mark.article("SC-25b")
def test_an_injured_worker_s_benefit_is_not_stopped_for_prison(context: Flask, tmp_path: Path) -> None:
    make_account("wang", ["reviewer"])
    injured, retired = make_case(ON, **INJURED), make_case(ON)

    def codes(case: object, reason: str) -> list[str]:
        return [one.code for one in refusals(case, "stop", actor=actor("wang"), on=ON, reason=reason)]

    assert "REASON_NOT_IN_FORCE" in codes(injured, "imprisoned")
    assert "REASON_NOT_IN_FORCE" not in codes(injured, "missing")
    assert "REASON_NOT_IN_FORCE" not in codes(retired, "imprisoned")
    folder = law.draft(tmp_path)
    law.amend(folder, "sichuan", "injured_worker_keeps_in_prison", {"value": False, "since": "2022-12-12"})
    with law.in_force(folder):
        assert "REASON_NOT_IN_FORCE" not in codes(injured, "imprisoned")


@pytest.mark.article("SC-25b")
def test_the_form_offers_no_such_reason() -> None:
    rules = rules_for("510107", ON, "work_injury")
    assert "imprisoned" not in reasons_of(rules, "stop_reasons", "work_injury_benefit")
    assert {"death", "missing"} <= set(reasons_of(rules, "stop_reasons", "work_injury_benefit"))
    assert "imprisoned" in reasons_of(rules, "stop_reasons", "pension")
