"""Signed histories that are not the one history: rewritten, forked, cut back, back-dated. Written by hand."""
from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.audit.attacks.made_up import BEGAN, HASHES, OF_A, MadeUpLog, codes, named, small_log, verified

pytestmark = pytest.mark.sqlite_is_enough


@pytest.fixture(params=HASHES)
def log(request: pytest.FixtureRequest) -> MadeUpLog:
    return small_log(request.param)


def test_a_log_rewritten_and_signed_with_the_stolen_key_fails_against_a_checkpoint_kept_elsewhere(
        log: MadeUpLog, tmp_path: Path) -> None:
    kept = log.checkpoint(7)
    forged = small_log(log.hashing.name, log.keys, told="y")
    folder = forged.export(tmp_path / "e", OF_A, earlier={7: forged.checkpoint(7)})
    assert verified(forged, folder).ok  # by its signatures alone
    assert named(verified(log, folder, kept)) == {"rechained"}


def test_a_history_that_parts_after_a_checkpoint_is_a_fork(log: MadeUpLog, tmp_path: Path) -> None:
    forged = small_log(log.hashing.name, log.keys)
    log.happen("b", "true")
    log.close_batch()
    forged.happen("b", "false")
    forged.close_batch()
    forged.happen(None, "later")
    first, later = log.checkpoint(10), log.checkpoint(12)
    folder = forged.export(tmp_path / "e", OF_A, earlier={10: first, 11: forged.checkpoint(11)}, tiles=True)
    assert verified(forged, folder).ok
    assert named(verified(log, folder, first, later)) == {"forked"}


def test_two_heads_of_one_size_are_a_fork(log: MadeUpLog, tmp_path: Path) -> None:
    forged = small_log(log.hashing.name, log.keys, told="y")
    size = len(log.entries)
    assert "two_heads" in codes(verified(log, forged.export(tmp_path / "e", OF_A), log.checkpoint(size)))


def test_an_old_head_is_found_by_a_later_one_kept_elsewhere(log: MadeUpLog, tmp_path: Path) -> None:
    old = small_log(log.hashing.name, log.keys)
    folder = old.export(tmp_path / "e", OF_A)
    log.happen("b")
    log.close_batch()
    assert verified(log, folder).ok
    assert named(verified(log, folder, log.checkpoint())) == {"cut"}


def test_the_checkpoint_of_its_own_receipt_is_no_later_one(log: MadeUpLog, tmp_path: Path) -> None:
    folder = log.export(tmp_path / "e", OF_A)
    assert verified(log, folder, log.checkpoint()).ok
    log.happen(None)
    assert codes(verified(log, folder, log.checkpoint())) == {"head_shrunk"}


def test_a_record_said_to_be_older_than_those_before_it_is_back_dated(tmp_path: Path) -> None:
    log = small_log()
    log.happen("a", at=BEGAN - timedelta(days=3))
    log.close_batch()
    for tiles in (False, True):
        folder = log.export(tmp_path / f"e{tiles}", [i for i in log.events if i <= 10 and i not in (2, 4, 6)],
                            tiles=tiles, earlier={10: log.checkpoint(10)})
        report = verified(log, folder)
        assert named(report) == {"backdated"} and {f.where for f in report.findings} == {"entry 10"}


def test_what_waited_together_while_the_log_stood_still_is_told_from_one_entry_back_dated(tmp_path: Path) -> None:
    """All that came in one run may be out of order: no entry of it stands out, and it is said once."""
    log, stood = small_log(), BEGAN + timedelta(hours=9)
    for minutes in (300, 5, 10, 290):
        log.happen("a", at=stood - timedelta(minutes=minutes - 200))
    log.close_batch()
    for tiles in (False, True):
        report = verified(log, log.export(tmp_path / f"e{tiles}", [i for i in log.events if i < 14], tiles=tiles,
                                          size=15, earlier={10: log.checkpoint(10)}))
        assert [(f.what, f.code, f.where) for f in report.findings] == [("undated", "waited", "entries 13-13")]
    log.happen("a", at=stood - timedelta(hours=4))  # the next run: whoever comes now was passed over
    log.close_batch()
    assert "went_back" in codes(verified(log, log.export(tmp_path / "after", log.events, tiles=True)))


def test_a_record_that_was_not_there_when_a_witness_saw_the_log_is_back_dated(tmp_path: Path) -> None:
    log = small_log()
    seen = log.checkpoint(10, witnessed=BEGAN + timedelta(days=2))
    log.happen("a", at=BEGAN + timedelta(days=1))
    log.close_batch()
    folder = log.export(tmp_path / "e", (*OF_A, 10), earlier={10: seen})
    assert codes(verified(log, folder)) == {"before_anchor"}
