"""`python -m bench.exports [--events 10000 100000]`: time and peak memory of an export, and of verifying it, by size.

Each size in a process of its own, on SQLite. The export's peak is that of a process with the whole application in it.
"""
from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

ON = date(2026, 3, 15)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.exports")
    parser.add_argument("--events", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one)
        return
    for events in given.events:
        subprocess.run([sys.executable, "-m", "bench.exports", "--one", str(events)], check=True)


def one(events: int) -> None:
    from app import create_app
    from audit.events import SignedOut
    from audit.exports.making import Asked, export
    from audit.keeping import signed_checkpoint
    from audit.log import record_bulk
    from audit.policy import policy
    from audit.search import Wanted
    from audit.search import events as found
    from database import create_schema, transaction
    from tests.conftest import configured, fresh_signer

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        app = create_app(configured(f"sqlite:///{path / 'bench.db'}", path / "instance"))
        create_schema(app)
        fresh_signer(app)
        with app.app_context():
            with transaction():
                record_bulk(((SignedOut(account=f"a{n}"), None) for n in range(events)), actor="SYSTEM", on=ON,
                            command="bench")
            signed_checkpoint(ON)
            asked = Asked(found(Wanted()), "all", True)
            step("export", events, lambda: export(asked, path / "e", actor="SYSTEM", on=ON), own_peak)
            (path / "policy.json").write_text(json.dumps(policy()))
        step("verify", events, lambda: verified(path), None)


RUN = ("import runpy, sys; sys.argv = sys.argv[1:]\n"
       "try: runpy.run_path(sys.argv[0], run_name='__main__')\n"
       "except SystemExit as ended: assert not ended.code\n"
       "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])")


def verified(path: Path) -> float:
    """Peak in MB of verify.py running alone."""
    ran = [sys.executable, "-I", "-c", RUN, str(path / "e" / "verify.py"), str(path / "e"), "--policy",
           str(path / "policy.json"), "--lang", "en"]
    return int(subprocess.run(ran, check=True, capture_output=True, text=True).stdout.split()[-1]) / 1024


def own_peak() -> float:
    """Of this process since `forget_peak`, in MB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def step(name: str, events: int, act: Callable[[], Any], peak: Callable[[], float] | None) -> None:
    forget_peak()
    held, began = own_peak(), time.perf_counter()
    answer = act()
    took, most = time.perf_counter() - began, peak() if peak else answer
    before = f" (held before {held:.0f} MB)" if peak else ""
    print(f"{name:8} {events:>9,} events {took:7.1f} s  peak {most:6.0f} MB{before}", flush=True)


if __name__ == "__main__":
    main()
