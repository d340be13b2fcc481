"""`make bench-compare`: decisions a second beside Django, django-fsm-2 and django-auditlog, two processes each.

Both on the same PostgreSQL server (durable, as in real use), turn by turn, so that the machine's pace is shared.
"""
from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.__main__ import database
from tests.engines import connection, make_url

HERE = Path(__file__).parent
PYTHON = {"ours": sys.executable, "django": str(HERE / ".venv/bin/python")}
WORKERS = 2


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.compare")
    parser.add_argument("--decisions", type=int, default=20, help="of each process in each turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--cases", type=int, default=10_000, help="of the product; one in thirty can be decided")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database("postgresql", Path(folder)) as url:
        sides = {name: _side(name, url, folder) for name in PYTHON}
        for name, side in sides.items():
            _finished([*side, "make", str(asked.cases if name == "ours" else 2_000)])
        for name, side in sides.items():
            _show_writes(name, json.loads(_finished([*side, "writes"])))
        _turns(sides, asked.turns, asked.decisions)


def _turns(sides: dict[str, list[str]], turns: int, decisions: int) -> None:
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(turns):
        for name, side in sides.items():
            seconds, busy = _turn(side, turn, decisions)
            rates[name].append(WORKERS * decisions / seconds)
            print(f"turn {turn + 1} {name:<8}{rates[name][-1]:>8.1f} decisions/s   "
                  f"{busy / WORKERS / decisions * 1000:>6.1f} ms of a processor each   load {os.getloadavg()[0]:.1f}",
                  flush=True)
    middle = {name: sorted(found)[len(found) // 2] for name, found in rates.items()}
    print(f"\nmedian: {middle}; ours / django = {middle['ours'] / middle['django']:.2f}")


def _turn(side: list[str], turn: int, decisions: int) -> tuple[float, float]:
    """Seconds until the last worker was done, and processor seconds of all."""
    need = decisions + 3  # each process first does three that are not timed; what is done is no longer suspended
    workers = [subprocess.Popen([*side, "run", str(number * need), str(decisions)], text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE) for number in range(WORKERS)]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    times = [json.loads(worker.communicate()[0]) for worker in workers]
    return max(seconds for seconds, _ in times), sum(busy for _, busy in times)


def _side(name: str, url: str, folder: str) -> list[str]:
    server = make_url(url)
    with connection(server) as raw:
        raw.execute(f"CREATE DATABASE compare_{name}")
    address = server.set(database=f"compare_{name}").render_as_string(hide_password=False)
    if name == "ours":
        return [PYTHON[name], "-m", "bench.compare.ours", address, folder]
    return [PYTHON[name], str(HERE / "django_side.py"), address]


def _finished(command: list[str]) -> str:
    """The last line it prints."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return (done.stdout.strip().splitlines() or [""])[-1]


def _show_writes(name: str, seen: dict[str, int]) -> None:
    other = seen.pop("(other statements)", 0)
    print(f"{name}: {sum(seen.values())} statements that write, {other} others, a decision")
    for statement, times in sorted(seen.items()):
        print(f"    {times:>3} {statement}")


if __name__ == "__main__":
    main()
