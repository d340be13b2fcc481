"""Predicate trees compiled to SQL: the same guard, asked of all cases at once (design.md section 5, rule 13).

A fact that is NULL is unknown, and the unknown refuses, wherever in the tree it stands: as in Python.
"""
from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, and_, false, literal, not_, or_, true

from workflows.facts import FACTS
from workflows.predicates import OPERATORS, And, Compare, Fact, Node, Not, Or

Facts = Mapping[str, ColumnElement[Any]]
_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType({
    "<": operator.lt, "<=": operator.le, "=": operator.eq, "!=": operator.ne, ">=": operator.ge, ">": operator.gt,
})
_ORDERED = ("number",)
_EQUAL_ONLY = ("flag", "text", "person")
_LITERALS: Mapping[str, type] = MappingProxyType({"number": int, "person": int, "flag": bool, "text": str})


class CannotCompile(ValueError):
    """The tree names a fact, operator, shape or node that SQL is not told how to ask."""


def compiled(tree: Node, facts: Facts, never_null: Collection[str] = ()) -> ColumnElement[bool]:
    """The tree as a condition over `facts` (name -> expression); never NULL. Raises CannotCompile.

    `never_null`: facts that have a value for every case, so that they need not be asked twice.
    """
    condition = _node(tree, facts)
    known = [facts[name].is_not(None) for name in sorted(tree.names()) if name not in never_null]
    return and_(*known, condition)


def _node(tree: Node, facts: Facts) -> ColumnElement[bool]:
    if type(tree) not in _NODES:
        raise CannotCompile(f"no such node: {type(tree).__name__}")
    return _NODES[type(tree)](tree, facts)


def _expression(name: str, facts: Facts) -> ColumnElement[Any]:
    if name not in FACTS or name not in facts:
        raise CannotCompile(f"no such fact: {name}")
    return facts[name]


def _shape(name: str, facts: Facts) -> str:
    _expression(name, facts)
    return FACTS[name].shape


def _flag(tree: Fact, facts: Facts) -> ColumnElement[bool]:
    if _shape(tree.name, facts) != "flag":
        raise CannotCompile(f"not a flag: {tree.name}")
    return _expression(tree.name, facts)


def _compare(tree: Compare, facts: Facts) -> ColumnElement[bool]:
    shape = _shape(tree.fact, facts)
    if tree.op not in OPERATORS or tree.op not in _OPERATORS:
        raise CannotCompile(f"no such operator: {tree.op}")
    if shape not in _ORDERED and (shape not in _EQUAL_ONLY or tree.op not in ("=", "!=")):
        raise CannotCompile(f"{tree.op} of a {shape}: {tree.fact}")
    return _OPERATORS[tree.op](_expression(tree.fact, facts), _right(tree.right, shape, facts))


def _right(right: object, shape: str, facts: Facts) -> ColumnElement[Any]:
    if isinstance(right, Fact):
        if _shape(right.name, facts) != shape:
            raise CannotCompile(f"not a {shape}: {right.name}")
        return _expression(right.name, facts)
    if type(right) is not _LITERALS[shape]:
        raise CannotCompile(f"not a {shape}: {right!r}")
    return literal(right)


_NODES: Mapping[type, Callable[[Any, Facts], ColumnElement[bool]]] = MappingProxyType({
    Fact: _flag,
    Compare: _compare,
    Not: lambda tree, facts: not_(_node(tree.part, facts)),
    And: lambda tree, facts: and_(true(), *(_node(part, facts) for part in tree.parts)),
    Or: lambda tree, facts: or_(false(), *(_node(part, facts) for part in tree.parts)),
})
