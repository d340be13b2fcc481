"""`python -m bench.matching [--people N]`: made-up registers, intake, runs, and others' ways of the same, in one run.

Each step is a process of its own, so that its peak of memory is its own. The method: docs/decisions/102.
"""
from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from bench.matching.made import MONTHS, SOURCES, World, generate, month_end, profiles

FITS = {"pandas, raw": 2_000_000, "PostgreSQL, raw": 2_000_000}  # people, on a machine of two cores and 8 GB
HEAD = f"{'':<26}{'seconds':>9}{'processor':>11}{'peak MB':>9}{'rows/s':>14}{'signs/s':>14}   "


OWN = ("intake", "bare scan", "month before", "full", "incremental", "withdrawn", "withdrawn, full")
OTHERS = ("Polars streaming, raw", "DuckDB SQL, raw", "pandas, raw", "PostgreSQL, raw")


def step(name: str) -> Callable[[World], dict]:
    """What it takes alone is imported, so that no step carries the libraries of another."""
    if name == "generate":
        return lambda world: generate(world) or {}
    module = "own" if name in OWN else "postgresql" if name.startswith("PostgreSQL") else "raw"
    return import_module(f"bench.matching.{module}").STEPS[name]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.matching")
    parser.add_argument("--people", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--folder", type=Path, help="where to make it; a temporary one when left out")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--skip", nargs="*", default=[], help="steps to leave out")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        print(json.dumps(_measured(World(asked.people[0], asked.folder), asked.step)))
        return
    figures = {str(people): _table(people, asked) for people in asked.people}
    if len(asked.people) > 1:
        _growth(figures)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False), "utf-8")


def _measured(world: World, name: str) -> dict:
    act = step(name)
    profiles(month_end(MONTHS - 1))  # the rules are read from YAML before the clock starts, for everybody
    start, busy = time.perf_counter(), time.process_time()
    found = act(world)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    status = Path("/proc/self/status").read_text("ascii").splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024
    return {"seconds": seconds, "processor": busy, "peak": peak} | found


def _table(people: int, asked: argparse.Namespace) -> dict[str, dict]:
    folder = Path(tempfile.mkdtemp(prefix="matching-", dir=asked.folder))
    print(f"\n{people:,} people, {people // MONTHS * MONTHS * SOURCES:,} signs in {MONTHS * SOURCES} loads; "
          f"load {os.getloadavg()[0]:.1f}\n{HEAD}", flush=True)
    figures: dict[str, dict] = {}
    try:
        for name in ("generate", *OWN, *OTHERS):
            if name in asked.skip or people > FITS.get(name, people):
                continue
            figures[name] = _child(people, folder, name)
            print(_row(name, figures[name], people), flush=True)
        _verify(World(people, folder), figures)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return figures


def _child(people: int, folder: Path, name: str) -> dict:
    command = [sys.executable, "-m", "bench.matching", "--people", str(people), "--folder", str(folder), "--step", name]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _row(name: str, one: dict, people: int) -> str:
    seconds, rows = one["seconds"], one.get("rows", 0)
    line = f"{name:<26}{seconds:>9.2f}{one['processor']:>11.2f}{one['peak']:>9.0f}{rows / seconds:>14,.0f}"
    line += f"{people * SOURCES / seconds:>14,.0f}   "
    if "changed" in one:
        line += f"{one['mode']}, {one['changed']:,} changes "
    return line + " ".join(f"{key} {number:,}" for key, number in sorted(one.get("lists", {}).items()))


def _verify(world: World, figures: dict[str, dict]) -> None:
    """All engines found the same lists; incremental runs left the files of full ones."""
    from bench.matching.own import same

    told = {json.dumps(one["lists"], sort_keys=True) for name, one in figures.items()
            if name.endswith("raw") or name in ("full", "incremental")}
    print("same numbers on the lists:", len(told) == 1)
    for one, other in (("quick", "full"), ("without", "afresh")):
        print(f"{one} and {other}: the same to the bit:", same(world, one, other))
    full, polars = figures["full"], figures.get("Polars streaming, raw")
    if polars:
        print(f"full run: {full['seconds'] / polars['seconds']:.2f} of the time of Polars, "
              f"{full['peak'] / polars['peak']:.2f} of its memory")
    for name in ("incremental", "withdrawn"):
        print(f"{name}: {figures[name]['seconds'] / full['seconds']:.2f} of the full run")


def _growth(figures: dict[str, dict]) -> None:
    sizes = sorted(figures, key=int)
    for name in ("full", "incremental"):
        per = [figures[size][name]["seconds"] / int(size) * 1e6 for size in sizes]
        print(f"{name}: seconds a million people:", ", ".join(f"{int(size):,}: {one:.3f}"
                                                            for size, one in zip(sizes, per, strict=True)))


if __name__ == "__main__":
    main()
