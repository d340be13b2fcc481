"""The verifier against exports written by hand: what is whole passes, each damage has its name."""
from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import audit.verify
from audit.verify import (
    KINDS,
    SAYS,
    bucket_hash,
    bucket_of,
    report_lines,
    report_object,
    root,
    verify_export,
)
from tests.audit.attacks.made_up import (
    BEGAN,
    HASHES,
    OF_A,
    PHONE,
    SALT,
    Keys,
    MadeUpLog,
    codes,
    lines_of,
    named,
    seal,
    small_log,
    verified,
    write_lines,
)

pytestmark = pytest.mark.sqlite_is_enough
BESIDE = {"index": 3, "event": "u3-x", "field": "phone", "salt": base64.b64encode(SALT).decode(),
          "value": "13800001111"}


@pytest.fixture(params=HASHES)
def log(request: pytest.FixtureRequest) -> MadeUpLog:
    return small_log(request.param)


@pytest.mark.parametrize("tiles", [False, True])
def test_a_whole_export_is_whole(log: MadeUpLog, tmp_path: Path, tiles: bool) -> None:
    folder = log.export(tmp_path / "e", OF_A, tiles=tiles, earlier={7: log.checkpoint(7)})
    report = verified(log, folder, log.checkpoint(7), log.checkpoint(0))
    assert (list(report.findings), report.events, report.cases, report.checked) == ([], 4, 1, (7, 0))
    assert report_object(report)["ok"] and "WHOLE" in "\n".join(report_lines(report, "en"))
    assert "完好" in "\n".join(report_lines(report, "zh"))


def test_an_archive_is_read_like_its_folder(log: MadeUpLog, tmp_path: Path) -> None:
    folder = log.export(tmp_path / "e", OF_A)
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"audit-export/{path.name}")
    assert verified(log, tmp_path / "e.zip").ok
    with zipfile.ZipFile(tmp_path / "e.zip", "a") as archive, pytest.warns(UserWarning):
        archive.writestr("audit-export/events.jsonl", "")
    assert "file_twice" in codes(verified(log, tmp_path / "e.zip"))


def test_the_verifier_runs_alone(tmp_path: Path) -> None:
    log, script = small_log(), tmp_path / "alone" / "verify.py"
    script.parent.mkdir()
    shutil.copy(audit.verify.__file__, script)
    folder, policy, note = log.export(tmp_path / "e", OF_A), tmp_path / "policy.json", tmp_path / "note"
    policy.write_text(json.dumps(log.keys.written("sha256")))
    note.write_bytes(log.checkpoint(7))

    def run(*more: str) -> tuple[int, str]:
        done = subprocess.run([sys.executable, "-I", str(script), str(folder), "--policy", str(policy), *more],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    assert run("--lang", "en")[0] == 0 and run("--lang", "en")[1].startswith("WHOLE")
    code, told = run("--json", "--checkpoint", str(note))
    assert (code, json.loads(told)["counts"]) == (1, {"no_consistency": 1})
    write_lines(folder / "events.jsonl", lines_of(folder / "events.jsonl")[:-1])
    code, told = run()
    assert code == 1 and "末尾被截去: entry 8" in told and "cut at the end: entry 8" in told
    policy.unlink()
    assert run() == (2, "")


Change = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


def with_text(line: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return line | {"canonical": line["canonical"].replace(old, new, 1)}


def contents_swapped(a: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [a[1] | {"index": a[0]["index"]}, a[0] | {"index": a[1]["index"]}, *a[2:]]


CHANGES: dict[str, tuple[Change, str, str]] = {  # what -> (change of events.jsonl, code, where)
    "one byte": (lambda a: [a[0], with_text(a[1], '"told":"x"', '"told":"y"'), *a[2:]], "event_altered",
                 "events.jsonl line 2"),
    "one row removed": (lambda a: [a[0], *a[2:]], "event_gone", "entry 3, case a number 2"),
    "two swapped": (lambda a: [a[1], a[0], *a[2:]], "event_order", "events.jsonl line 2"),
    "two swapped with their places": (contents_swapped, "event_swapped", "events.jsonl line 1"),
    "tail cut": (lambda a: a[:2], "events_cut", "entry 5"),
    "one inserted": (lambda a: [a[0], a[0] | {"index": 2}, *a[1:]], "event_unknown", "events.jsonl line 2"),
    "one copied": (lambda a: [a[0], a[0], *a[1:]], "event_twice", "events.jsonl line 2"),
    "moved to another case": (lambda a: [with_text(with_text(a[0], '"case":"a"', '"case":"b"'), "u1", "u2"), *a[1:]],
                              "event_misplaced", "events.jsonl line 1"),
    "digest beside it": (lambda a: [a[0] | {"digest": "0" * 64}, *a[1:]], "event_digest", "events.jsonl line 1"),
    "other spelling": (lambda a: [with_text(a[0], '"v":1', '"v": 1'), *a[1:]], "event_form", "events.jsonl line 1"),
}


@pytest.mark.parametrize("tiles", [False, True])
@pytest.mark.parametrize("way", CHANGES)
def test_a_change_of_the_events_is_named_with_its_place(log: MadeUpLog, tmp_path: Path, way: str, tiles: bool) -> None:
    folder = log.export(tmp_path / "e", OF_A, tiles=tiles)
    assert verified(log, folder).ok
    change, code, where = CHANGES[way]
    write_lines(folder / "events.jsonl", change(lines_of(folder / "events.jsonl")))
    found = {(f.code, f.where) for f in verified(log, folder).findings}
    assert {(code, where), ("file_altered", "events.jsonl")} <= found
    assert {c for c, _ in found} <= {code, "file_altered", "event_digest"} | ({"event_altered"} if "spelling" in way
                                                                             else set())


@pytest.mark.parametrize("tiles", [False, True])
@pytest.mark.parametrize("gone", OF_A)
def test_an_event_left_out_at_the_export_makes_the_case_incomplete(
        log: MadeUpLog, tmp_path: Path, gone: int, tiles: bool) -> None:
    folder = log.export(tmp_path / "e", OF_A, left_out=[gone], tiles=tiles)
    assert named(verified(log, folder)) == {"incomplete"}


def test_heads_of_an_earlier_day_do_not_hide_later_events(log: MadeUpLog, tmp_path: Path) -> None:
    early = MadeUpLog(log.hashing.name, log.keys)
    for case in ("a", "b", "a", None, "a", "b"):
        early.happen(case, "x", personal={"phone": PHONE} if len(early.entries) == 3 else None)
    early.close_batch()
    old_heads = early.head_lines()
    folder = log.export(tmp_path / "e", (1, 3, 5, 7), left_out=[8, 9])
    write_lines(folder / "heads.jsonl", old_heads)
    assert "heads_old" in codes(verified(log, folder))


def test_proofs_of_another_place_prove_nothing(log: MadeUpLog, tmp_path: Path) -> None:
    folder = log.export(tmp_path / "e", OF_A)
    proofs = lines_of(folder / "proofs.jsonl")
    proofs[0]["proof"], proofs[1]["proof"] = proofs[1]["proof"], proofs[0]["proof"]
    write_lines(folder / "proofs.jsonl", proofs)
    assert {f.where for f in verified(log, folder).findings if f.code == "entry_unproven"} == {"entry 1", "entry 3"}


def test_as_many_witnesses_as_the_policy_demands_must_have_signed(log: MadeUpLog, tmp_path: Path) -> None:
    folder = log.export(tmp_path / "e", OF_A)
    assert named(verified(log, folder, cosigned=1)) == {"uncosigned"}
    seen = small_log(log.hashing.name, log.keys).export(tmp_path / "f", OF_A, witnessed=BEGAN + timedelta(hours=1))
    assert verified(log, seen, cosigned=1).ok


def test_a_key_that_stands_in_the_export_is_not_trusted(log: MadeUpLog, tmp_path: Path) -> None:
    forged = small_log(log.hashing.name, Keys())
    folder = forged.export(tmp_path / "e", OF_A)
    (folder / "policy.json").write_text(forged.keys.log_key.written)
    assert "unsigned" in named(verified(log, folder))


def test_a_key_signs_only_from_its_size_on(tmp_path: Path) -> None:
    log = small_log()
    folder = log.export(tmp_path / "e", OF_A)
    policy = log.keys.policy("sha256")
    late = policy.__class__(policy.origin, policy.hashing, ((log.keys.log_key, 500, None),), (), 0, 3600)
    assert "wrong_key" in codes(verify_export(folder, late))


def test_a_manifest_made_anew_is_not_the_one_the_log_recorded(log: MadeUpLog, tmp_path: Path) -> None:
    folder = log.export(tmp_path / "e", [*OF_A, 4], whole=False)
    receipt = (folder / "receipt.json").read_bytes()
    for name in ("events.jsonl", "entries.jsonl", "proofs.jsonl"):
        write_lines(folder / name, [line for line in lines_of(folder / name) if line["index"] != 4])
    seal(folder, log, 10)
    assert verified(log, folder).ok  # whoever can make the log record it
    (folder / "receipt.json").write_bytes(receipt)
    assert codes(verified(log, folder)) == {"receipt_other"}
    (folder / "receipt.json").unlink()
    assert codes(verified(log, folder)) == {"no_receipt"}


def test_personal_values_are_those_committed_to(log: MadeUpLog, tmp_path: Path) -> None:
    def found(name: str, *beside: dict[str, Any]) -> set[tuple[str, str]]:
        made = small_log(log.hashing.name, log.keys).export(tmp_path / name, OF_A, personal=beside)
        return {(f.what, f.where) for f in verified(log, made).findings}

    assert found("whole", BESIDE) == set()
    assert found("missing") == {("missing", "events.jsonl line 2")}
    assert found("altered", BESIDE | {"value": "13800002222"}) == {("altered", "events.jsonl line 2")}
    assert found("erased without an event", BESIDE | {"salt": None, "value": None}) == {
        ("missing", "events.jsonl line 2")}
    assert {what for what, _ in found("extra", BESIDE, BESIDE | {"field": "z"})} == {"inserted"}


def test_an_erasure_that_the_log_proves_is_none_missing(log: MadeUpLog, tmp_path: Path) -> None:
    index = log.happen(None, type_="PersonalErased", data={"event": "u3-x", "field": "phone"})
    folder = log.export(tmp_path / "e", OF_A, personal=[])
    line = log.event_line(index) | {"entry": log.entries[index].decode(), "proof": log.proof(index, 11)}
    size = 11
    for proof, code in ((line["proof"], None), (log.proof(3, 11), "entry_unproven")):
        write_lines(folder / "erasures.jsonl", [line | {"proof": proof}])
        seal(folder, log, size)
        assert code in codes(verified(log, folder)) if code else verified(log, folder).ok


@pytest.mark.parametrize("name", ["events.jsonl", "entries.jsonl", "proofs.jsonl", "manifest.json", "checkpoint",
                                  "receipt.json", "heads.jsonl"])
def test_what_cannot_be_read_is_said_and_never_passes(tmp_path: Path, name: str) -> None:
    log = small_log()
    folder = log.export(tmp_path / "e", OF_A)
    for junk in (b"", b"[]\n", b"{}\n", b'{"index":"x"}\n', b"\xff\xfe", b"[" * 5000):
        (folder / name).write_bytes(junk)
        assert not verified(log, folder).ok, junk
    (folder / name).unlink()
    assert not verified(log, folder).ok


def test_every_finding_has_words_in_both_languages() -> None:
    assert {kind for kind, _zh, _en in SAYS.values()} <= set(KINDS)
    assert all(zh and en for _kind, zh, en in SAYS.values())


def test_the_map_of_heads_is_the_tree_over_all_buckets() -> None:
    log = small_log()
    buckets = [log.hashing.empty()] * 65536
    for case in log.heads:
        number = bucket_of(log.hashing, case)
        buckets[number] = bucket_hash(log.hashing, log.lines(number))
    assert root(buckets, log.hashing) == log.map_node(16, 0)
