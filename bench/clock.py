"""Times of repeated acts, and the table they are printed in."""
from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HEAD = (f"{'':<30}{'times':>6}{'median':>12}{'p99':>12}{'a second':>10}{'processor':>11}{'p99':>9}"
        f"   of {'lower bound':<23}{'median':>8}{'p99':>8}{'processor':>10}{'p99':>8}")
SERVERS: set[int] = set()  # process ids of the database's own processes that work for this one


@dataclass(frozen=True)
class Times:
    """Seconds of each act on the clock, ascending."""

    name: str
    seconds: tuple[float, ...]
    busy: tuple[float, ...] = ()  # processor seconds, the database's included; neighbours move them little

    @property
    def median(self) -> float:
        return self.seconds[len(self.seconds) // 2]

    @property
    def p99(self) -> float:
        return _p99(self.seconds)

    @property
    def rate(self) -> float:
        return len(self.seconds) / sum(self.seconds)


@dataclass(frozen=True)
class Spent:
    """Seconds: on the clock, of the processor in all, and of those this process's own."""

    clock: float
    busy: float
    own: float

    @classmethod
    def now(cls) -> Spent:
        return cls(time.perf_counter(), processor(), time.process_time())

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.clock - other.clock, self.busy - other.busy, self.own - other.own)

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.clock + other.clock, self.busy + other.busy, self.own + other.own)


def timed(name: str, act: Callable[[Any], Any], inputs: Iterable[Any], warm: int = 1) -> Times:
    """Each act by itself. The first `warm` inputs are acted on and not counted."""
    seconds, busy = [], []
    for number, value in enumerate(inputs):
        before, start = processor(), time.perf_counter()
        act(value)
        took, used = time.perf_counter() - start, processor() - before
        if number >= warm:
            seconds.append(took)
            busy.append(used)
    return Times(name, tuple(sorted(seconds)), tuple(sorted(busy)))


def processor() -> float:
    """Processor seconds so far. Linux tells a process's own in nanoseconds in /proc/<id>/schedstat."""
    servers = sum(int(Path(f"/proc/{one}/schedstat").read_text().split()[0]) for one in SERVERS)
    return time.process_time() + servers / 1e9


def _p99(values: tuple[float, ...]) -> float:
    return values[min(len(values) - 1, len(values) * 99 // 100)]


def _middle(values: tuple[float, ...]) -> float:
    return values[len(values) // 2]


def row(times: Times, bound: Times | None = None) -> str:
    """One line: milliseconds, acts a second, and how many times the lower bound."""
    line = (f"{times.name:<30}{len(times.seconds):>6,}{times.median * 1000:>9.2f} ms{times.p99 * 1000:>9.2f} ms"
            f"{times.rate:>10,.1f}")
    if times.busy:
        line += f"{_middle(times.busy) * 1000:>8.2f} ms{_p99(times.busy) * 1000:>9.2f}"
    if bound is None:
        return line
    line = f"{line:<90}   {bound.name:<26}{times.median / bound.median:>7.1f}x{times.p99 / bound.p99:>7.1f}x"
    if not (times.busy and bound.busy):
        return line
    return f"{line}{_middle(times.busy) / _middle(bound.busy):>9.1f}x{_p99(times.busy) / _p99(bound.busy):>7.1f}x"
