"""Histories of a case are paths in the table, and nothing else is."""
from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.workflows.attempts import attempt_for
from workflows.case_lifecycle import CASE, STATES, TRANSITIONS


@st.composite
def histories(draw):
    state, steps = None, []
    for _ in range(draw(st.integers(0, 12))):
        action = draw(st.sampled_from(CASE.actions(state)))
        row = CASE.take(state, action, attempt_for(CASE.row(state, action)))
        steps.append((action, state, row.dest))
        state = row.dest
    return steps


@given(histories())
def test_what_the_table_lets_through_is_a_path(steps):
    assert CASE.path_is_valid(steps)


@given(histories(), st.data())
def test_a_history_with_a_step_cut_out_or_bent_is_no_path(steps, data):
    assume(steps)
    at = data.draw(st.integers(0, len(steps) - 1))
    action, source, dest = steps[at]
    other = data.draw(st.sampled_from([state for state in STATES if state != dest]))
    assert not CASE.path_is_valid([*steps[:at], (action, source, other), *steps[at + 1:]])
    if at < len(steps) - 1 and source != dest:
        assert not CASE.path_is_valid(steps[:at] + steps[at + 1:])


def test_a_history_begins_with_an_entry():
    assert CASE.path_is_valid([])
    assert not CASE.path_is_valid([("certify", "pending", "verified")])


def test_every_state_is_entered_reached_and_left():
    assert {row.dest for row in TRANSITIONS if row.source is None} == set(STATES)
    assert {row.dest for row in TRANSITIONS if row.source not in (None, row.dest)} == set(STATES)
    assert {row.source for row in TRANSITIONS if row.dest != row.source} == {None, *STATES}


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.action}-{row.source}")
def test_every_row_names_its_article(row):
    assert row.basis and all(isinstance(article, str) and article for article in row.basis)
