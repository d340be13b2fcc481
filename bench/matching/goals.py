"""The goals beside what was measured: met or missed, at each size; and how it grows."""
from __future__ import annotations

from collections.abc import Iterator, Mapping

OWN_RUNS = ("month before", "full", "incremental", "withdrawn", "withdrawn, full")
GROWING = ("full", "incremental", "withdrawn")
PEAK, QUARTER, FIFTH = 512, 0.25, 0.2  # MB; parts
LINEAR = 1.2  # seconds a million people, of the largest size against the smallest
POLARS = "Polars streaming, raw"
Figures = Mapping[str, Mapping[str, Mapping]]


def judged(figures: Figures) -> Iterator[str]:
    for size in sorted(figures, key=int):
        yield f"{int(size):,} people"
        yield from (f"  {_word(found <= goal)}  {what}: {found:.2f} (goal: {goal:g} at most)"
                    for what, found, goal in _goals(figures[size]))
        yield from (f"  {_word(held)}  {what}" for what, held in figures[size]["same"].items())
    if len(figures) > 1:
        yield from _growth(figures)


def _word(met: bool) -> str:
    return "met   " if met else "MISSED"


def _goals(of: Mapping[str, Mapping]) -> Iterator[tuple[str, float, float]]:
    if POLARS in of:
        for what, goal in (("seconds", 1), ("processor", 1), ("peak", FIFTH)):
            yield f"full run, of Polars, {what}", of["full"][what] / of[POLARS][what], goal
    yield "peak of a run, MB", max(of[name]["peak"] for name in OWN_RUNS), PEAK
    for name, whole in (("incremental", "full"), ("withdrawn", "withdrawn, full")):
        for what in ("seconds", "processor"):
            yield f"{name}, of the full run, {what}", of[name][what] / of[whole][what], QUARTER


def _growth(figures: Figures) -> Iterator[str]:
    sizes = sorted(figures, key=int)
    for name in GROWING:
        for what in ("seconds", "processor"):
            per = [figures[size][name][what] / int(size) * 1e6 for size in sizes]
            told = ", ".join(f"{int(size):,}: {one:.3f}" for size, one in zip(sizes, per, strict=True))
            yield f"{_word(per[-1] <= LINEAR * per[0])}  {name}, {what} a million people: {told}"
