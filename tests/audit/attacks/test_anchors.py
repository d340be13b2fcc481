"""Receipts of witnesses in an export: how far the log is anchored, and every way of pretending. Written by hand."""
from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.tree.proofs import consistency_proof
from audit.verify import Policy, Report, report_lines, report_object, verify_export
from tests.audit.attacks.made_up import (
    BEGAN,
    HASHES,
    OF_A,
    Keys,
    MadeUpLog,
    coded,
    codes,
    named,
    seal,
    small_log,
    write_lines,
)
from tests.audit.witnesses.tokens import DAY, Maker, stamping, token

pytestmark = pytest.mark.sqlite_is_enough
LONG = {"since": BEGAN - 9 * DAY, "until": BEGAN + 9 * DAY}
TSA, SEEN, SIZE = stamping(**LONG), BEGAN + timedelta(hours=1), 10


@pytest.fixture(params=HASHES)
def log(request: pytest.FixtureRequest) -> MadeUpLog:
    return small_log(request.param)


def checked(log: MadeUpLog, folder: Path, *, cosigned: int = 0, stamped: int = 0, tsa: Maker = TSA) -> Report:
    asked = log.keys.written(log.hashing.name, cosigned) | {
        "tsa": [{"name": "the authority", "certificates": tsa.pem}], "stamped": stamped}
    return verify_export(folder, Policy.read(asked))


def anchored(log: MadeUpLog, folder: Path, size: int = 7, *, stamp: bytes | None = None, cosignature: bytes = b"",
             note: bytes = b"", **line: Any) -> Path:
    """The export with the receipts of one checkpoint, which its manifest names. line: what of the index is another."""
    note = note or log.checkpoint(size)
    if stamp is None:
        stamp = token(TSA, note, at=SEEN)
    given = {"size": size, "note": f"anchors/{size}.note", "receipts": [
        {"witness": "tsa", "kind": "time_stamp", "file": f"anchors/{size}-1.tst"},
        {"witness": "city", "kind": "cosigning", "file": f"anchors/{size}-2.cosignature"},
        {"witness": "post", "kind": "mail", "file": None, "words": "<1@example>"}]}
    given["proof"] = coded(consistency_proof(log.hashing, log.node, size, SIZE)) if size < SIZE else []
    (folder / "anchors").mkdir()
    (folder / "anchors" / f"{size}.note").write_bytes(note)
    (folder / "anchors" / f"{size}-1.tst").write_bytes(stamp)
    (folder / "anchors" / f"{size}-2.cosignature").write_bytes(cosignature or cosigned(log, size))
    write_lines(folder / "anchors" / "index.jsonl", [given | line])
    seal(folder, log, json.loads((folder / "manifest.json").read_text())["checkpoint"]["size"])
    return folder


def cosigned(log: MadeUpLog, size: int) -> bytes:
    return log.checkpoint(size, witnessed=SEEN).removeprefix(log.checkpoint(size))


@pytest.mark.parametrize("tiles", [False, True])
def test_an_anchored_checkpoint_before_the_exports_own_satisfies_the_policy(
        log: MadeUpLog, tmp_path: Path, tiles: bool) -> None:
    report = checked(log, anchored(log, log.export(tmp_path / "e", OF_A, tiles=tiles)), cosigned=1, stamped=1)
    assert list(report.findings) == []
    told = report_object(report)["anchored"]
    assert (told["entries"], told["rest"]) == (7, 3)
    assert {(one["name"], one["at"]) for one in told["by"]} == {
        ("the authority", SEEN.isoformat()), ("witness.test", SEEN.isoformat())}
    words = "\n".join(report_lines(report, "en"))
    assert "the first 7 entries" in words and "the last 3 are not anchored yet" in words and "<1@example>" in words
    assert "前 7 条" in "\n".join(report_lines(report, "zh"))


def test_the_exports_own_checkpoint_may_be_the_anchored_one(log: MadeUpLog, tmp_path: Path) -> None:
    report = checked(log, anchored(log, log.export(tmp_path / "e", OF_A), SIZE), cosigned=1, stamped=1)
    assert report.ok and report.anchored["rest"] == 0


def test_receipts_that_a_policy_demands_must_be_there(log: MadeUpLog, tmp_path: Path) -> None:
    folder = log.export(tmp_path / "e", OF_A)
    report = checked(log, folder, cosigned=1, stamped=1)
    assert codes(report) == {"few_witnesses", "few_stamps"} and named(report) == {"uncosigned"}
    assert checked(log, folder).ok and "by no receipt" in "\n".join(report_lines(checked(log, folder), "en"))


def edited(made: bytes) -> bytes:
    return made[:-1] + bytes([made[-1] ^ 1])


EXPIRED, STRANGER = stamping(since=BEGAN - 9 * DAY, until=BEGAN), stamping("stranger", **LONG)
STAMPS: dict[str, tuple[Callable[[MadeUpLog], bytes], Maker, str]] = {
    "of another checkpoint": (lambda log: token(TSA, log.checkpoint(9), at=SEEN), TSA, "stamp_bytes"),
    "by an authority that is not pinned": (lambda log: token(STRANGER, log.checkpoint(7), at=SEEN), TSA,
                                           "stamp_untrusted"),
    "edited by one byte": (lambda log: edited(token(TSA, log.checkpoint(7), at=SEEN)), TSA, "stamp_signature"),
    "by a certificate that had run out": (lambda log: token(EXPIRED, log.checkpoint(7), at=SEEN), EXPIRED,
                                          "stamp_expired"),
    "that is none": (lambda _log: b"x", TSA, "stamp_form"),
}


@pytest.mark.parametrize("way", STAMPS)
def test_a_time_stamp_that_shows_nothing_is_named(log: MadeUpLog, tmp_path: Path, way: str) -> None:
    made, tsa, code = STAMPS[way]
    folder = anchored(log, log.export(tmp_path / "e", OF_A), stamp=made(log))
    report = checked(log, folder, stamped=1, tsa=tsa)
    assert codes(report) == {code, "few_stamps"}
    assert {f.where for f in report.findings if f.code == code} == {"anchors/7-1.tst"}


def test_an_anchor_newer_than_the_export_is_a_log_cut_at_its_end(log: MadeUpLog, tmp_path: Path) -> None:
    folder = log.export(tmp_path / "e", (1, 3, 5), size=8)
    report = checked(log, anchored(log, folder, SIZE), stamped=1)
    assert {"anchor_newer", "few_stamps"} <= codes(report) and "cut" in named(report)


def test_a_consistency_proof_that_is_missing_or_forged_anchors_nothing(log: MadeUpLog, tmp_path: Path) -> None:
    for name, proof, code in (("missing", None, "no_consistency"),
                              ("forged", [base64.b64encode(bytes(32)).decode()], "rewritten")):
        folder = anchored(log, small_log(log.hashing.name, log.keys).export(tmp_path / name, OF_A), proof=proof)
        report = checked(log, folder, cosigned=1, stamped=1)
        assert codes(report) == {code, "few_stamps", "few_witnesses"}
        assert report.anchored["entries"] == 0


@pytest.mark.parametrize("tiles", [False, True])
def test_the_anchor_of_the_true_log_convicts_a_rewritten_one(log: MadeUpLog, tmp_path: Path, tiles: bool) -> None:
    """The stolen key signs another history; the receipts are of the true one."""
    note, witness = log.checkpoint(7), cosigned(log, 7)
    forged = small_log(log.hashing.name, log.keys, told="y")
    folder = anchored(forged, forged.export(tmp_path / "e", OF_A, tiles=tiles), note=note, cosignature=witness,
                      stamp=token(TSA, note, at=SEEN))
    assert {"rechained", "uncosigned"} <= named(checked(forged, folder, cosigned=1, stamped=1))


def test_receipts_of_strangers_anchor_nothing(log: MadeUpLog, tmp_path: Path) -> None:
    stranger = small_log(log.hashing.name, Keys())
    folder = anchored(log, log.export(tmp_path / "e", OF_A), cosignature=cosigned(stranger, 7))
    assert codes(checked(log, folder, cosigned=1)) == {"few_witnesses"}
    other = small_log(log.hashing.name, log.keys)
    folder = anchored(other, other.export(tmp_path / "f", OF_A), note=stranger.checkpoint(7))
    assert {"no_signature", "few_stamps"} <= codes(checked(other, folder, stamped=1))


def test_a_receipt_taken_out_afterwards_is_missed(log: MadeUpLog, tmp_path: Path) -> None:
    folder = anchored(log, log.export(tmp_path / "e", OF_A))
    (folder / "anchors" / "7-1.tst").unlink()
    assert {"file_gone", "unreadable"} <= codes(checked(log, folder))


def test_a_record_that_was_not_there_when_an_authority_stamped_the_log_is_back_dated(tmp_path: Path) -> None:
    log = small_log()
    late = token(TSA, log.checkpoint(9), at=BEGAN + timedelta(days=2))
    log.happen("a", at=BEGAN + timedelta(days=1))
    log.close_batch()
    folder = log.export(tmp_path / "e", (*OF_A, 10))
    proof = coded(consistency_proof(log.hashing, log.node, 9, len(log.entries) - 1))
    assert "before_anchor" in codes(checked(log, anchored(log, folder, 9, stamp=late, proof=proof)))
