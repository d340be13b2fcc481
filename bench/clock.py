"""Times of repeated acts, and the table they are printed in."""
from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

HEAD = f"{'':<34}{'times':>7}{'median':>11}{'p99':>11}{'a second':>10}   of {'lower bound':<22}{'median':>8}{'p99':>8}"


@dataclass(frozen=True)
class Times:
    """Seconds of each act, ascending."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return self.seconds[len(self.seconds) // 2]

    @property
    def p99(self) -> float:
        return self.seconds[min(len(self.seconds) - 1, len(self.seconds) * 99 // 100)]

    @property
    def rate(self) -> float:
        return len(self.seconds) / sum(self.seconds)


def timed(name: str, act: Callable[[Any], Any], inputs: Iterable[Any], warm: int = 1) -> Times:
    """Each act by itself. The first `warm` inputs are acted on and not counted."""
    seconds = []
    for number, value in enumerate(inputs):
        start = time.perf_counter()
        act(value)
        if number >= warm:
            seconds.append(time.perf_counter() - start)
    return Times(name, tuple(sorted(seconds)))


def row(times: Times, bound: Times | None = None) -> str:
    """One line: milliseconds, acts a second, and how many times the lower bound."""
    line = (f"{times.name:<34}{len(times.seconds):>7,}{times.median * 1000:>8.2f} ms{times.p99 * 1000:>8.2f} ms"
            f"{times.rate:>10,.1f}")
    if bound is None:
        return line
    return f"{line}   {bound.name:<25}{times.median / bound.median:>7.1f}x{times.p99 / bound.p99:>7.1f}x"
