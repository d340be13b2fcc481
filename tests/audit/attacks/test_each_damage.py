"""Each damage that the verifier names, by itself: whoever made the export lied so, and had the log record the lie."""
from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import audit.verify
from audit.tree.tiles import bundle, bundles
from audit.verify import Policy, Unreadable
from tests.audit.attacks.made_up import (
    OF_A,
    PHONE,
    SALT,
    MadeUpLog,
    codes,
    dumped,
    lines_of,
    record_it,
    seal,
    small_log,
    verified,
    write_lines,
)

pytestmark = pytest.mark.sqlite_is_enough
SIZE = 10  # of the small log before its first export
Lines = list[dict[str, Any]]
BESIDE = {"index": 3, "event": "u3-x", "field": "phone", "salt": base64.b64encode(SALT).decode(),
          "value": "13800001111"}


def reversed_siblings(lines: Lines) -> Lines:
    return [line | {"siblings": line["siblings"][::-1]} for line in lines]


def other_version(lines: Lines) -> Lines:
    return [line | {"entry": line["entry"].replace('"v":1', '"v":2')} if line["index"] == 3 else line for line in lines]


# code -> whether by tiles, the file, what becomes of its lines
FILES: dict[str, tuple[bool, str, Callable[[Lines], Lines]]] = {
    "entry_order": (False, "entries.jsonl", lambda a: [a[1], a[0], *a[2:]]),
    "entry_twice": (False, "entries.jsonl", lambda a: [a[0], *a]),
    "entry_not_in_tiles": (True, "entries.jsonl", other_version),
    "case_unproven": (False, "heads.jsonl", lambda a: []),
    "head_false": (False, "heads.jsonl", reversed_siblings),
}


@pytest.mark.parametrize("code", FILES)
def test_a_file_made_otherwise_is_named(tmp_path: Path, code: str) -> None:
    log, (tiles, name, change) = small_log(), FILES[code]
    folder = log.export(tmp_path / "e", OF_A, tiles=tiles)
    write_lines(folder / name, change(lines_of(folder / name)))
    seal(folder, log, SIZE)
    assert codes(verified(log, folder)) == {code} | ({"case_unproven"} if code == "head_false" else set())


@pytest.mark.parametrize(("field", "value"), [
    ("uid", "u0"), ("tx", "t0"), ("position", 1), ("case_seq", 3), ("case", "b"),
    ("recorded_at", "2026-03-01T12:00:00.000000+00:00")])
def test_an_entry_that_tells_something_else_of_its_event_is_named(tmp_path: Path, field: str, value: object) -> None:
    log = small_log()
    entry(log, 3, **{field: value})
    found = verified(log, log.export(tmp_path / "e", OF_A)).findings
    assert [one.detail["field"] for one in found if one.code == "event_meta"] == [field]


def entry(log: MadeUpLog, index: int, **said: object) -> None:
    """The log holds another entry there."""
    log.entries[index] = dumped(json.loads(log.entries[index]) | said, ascii_only=True).encode()


def head(log: MadeUpLog, seq: int, index: int) -> None:
    """The log states another last event of the case."""
    log.entries.pop()
    log.heads["a"] = seq, index
    log.close_batch()


def spelled_otherwise(log: MadeUpLog) -> None:
    log.entries[3] = log.entries[3].replace(b'"v":1', b'"v": 1')


# what -> code, what the log lies about; of the heads only where the map is not made anew of all entries
ENTRIES: dict[str, tuple[str, Callable[[MadeUpLog], None]]] = {
    "other spelling": ("entry_form", spelled_otherwise),
    "another event before it": ("case_link", lambda log: entry(log, 5, prev=1)),
}
HEADS: dict[str, tuple[str, Callable[[MadeUpLog], None]]] = {
    "fewer events than there are": ("case_more", lambda log: head(log, 3, 8)),
    "another last event": ("case_link", lambda log: head(log, 4, 5)),
}


@pytest.mark.parametrize(("what", "tiles"), [*((what, tiles) for what in ENTRIES for tiles in (False, True)),
                                             *((what, False) for what in HEADS)])
def test_a_log_that_lies_about_a_case_is_named(tmp_path: Path, what: str, tiles: bool) -> None:
    log, (code, lie) = small_log(), (ENTRIES | HEADS)[what]
    lie(log)
    assert codes(verified(log, log.export(tmp_path / "e", OF_A, tiles=tiles))) == {code}


def test_a_number_given_twice_is_named(tmp_path: Path) -> None:
    log = MadeUpLog()
    for _ in range(3):
        log.happen("a")
    log.heads["a"] = 1, 1
    log.happen("a")
    log.close_batch()
    assert "case_order" in codes(verified(log, log.export(tmp_path / "e", range(1, 5))))


def tile(log: MadeUpLog, folder: Path) -> Path:
    (only,) = bundles(SIZE)
    return folder / "log" / only.path


TILES: dict[str, Callable[[MadeUpLog, Path], object]] = {
    "tile_gone": lambda log, path: path.unlink(),
    "tile_other": lambda log, path: path.write_bytes(path.read_bytes() + b"\0"),
    "tile_other of fewer": lambda log, path: path.write_bytes(bundle(log.entries[:SIZE - 1])),
    "tree_other": lambda log, path: path.write_bytes(path.read_bytes().replace(b'"u4-x","v":1', b'"u4-y","v":1')),
}


@pytest.mark.parametrize("what", TILES)
def test_a_tile_that_is_not_the_logs_is_named(tmp_path: Path, what: str) -> None:
    log = small_log()
    folder = log.export(tmp_path / "e", OF_A, tiles=True)
    TILES[what](log, tile(log, folder))
    seal(folder, log, SIZE)
    assert what.split()[0] in codes(verified(log, folder))


def manifest(folder: Path, **said: Any) -> None:
    made = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(made | said))


SAID: dict[str, dict[str, Any]] = {
    "other_head": {"checkpoint": {"size": SIZE, "root": "0" * 64}},
    "count_other": {"counts": {"events": 5}},
    "unreadable": {"format": 1},
}


@pytest.mark.parametrize("code", SAID)
def test_a_manifest_that_says_something_else_is_named(tmp_path: Path, code: str) -> None:
    log = small_log()
    folder = log.export(tmp_path / "e", OF_A)
    manifest(folder, **SAID[code])
    record_it(folder, log, SIZE)
    assert codes(verified(log, folder)) == {code}


def test_a_manifest_of_another_form_is_said_to_be_that(tmp_path: Path) -> None:
    log = small_log()
    folder = log.export(tmp_path / "e", OF_A)
    (folder / "manifest.json").write_text("[]")
    (found,) = verified(log, folder).findings
    assert "format" in found.words("en")


def test_a_file_that_the_manifest_does_not_name_is_named(tmp_path: Path) -> None:
    log = small_log()
    folder = log.export(tmp_path / "e", OF_A)
    (folder / "more.txt").write_text("of whom?")
    (found,) = verified(log, folder).findings
    assert (found.code, found.where) == ("file_extra", "more.txt")


def test_more_earlier_checkpoints_than_are_read_are_said_to_be_too_many(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = small_log()
    folder = log.export(tmp_path / "e", OF_A, earlier={4: log.checkpoint(4), 7: log.checkpoint(7)})
    assert verified(log, folder).ok
    monkeypatch.setattr(audit.verify, "MOST_CHECKPOINTS", 1)
    (found,) = verified(log, folder).findings
    assert "too many" in found.words("en")


RECEIPTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "of another event": lambda r: {"canonical": r["canonical"].replace("SYSTEM", "NOBODY")},
    "of another log": lambda r: {"consistency": r["consistency"][::-1]},
    "of another place": lambda r: {"proof": r["proof"][::-1]},
}


@pytest.mark.parametrize("what", RECEIPTS)
def test_a_receipt_that_does_not_hold_is_named(tmp_path: Path, what: str) -> None:
    log = small_log()
    folder = log.export(tmp_path / "e", OF_A)
    seal(folder, log, SIZE)  # two entries further, so that each proof has more than one hash
    receipt = json.loads((folder / "receipt.json").read_text())
    (folder / "receipt.json").write_text(json.dumps(receipt | RECEIPTS[what](receipt)))
    assert codes(verified(log, folder)) == {"receipt_false"}


def test_what_is_no_event_of_an_export_is_no_receipt(tmp_path: Path) -> None:
    log = small_log()
    folder = log.export(tmp_path / "e", OF_A)
    record_it(folder, log, SIZE, "DecisionWithdrawn")
    assert codes(verified(log, folder)) == {"receipt_other"}


@pytest.mark.parametrize(("code", "beside"), [
    ("value_altered", [BESIDE | {"value": "13800002222"}]), ("value_altered", [BESIDE | {"salt": ""}]),
    ("value_extra", [BESIDE, BESIDE]), ("value_extra", [BESIDE, BESIDE | {"field": "z"}]),
    ("value_extra", [BESIDE | {"index": 2}, BESIDE])])
def test_a_personal_value_that_was_not_committed_to_is_named(tmp_path: Path, code: str, beside: Lines) -> None:
    log = small_log()
    assert PHONE in log.events[3]
    assert codes(verified(log, log.export(tmp_path / "e", OF_A, personal=beside))) == {code}


@pytest.mark.parametrize("type_", ["DecisionWithdrawn", "PersonalErased"])
def test_an_erasure_that_is_none_is_named(tmp_path: Path, type_: str) -> None:
    """Another event, or one that is not its entry's."""
    log = small_log()
    index = log.happen(None, type_=type_, data={"event": "u3-x", "field": "phone"})
    line = log.event_line(index) | {"entry": log.entries[index].decode(), "proof": log.proof(index, SIZE + 1)}
    folder = log.export(tmp_path / "e", OF_A, personal=[])
    if type_ == "PersonalErased":
        line["canonical"] = line["canonical"].replace("SYSTEM", "NOBODY")
    write_lines(folder / "erasures.jsonl", [line])
    seal(folder, log, SIZE + 1)
    assert codes(verified(log, folder)) == {"erasure_false", "value_missing"}


@pytest.mark.parametrize("policy", [{}, {"origin": "o", "keys": 1}, {"origin": "o", "keys": [{"key": "none"}]}])
def test_a_policy_that_cannot_be_read_is_said_to_be_that(policy: dict[str, Any]) -> None:
    with pytest.raises(Unreadable, match="policy"):
        Policy.read(policy)
