"""The machine: what its library swallows or adds must not reach the tables."""
from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

import workflows
from tests.workflows.attempts import ROWS, WORKFLOWS, attempt_for, row_id
from workflows.machine import Workflow
from workflows.predicates import Fact
from workflows.transition import SYSTEM_ACTOR, Actor, Attempt, Refusal, Transition, TransitionRefused

CLERK = Actor(1, 1, frozenset({"clerk"}))


def _workflow(*guards, when=None, by="clerk") -> Workflow:
    return Workflow("lamp", ("off", "on"), (Transition("light", "off", "on", frozenset({by}), guards, when=when),))


def _attempt(actor=CLERK, **facts) -> Attempt:
    return Attempt(actor, date(2026, 1, 1), facts=facts)


def test_a_refusing_guard_raises_and_is_never_a_quiet_false():
    lamp = _workflow(lambda attempt: Refusal("NO_OIL"), lambda attempt: None, lambda attempt: Refusal("NO_WICK"))
    with pytest.raises(TransitionRefused) as refused:
        lamp.take("off", "light", _attempt())
    assert refused.value.codes == ("NO_OIL", "NO_WICK")


def test_an_error_inside_a_guard_is_not_swallowed():
    def broken(attempt):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _workflow(broken).take("off", "light", _attempt())


def test_a_refusal_leaves_the_machine_as_it_was():
    lamp = _workflow(lambda attempt: None if attempt.facts.get("oil") else Refusal("NO_OIL"))
    for _ in range(3):
        with pytest.raises(TransitionRefused):
            lamp.take("off", "light", _attempt())
        assert lamp.take("off", "light", _attempt(oil=1)).dest == "on"


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=row_id)
def test_there_is_no_way_to_a_state_but_the_rows(workflow):
    assert set(workflow._machine.events) == {row.action for row in workflow.transitions}
    assert not [name for name in workflow._machine.events if name.startswith("to_")]
    assert workflow._machine.models == []


@pytest.mark.parametrize(("workflow", "row"), ROWS, ids=row_id)
def test_the_library_arrives_where_the_row_says(workflow, row):
    assert [t.dest for t in workflow._machine.get_transitions(row.action, row.source or "(none)")] == [row.dest]


def test_a_condition_that_does_not_hold_stops_the_system_even_without_a_guard():
    lamp = _workflow(when=Fact("cycle_over"), by="system")
    with pytest.raises(TransitionRefused) as refused:
        lamp.take("off", "light", _attempt(SYSTEM_ACTOR, cycle_over=False))
    assert refused.value.codes == ("CONDITION_NOT_MET",)
    assert lamp.take("off", "light", _attempt(SYSTEM_ACTOR, cycle_over=True)).dest == "on"


def test_state_and_action_are_those_asked_for_not_those_the_attempt_claims():
    seen = []
    _workflow(lambda attempt: seen.append((attempt.state, attempt.action))).refusals("off", "light", _attempt())
    assert seen == [("off", "light")]


def test_two_rows_for_one_action_and_source_are_refused_when_the_table_is_built():
    row = Transition("light", "off", "on", frozenset({"clerk"}))
    with pytest.raises(ValueError, match="two rows"):
        Workflow("lamp", ("off", "on"), (row, row))


def test_a_dest_that_is_no_state_is_refused_when_the_table_is_built():
    with pytest.raises(ValueError):
        Workflow("lamp", ("off",), (Transition("light", "off", "on", frozenset({"clerk"})),))


def test_the_system_has_no_person_and_no_account():
    for ids in ((1, None), (None, 1)):
        with pytest.raises(ValueError):
            Actor(*ids, is_system=True)


def test_one_shared_machine_serves_many_threads():
    jobs = [(w, row, attempt_for(row)) for w, row in ROWS] * 20
    with ThreadPoolExecutor(8) as pool:
        taken = pool.map(lambda job: job[0].take(job[1].source, job[1].action, job[2]) is job[1], jobs)
    assert all(taken)


def test_only_the_machine_imports_the_library():
    folder = Path(workflows.__file__).parent
    importing = {path.name for path in folder.rglob("*.py")
                 if re.search(r"^\s*(from|import) transitions\b", path.read_text("utf-8"), re.MULTILINE)}
    assert importing == {"machine.py"}


def test_the_tables_know_no_web_no_database_and_no_clock():
    for path in Path(workflows.__file__).parent.rglob("*.py"):
        text = path.read_text("utf-8")
        above = r"^\s*(from|import) (flask|sqlalchemy|database|cases|staff|audit|matching)\b"
        assert not re.search(above, text, re.M), path
        assert not re.search(r"\b(date\.today|datetime\.now|utcnow|time\.time)\(", text), path
