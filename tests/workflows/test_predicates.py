"""Predicate trees: they agree with plain logic, and look at every fact they name."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.facts import FACTS, FactUnknown, read
from workflows.predicates import OPERATORS, And, Compare, Fact, Not, Or

FLAGS = ("cycle_over", "valid_certification", "open_objection")
NUMBERS = ("months_suspended", "months_to_stop")

leaves = st.one_of(
    st.sampled_from(FLAGS).map(Fact),
    st.builds(Compare, st.sampled_from(NUMBERS), st.sampled_from(sorted(OPERATORS)),
              st.one_of(st.integers(0, 5), st.sampled_from(NUMBERS).map(Fact))))
trees = st.recursive(leaves, lambda inner: st.one_of(
    inner.map(Not), st.lists(inner, min_size=1, max_size=3).map(lambda parts: And(*parts)),
    st.lists(inner, min_size=1, max_size=3).map(lambda parts: Or(*parts))), max_leaves=8)
worlds = st.fixed_dictionaries({**dict.fromkeys(FLAGS, st.booleans()), **dict.fromkeys(NUMBERS, st.integers(0, 5))})


def _plain(tree, world) -> bool:
    match tree:
        case Fact(name):
            return world[name]
        case Compare(name, op, right):
            other = world[right.name] if isinstance(right, Fact) else right
            return bool(eval(f"{world[name]} {'==' if op == '=' else op} {other}"))
        case Not(part):
            return not _plain(part, world)
        case And():
            return all(_plain(part, world) for part in tree.parts)
        case Or():
            return any(_plain(part, world) for part in tree.parts)


@given(trees, worlds)
def test_a_tree_says_what_plain_logic_says(tree, world):
    assert tree.evaluate(world) is _plain(tree, world)


@given(trees, worlds, st.data())
def test_a_tree_never_skips_over_an_unknown_fact(tree, world, data):
    missing = data.draw(st.sampled_from(sorted(tree.names())))
    with pytest.raises(FactUnknown) as unknown:
        tree.evaluate({name: value for name, value in world.items() if name != missing})
    assert unknown.value.name == missing


def test_trees_of_the_same_parts_are_equal_and_of_other_words_are_not():
    assert And(Fact("a"), Fact("b")) == And(Fact("a"), Fact("b"))
    assert And(Fact("a")) != Or(Fact("a"))
    with pytest.raises(ValueError):
        Compare("months_suspended", "~", 3)


@pytest.mark.parametrize(("name", "value"), [
    ("death_marked", "no"), ("death_marked", 0), ("death_marked", None), ("months_suspended", True),
    ("months_suspended", "3"), ("first_side", [1]), ("first_side", {"1"}), ("first_side", {True}),
    ("materials_missing", "photo"), ("digest_now", ""), ("pensioner_person", "9"), ("maker", "nobody"),
    ("no_such", True)])
def test_a_fact_of_the_wrong_shape_is_unknown(name, value):
    with pytest.raises(FactUnknown):
        read({name: value}, name)


def test_every_fact_says_what_it_means():
    assert all(shape.meaning for shape in FACTS.values())
