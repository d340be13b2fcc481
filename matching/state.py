"""What a run leaves of each case, and a later one starts from: what is folded of its signs, and where it stands.

The cases themselves are not written again: row for row they are those of the run's population.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.columns import Folded
from matching.files import arrays_of, write_arrays
from matching.listed import Stands
from matching.packed import NO_SIGN, Numbers
from matching.predicates import Columns
from matching.same_cases import UNKNOWN, Again, again
from matching.store import Store
from matching.verdicts import named

FEW_COLUMNS = ("at", "which", "key")  # row of the case, one of columns.FEW, packed sign
EACH = ("verdict", "proof")


@dataclass(frozen=True)
class State:
    """What a run left of cases. None of it may be written to.

    profile, verdict (number of a row of the plan's `verdicts`): UNKNOWN of a case that was not there. profile, told:
    columns of the run's population. gone, stood: its cases that are not among those asked for, and where they stood.
    """

    profile: Numbers
    verdict: Numbers
    folded: Folded
    told: Columns
    gone: Numbers
    stood: Stands


def write_state(store: Store, run: str, bucket: int, verdict: Numbers, folded: Folded, told: Mapping[str, str]) -> None:
    """What few cases have stands in a file beside, written first: where the state is, it is."""
    write_arrays(store.few(run, bucket), dict(zip(FEW_COLUMNS, folded.settled(), strict=True)), later=True)
    each = dict(zip(EACH, (verdict, folded.proof), strict=True))
    write_arrays(store.state(run, bucket), each, told, later=True)


def read_state(store: Store, run: str, bucket: int, people: Columns, told: Sequence[str] = ()) -> State | None:
    """The state of these cases, in their order; None where the run had nobody in that bucket.

    A case that is now about another person counts as new.
    """
    path, population = store.state(run, bucket), store.population(run, bucket)
    if not path.is_file() or not population.is_file():
        return None
    then = arrays_of(population, ("case", "person", "profile", *told))
    verdict, proof = arrays_of(path, EACH).values()
    folded = Folded(proof, [tuple(arrays_of(store.few(run, bucket), FEW_COLUMNS).values())])
    found = again(then, people)
    if found is None:
        return State(then["profile"], verdict, folded, then, then["case"][:0], Stands(verdict[:0], proof[:0]))
    gone = found.left_out()
    stood = Stands(verdict[gone], named(verdict[gone], folded.of(gone)))
    return State(found.taken(then["profile"], UNKNOWN), found.taken(verdict, UNKNOWN), _moved(folded, found),
                 {name: found.taken(then[name], 0) for name in told}, then["case"][gone], stood)


def read_verdicts(store: Store, run: str, bucket: int) -> tuple[Numbers, Stands]:
    """The cases of a run's bucket and where they stand."""
    path = store.population(run, bucket)
    people = arrays_of(path, ("case",)) if path.is_file() else {"case": np.empty(0, np.int64)}
    verdict, proof = arrays_of(store.state(run, bucket), EACH).values()
    folded = Folded(proof, [tuple(arrays_of(store.few(run, bucket), FEW_COLUMNS).values())])
    return people["case"], Stands(verdict, named(verdict, folded))


def _moved(folded: Folded, cases: Again) -> Folded:
    """What is folded of the cases that were found again, in their order now."""
    at, which, key = folded.settled()
    row = cases.rows_now(at).astype(np.int32)
    kept = np.flatnonzero(row != UNKNOWN)
    few = row[kept], which[kept], key[kept]
    return Folded(cases.taken(folded.proof, NO_SIGN), [few, tuple(part[:0] for part in few)])
