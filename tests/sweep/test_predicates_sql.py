"""What SQL chooses is what the machine allows: every SYSTEM row of the case table, every fact, both engines."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Boolean, Date, Integer, cast, literal, select

from cases.case_facts import READERS
from cases.dates_sql import add_days, add_months, first_of_month, months_between
from cases.facts_sql import FACTS_SQL, NEVER_NULL, Scope
from cases.models import Case
from cases.moves import refusals, workflow_actor
from cases.predicates_sql import CannotCompile, compiled
from cases.rule_values import places
from cases.subject import Subject
from database import db
from staff.actor import SYSTEM
from tests.sweep.examples import examples
from tests.sweep.random_facts import ON, cities, enter, prepare
from workflows import deadlines, guards
from workflows.case_lifecycle import CASE
from workflows.facts import FACTS, FactUnknown
from workflows.predicates import And, Compare, Fact, Node, Not, Or
from workflows.transition import SYSTEM as SYSTEM_POST
from workflows.transition import Attempt, Transition

SYSTEM_ROWS = [row for row in CASE.transitions if SYSTEM_POST in row.by]


@pytest.fixture
def offices(context: Flask) -> Iterator[None]:
    prepare()
    yield
    db.session.rollback()


def scope(**more: bool) -> Scope:
    return Scope(ON, places(ON), **more)


def allowed_by_machine(row: Transition, case: Case, released: bool) -> bool:
    """Asked as the single path asks; entering, with the fact of the release, which no case has yet."""
    reason = row.reasons[0] if row.reasons else None
    if row.source is not None:
        return case.state == row.source and not refusals(case, row.action, actor=SYSTEM, on=ON, reason=reason)
    subject = Subject(case, ON, row.action, reason, import_released=released)
    facts = {name: READERS[name](subject) for name in CASE.facts_needed(None, row.action, reason)}
    return not CASE.refusals(None, row.action, Attempt(workflow_actor(SYSTEM), ON, row.action, None, reason, facts))


def chosen_by_sql(row: Transition, here: Scope) -> set[int]:
    condition = here.condition(row.when) if row.source is None else here.allows_row(row)
    return set(db.session.scalars(here.cases().where(condition)))


@given(city=cities, released=st.booleans())
@examples(8, 150)
@pytest.mark.article("SC-14", "SC-23", "SC-24")
def test_sql_chooses_for_each_row_the_cases_that_the_machine_allows(offices: None, city: list, released: bool) -> None:
    db.session.rollback()
    ids = enter(city)
    here, cases = scope(import_released=released), [db.session.get_one(Case, one) for one in ids]
    for row in SYSTEM_ROWS:
        allowed = {case.id for case in cases if allowed_by_machine(row, case, released)}
        assert chosen_by_sql(row, here) == allowed, (row.action, row.source)


@given(city=cities)
@examples(8, 150)
def test_every_fact_is_in_sql_what_it_is_in_python(offices: None, city: list) -> None:
    db.session.rollback()
    ids = enter(city)
    here = scope()
    columns = [fact(here).label(name) for name, fact in FACTS_SQL.items()]
    rows = {row.id: row for row in db.session.execute(here.cases().add_columns(*columns))}
    for case_id in ids:
        subject = Subject(db.session.get_one(Case, case_id), ON, "stop", "failed_certification")
        for name in FACTS_SQL:
            found = getattr(rows[case_id], name)
            assert found is not None or name not in NEVER_NULL, name
            assert found == READERS[name](subject), (name, case_id)


def test_every_system_row_is_judged_by_sql(offices: None) -> None:
    assert {row.action for row in SYSTEM_ROWS} >= {"certify", "refer", "lapse", "settle"}
    for row in SYSTEM_ROWS:
        assert row.when.names() <= set(FACTS_SQL), row.action


class Strange(Node):
    def names(self):
        return frozenset({"cycle_over"})

    def __repr__(self):
        return "Strange()"


def _broken(op: str) -> Compare:
    tree = Compare("months_suspended", "=", 3)
    object.__setattr__(tree, "op", op)
    return tree


@pytest.mark.parametrize("tree", [
    Fact("no_such_fact"), Fact("digest_now"), Fact("months_suspended"), Not(Fact("no_such_fact")),
    And(Fact("cycle_over"), Fact("no_such_fact")), Or(Fact("cycle_over"), Fact("no_such_fact")), _broken("~"),
    Compare("months_suspended", ">=", Fact("no_such_fact")), Compare("months_suspended", ">=", Fact("cycle_over")),
    Compare("months_suspended", ">=", "3"), Compare("months_suspended", ">=", True), Compare("cycle_over", "<", True),
    Strange()], ids=str)
def test_what_sql_cannot_ask_is_refused(offices: None, tree: Node) -> None:
    with pytest.raises(CannotCompile):
        scope().condition(tree)


def test_a_row_that_is_not_the_systems_is_no_bulk_work(offices: None) -> None:
    for action in ("suspend", "resume", "enter_verified", "no_such_action"):
        with pytest.raises(CannotCompile):
            scope().allows(action)


def test_a_guard_that_bulk_work_cannot_ask_is_refused_in_the_table() -> None:
    with pytest.raises(ValueError, match="no_death_reason"):
        guards.system_condition((guards.cycle_over, guards.no_death_reason))


numbers = st.one_of(st.none(), st.integers(0, 3))
leaves = st.builds(Compare, st.sampled_from(("months_suspended", "months_to_stop")),
                   st.sampled_from(("<", "<=", "=", "!=", ">=", ">")),
                   st.one_of(st.integers(0, 3), st.sampled_from(("months_suspended", "months_to_stop")).map(Fact)))
leaves |= st.sampled_from(("cycle_over", "open_objection")).map(Fact)
trees = st.recursive(leaves, lambda inner: st.one_of(
    inner.map(Not), st.lists(inner, max_size=3).map(lambda parts: And(*parts)),
    st.lists(inner, max_size=3).map(lambda parts: Or(*parts))), max_leaves=6)


@given(tree=trees, world=st.fixed_dictionaries({
    "months_suspended": numbers, "months_to_stop": numbers,
    "cycle_over": st.sampled_from((True, False, None)), "open_objection": st.sampled_from((True, False, None))}))
@examples(60, 1000)
@example(tree=Or(Fact("cycle_over"), Fact("open_objection")), world={"cycle_over": True, "open_objection": None})
def test_any_tree_says_in_sql_what_it_says_in_python_and_the_unknown_refuses(offices: None, tree, world) -> None:

    facts = {name: cast(literal(value, Boolean if FACTS[name].shape == "flag" else Integer),
                        Boolean if FACTS[name].shape == "flag" else Integer) for name, value in world.items()}
    try:
        expected = tree.evaluate(world)
    except FactUnknown:
        expected = False
    assert bool(db.session.scalar(select(compiled(tree, facts)))) is expected


days = st.dates(date(1999, 1, 1), date(2035, 12, 31))


@given(start=days, on=days, number=st.integers(-30, 30))
@examples(50, 1000)
@example(start=date(2024, 2, 29), on=date(2025, 2, 28), number=12)
@example(start=date(2026, 1, 31), on=date(2026, 2, 28), number=1)
def test_dates_move_in_sql_as_in_python(offices: None, start: date, on: date, number: int) -> None:
    first = literal(start, Date)
    row = db.session.execute(select(add_months(start, number), add_days(start, number), first_of_month(first),
                                    months_between(first, on))).one()
    assert tuple(row) == (deadlines.add_months(start, number), start + deadlines.DAY * number, start.replace(day=1),
                          deadlines.months_between(start, on))


