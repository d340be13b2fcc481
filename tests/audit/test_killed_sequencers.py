"""A sequencer killed at any moment leaves a log that goes on."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from flask import Flask

from audit.sequencer import sequence
from tests.audit.sequenced import MANY, bulk, entries, whole

KILLS = 50 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 3
ROOT = Path(__file__).resolve().parent.parent.parent
# Forks a sequencer for each line it is sent, and says which: the program is loaded once.
PROCESS = """
import json, os, sys
from pathlib import Path
from app import create_app
import audit.sequencer
config = json.loads(Path(sys.argv[1]).read_text())
app = create_app(config | {k: bytes.fromhex(v) for k, v in config.pop("keys").items()})
audit.sequencer.SHARE = 20
for line in sys.stdin:
    child = os.fork()
    if child:
        print(child, flush=True)
        os.waitpid(child, 0)
        continue
    with app.app_context():
        while True:
            audit.sequencer.sequence(at_most=40)
"""


def sequencers(context: Flask, folder: Path) -> subprocess.Popen:
    keys = ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY")
    names = ("SQLALCHEMY_DATABASE_URI", "INSTANCE_DIR", "LOG_ORIGIN", "SIGNER_DIR", "OWNER_DATABASE_URI")
    config = {name: context.config.get(name) for name in names} | {"keys": {k: context.config[k].hex() for k in keys}}
    (folder / "config.json").write_text(json.dumps(config))
    return subprocess.Popen([sys.executable, "-c", PROCESS, str(folder / "config.json")], text=True, bufsize=1,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)


def grown(size: int) -> None:
    """Until the log has more entries."""
    end = time.monotonic() + 30
    while len(entries()) <= size and time.monotonic() < end:
        time.sleep(0.002)
    assert len(entries()) > size


def test_a_kill_at_any_moment_loses_nothing_and_gives_nothing_twice(context: Flask, cases: list[int],
                                                                    tmp_path: Path) -> None:
    bulk(cases * (MANY // 5))
    with sequencers(context, tmp_path) as process:
        for kill in range(KILLS):
            for case_id in cases:
                bulk([case_id])
            before = entries()
            process.stdin.write("another\n")
            child = int(process.stdout.readline())
            grown(len(before))
            time.sleep(0.003 * (kill % 10))  # somewhere in a batch after the first
            os.kill(child, signal.SIGKILL)
        process.stdin.close()
    sequence()
    assert sum(1 for one in whole() if one["kind"] == "event") == MANY + 5 * KILLS
