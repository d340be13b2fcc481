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

from bench.matching.goals import judged
from bench.matching.made import MONTHS, SOURCES, World, generate, month_end, profiles

BY_HAND = ("DuckDB SQL, raw", "pandas, raw", "PostgreSQL, raw")  # up to --by-hand people
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
    parser.add_argument("--by-hand", type=int, default=2_000_000,
                        help=f"people up to which {', '.join(BY_HAND)} are tried")
    parser.add_argument("--skip", nargs="*", default=[], help="steps to leave out")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        print(json.dumps(_measured(World(asked.people[0], asked.folder), asked.step)))
        return
    figures = {}
    for people in asked.people:
        figures[str(people)] = _table(people, asked)
        if asked.json:
            asked.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False), "utf-8")
    print("\n" + "\n".join(judged(figures)))


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
            if name in asked.skip or name in BY_HAND and people > asked.by_hand:
                continue
            found = _child(people, folder, name)
            if found is None:
                print(f"{name:<26}did not finish", flush=True)
                continue
            figures[name] = found
            print(_row(name, found, people), flush=True)
        figures["same"] = _same(World(people, folder), figures)
        print("; ".join(f"{what}: {held}" for what, held in figures["same"].items()), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return figures


def _child(people: int, folder: Path, name: str) -> dict | None:
    """None where it was ended, as by want of memory; what is ours may not be."""
    command = [sys.executable, "-m", "bench.matching", "--people", str(people), "--folder", str(folder), "--step", name]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=name not in OTHERS)
    for left in ("spill", "duckdb.parquet", "polars.parquet", "pandas.parquet"):
        shutil.rmtree(folder / left, ignore_errors=True) if left == "spill" else (folder / left).unlink(missing_ok=True)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def _row(name: str, one: dict, people: int) -> str:
    seconds, rows = one["seconds"], one.get("rows", 0)
    line = f"{name:<26}{seconds:>9.2f}{one['processor']:>11.2f}{one['peak']:>9.0f}{rows / seconds:>14,.0f}"
    line += f"{people * SOURCES / seconds:>14,.0f}   "
    if "changed" in one:
        line += f"{one['mode']}, {one['changed']:,} changes "
    return line + " ".join(f"{key} {number:,}" for key, number in sorted(one.get("lists", {}).items()))


def _same(world: World, figures: dict[str, dict]) -> dict[str, bool]:
    """All engines found the same lists; incremental runs left the files of full ones."""
    from bench.matching.own import same

    told = {json.dumps(one["lists"], sort_keys=True) for name, one in figures.items()
            if name.endswith("raw") or name in ("full", "incremental")}
    return {"same numbers on the lists": len(told) == 1,
            "incremental as full, to the bit": same(world, "quick", "full"),
            "withdrawn as full, to the bit": same(world, "without", "afresh")}


if __name__ == "__main__":
    main()
