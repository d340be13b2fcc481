"""Small trees over named facts: evaluated here for one case, compiled to SQL elsewhere for many."""
from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workflows.facts import read

OPERATORS: Mapping[str, Callable[[object, object], bool]] = MappingProxyType({
    "<": operator.lt, "<=": operator.le, "=": operator.eq, "!=": operator.ne, ">=": operator.ge, ">": operator.gt,
})


class Node:
    """evaluate(facts) -> bool looks at every fact of the tree, so that an unknown one is never skipped over."""

    def evaluate(self, facts: Mapping[str, object]) -> bool:
        """True when the tree holds. Raises FactUnknown."""
        for name in sorted(self.names()):
            read(facts, name)
        return self._holds(facts)

    def names(self) -> frozenset[str]:
        raise NotImplementedError

    def _holds(self, facts: Mapping[str, object]) -> bool:
        raise NotImplementedError


@dataclass(frozen=True)
class Fact(Node):
    """A flag; as the right side of Compare, the value of a fact."""

    name: str

    def names(self) -> frozenset[str]:
        return frozenset({self.name})

    def _holds(self, facts):
        return read(facts, self.name) is True


@dataclass(frozen=True)
class Compare(Node):
    """fact, operator, literal or other fact: Compare("months_suspended", ">=", Fact("months_to_stop"))."""

    fact: str
    op: str
    right: object

    def __post_init__(self):
        if self.op not in OPERATORS:
            raise ValueError(f"no such operator: {self.op}")

    def names(self) -> frozenset[str]:
        return frozenset({self.fact}) | (self.right.names() if isinstance(self.right, Fact) else frozenset())

    def _holds(self, facts):
        right = read(facts, self.right.name) if isinstance(self.right, Fact) else self.right
        return OPERATORS[self.op](read(facts, self.fact), right)


@dataclass(frozen=True)
class Not(Node):
    part: Node

    def names(self) -> frozenset[str]:
        return self.part.names()

    def _holds(self, facts):
        return not self.part._holds(facts)


@dataclass(frozen=True, init=False)
class _Many(Node):
    parts: tuple[Node, ...]

    def __init__(self, *parts: Node):
        object.__setattr__(self, "parts", parts)

    def names(self) -> frozenset[str]:
        return frozenset().union(*(part.names() for part in self.parts))


class And(_Many):
    def _holds(self, facts):
        return all(part._holds(facts) for part in self.parts)


class Or(_Many):
    def _holds(self, facts):
        return any(part._holds(facts) for part in self.parts)


Predicate = Fact | Compare | Not | And | Or
