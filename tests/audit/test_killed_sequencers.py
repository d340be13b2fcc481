"""A sequencer killed at any moment leaves a log that goes on."""
from __future__ import annotations

import os
import signal
import time

from flask import Flask

from audit import sequencer
from tests.audit.sequenced import MANY, bulk, entries, whole
from tests.promises.servers import ANSWER_WITHIN, PROCESSES

KILLS = 50 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 3
GIVEN = ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY", "SQLALCHEMY_DATABASE_URI", "INSTANCE_DIR", "LOG_ORIGIN", "SIGNER_DIR",
         "OWNER_DATABASE_URI")


def sequencing(config: dict[str, object]) -> None:
    """In a process of its own, until it is killed."""
    from app import create_app

    sequencer.SHARE = 20
    with create_app(config).app_context():
        while True:
            sequencer.sequence(at_most=40)


def grown(size: int) -> None:
    """Until the log has more entries."""
    end = time.monotonic() + 30
    while len(entries()) <= size and time.monotonic() < end:
        time.sleep(0.002)
    assert len(entries()) > size


def test_a_kill_at_any_moment_loses_nothing_and_gives_nothing_twice(context: Flask, cases: list[int]) -> None:
    bulk(cases * (MANY // 5))
    config = {name: context.config.get(name) for name in GIVEN}
    for kill in range(KILLS):
        for case_id in cases:
            bulk([case_id])
        before = entries()
        process = PROCESSES.Process(target=sequencing, args=(config,))
        process.start()
        grown(len(before))
        time.sleep(0.003 * (kill % 10))  # somewhere in a batch after the first
        process.kill()
        process.join(ANSWER_WITHIN)
        assert process.exitcode == -signal.SIGKILL
    sequencer.sequence()
    assert sum(1 for one in whole() if one["kind"] == "event") == MANY + 5 * KILLS
