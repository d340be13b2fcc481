"""The interpreter of `workflows.predicates` for many cases at once: conditions asked of columns of NumPy."""
from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from matching.packed import Numbers
from workflows.predicates import And, Compare, Fact, Node, Not, Or

Columns = Mapping[str, Any]
_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, "=": operator.eq, "!=": operator.ne, ">=": operator.ge, ">": operator.gt,
}


def holds(tree: Node, facts: Columns) -> Numbers:
    """The tree as a column of flags. Raises KeyError for an unknown fact or node."""
    return _NODES[type(tree)](tree, facts)


def _compare(tree: Compare, facts: Columns) -> Numbers:
    right = facts[tree.right.name] if isinstance(tree.right, Fact) else tree.right
    return _OPERATORS[tree.op](facts[tree.fact], right)


def _all(parts: Sequence[Node], facts: Columns, both: Callable[[Any, Any], Any], start: bool) -> Numbers:
    """What is settled by facts that are one value for all is not asked further."""
    found: Any = np.bool_(start)
    for part in parts:
        found = both(found, holds(part, facts))
        if not np.ndim(found) and found != start:
            break
    return found


_NODES: Mapping[type, Callable[[Any, Columns], Numbers]] = {
    Fact: lambda tree, facts: facts[tree.name],
    Compare: _compare,
    Not: lambda tree, facts: np.logical_not(holds(tree.part, facts)),
    And: lambda tree, facts: _all(tree.parts, facts, operator.and_, True),
    Or: lambda tree, facts: _all(tree.parts, facts, operator.or_, False),
}
