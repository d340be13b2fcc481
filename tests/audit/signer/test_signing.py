"""The signer signs a log that goes on, and nothing else, whatever state its folder was left in."""
from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from audit.signer import folder as folders
from audit.signer.files import locked
from audit.signer.folder import HEAD, JOURNAL, KEY, Folder
from audit.signer.keys import declare_lost
from audit.signer.refusals import REASONS, SignerRefused
from audit.signer.signing import LocalSigner
from audit.verify import open_checkpoint
from tests.audit.signer.growing import ORIGIN, Log, proof, tree

pytestmark = pytest.mark.sqlite_is_enough

ROOT = Path(__file__).parents[3]


@pytest.fixture
def signer(tmp_path: Path) -> LocalSigner:
    Folder(tmp_path / "signer").create(ORIGIN)
    return LocalSigner(tmp_path / "signer")


def sign(signer: LocalSigner, log: Log, size: int | None = None) -> bytes:
    return signer.sign(log.asked(signer.head(), size))


def refused(signer: LocalSigner, asked: Any) -> str:
    with pytest.raises(SignerRefused) as caught:
        signer.sign(asked)
    assert caught.value.words("zh") and caught.value.words("en")
    return caught.value.code


def test_a_growing_log_is_signed_at_every_size(signer: LocalSigner) -> None:
    log = Log.of(9)
    keys = signer.folder.note_keys()
    for size in (1, 2, 3, 5, 8, 9):
        opened = open_checkpoint(sign(signer, log, size), keys, ORIGIN)
        assert (opened.size, opened.root) == (size, tree(log.leaves[:size]))


def test_the_same_question_has_the_same_answer(signer: LocalSigner) -> None:
    log, head = Log.of(5), signer.head()
    first = signer.sign(log.asked(head))
    assert signer.sign(log.asked(head)) == first == signer.head().note


def test_a_fork_is_refused(signer: LocalSigner) -> None:
    sign(signer, Log.of(5))
    forked = Log.of(7)
    forked.leaves[3] = b"rewritten"
    assert refused(signer, forked.asked(signer.head())) == "FORK"
    assert refused(signer, forked.asked(signer.head(), 5)) == "FORK"


def test_a_back_dated_insert_is_refused(signer: LocalSigner) -> None:
    sign(signer, Log.of(5))
    inserted = Log.of(5)
    inserted.leaves.insert(2, b"back-dated")
    assert refused(signer, inserted.asked(signer.head())) == "FORK"


def test_a_restored_backup_is_refused_also_after_it_has_grown_past_the_head(signer: LocalSigner) -> None:
    sign(signer, Log.of(8))
    restored = Log.of(5)
    assert refused(signer, restored.asked(signer.head())) == "SHRUNK"
    restored.leaves += [b"other business"] * 6
    assert refused(signer, restored.asked(signer.head())) == "FORK"


def test_a_proof_from_an_earlier_head_is_stale_and_asked_anew_it_is_signed(signer: LocalSigner) -> None:
    log, early = Log.of(9), signer.head()
    sign(signer, log, 4)
    assert refused(signer, log.asked(early, 7)) == "STALE"
    assert refused(signer, log.asked(early, 3)) == "STALE"
    assert sign(signer, log, 7)


def test_another_log_is_refused(signer: LocalSigner) -> None:
    assert refused(signer, Log.of(3).asked(signer.head(), origin="pension-eligibility/other")) == "WRONG_ORIGIN"


def test_a_proof_with_a_hash_too_few_or_too_many_is_refused(signer: LocalSigner) -> None:
    log = Log.of(7)
    sign(signer, log, 3)
    asked = log.asked(signer.head())
    for changed in (asked.proof[:-1], (*asked.proof, bytes(32)), (bytes(32), *asked.proof[1:]), ()):
        assert refused(signer, replace(asked, proof=changed)) == "FORK"
    assert refused(signer, replace(asked, root=asked.root[:-1])) == "FORK"


def test_an_old_head_put_in_place_of_the_last_one_changes_nothing(signer: LocalSigner) -> None:
    old = sign(signer, Log.of(4))
    sign(signer, Log.of(8))
    (signer.folder.path / HEAD).write_bytes(old)
    assert signer.head().size == 8
    forked = Log.of(4)
    forked.leaves += [b"other"] * 5
    assert refused(signer, forked.asked(signer.head())) == "FORK"


def test_a_head_that_this_log_never_signed_is_not_believed(signer: LocalSigner) -> None:
    note = sign(signer, Log.of(4))
    (signer.folder.path / JOURNAL).unlink()
    (signer.folder.path / HEAD).write_bytes(note.replace(b"\n4\n", b"\n3\n"))
    assert refused(signer, Log.of(5).asked(as_given(note))) == "HEAD_LOST"


def as_given(note: bytes) -> folders.Head:
    return folders.Head(4, tree(Log.of(4).leaves), note)


def test_a_signer_that_lost_its_state_does_not_begin_anew(signer: LocalSigner) -> None:
    asked = Log.of(4).asked(signer.head())
    for name in (HEAD, JOURNAL):
        (signer.folder.path / name).unlink()
    assert refused(signer, asked) == "HEAD_LOST"
    with pytest.raises(SignerRefused, match="EXISTS"):
        signer.folder.create(ORIGIN)
    shutil.rmtree(signer.folder.path)
    assert refused(signer, asked) == "NO_KEY"


def test_another_key_in_the_folder_signs_nothing(signer: LocalSigner) -> None:
    (signer.folder.path / KEY).write_bytes(bytes(range(32)))
    assert refused(signer, Log.of(2).asked(signer.head())) == "NO_KEY"


@pytest.mark.parametrize("left", [None, b"half a key"])
def test_a_folder_whose_key_is_gone_signs_nothing(signer: LocalSigner, left: bytes | None) -> None:
    (signer.folder.path / KEY).unlink()
    if left:
        (signer.folder.path / KEY).write_bytes(left)
    assert refused(signer, Log.of(2).asked(signer.head())) == "NO_KEY"


ALONE = {"create": lambda path: Folder(path / "new").create(ORIGIN), "sign": lambda path: LocalSigner(path).head(),
         "lost": lambda path: declare_lost(path, ORIGIN, "sha256", [], [])}


@pytest.mark.parametrize("act", ALONE)
def test_while_another_process_is_at_its_folder_it_waits(signer: LocalSigner, act: str) -> None:
    path = signer.folder.path
    (path / "new").mkdir()
    waiting = Thread(target=ALONE[act], args=(path,))
    with locked(path / "new" / "lock" if act == "create" else path / "lock"):
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join(10)
    assert not waiting.is_alive()


def test_a_refusal_is_written_down_once(signer: LocalSigner) -> None:
    sign(signer, Log.of(5))
    for _ in range(3):
        refused(signer, Log.of(3).asked(signer.head()))
    lines = (signer.folder.path / JOURNAL).read_text().splitlines()
    assert [json.loads(line)["act"] for line in lines] == ["signed", "signed", "refused"]


def test_key_and_journal_are_the_signers_alone(signer: LocalSigner) -> None:
    sign(signer, Log.of(2))
    rights = {path.name: path.stat().st_mode & 0o777 for path in signer.folder.path.iterdir()}
    assert set(rights.values()) == {0o600}, rights


KILLED = """
import os, signal, sys
from pathlib import Path
from audit.signer import files, folder
from audit.signer.signing import LocalSigner
from tests.audit.signer.growing import Log
at, calls = int(sys.argv[2]), 0
def counted(real):
    def run(*args):
        global calls
        calls += 1
        if calls == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args)
    return run
os.fsync, os.replace = counted(os.fsync), counted(os.replace)
signer = LocalSigner(Path(sys.argv[1]))
signer.sign(Log.of(9).asked(signer.head()))
"""


@pytest.mark.parametrize("at", range(1, 6))
def test_killed_at_any_write_it_answers_the_same_afterwards(signer: LocalSigner, at: int) -> None:
    sign(signer, Log.of(4))
    early, asked = signer.head(), Log.of(9).asked(signer.head())
    run = subprocess.run([sys.executable, "-c", KILLED, str(signer.folder.path), str(at)], cwd=ROOT, check=False)
    assert run.returncode in (0, -signal.SIGKILL)
    assert run.returncode or at > 4, "a write was not reached"
    note = signer.sign(asked)
    assert signer.sign(asked) == note and signer.head().size == 9
    assert refused(signer, Log.of(9, "x").asked(early)) == "FORK"


def test_a_line_torn_by_a_kill_is_not_read_and_the_next_stands_below_it(signer: LocalSigner) -> None:
    sign(signer, Log.of(4))
    with (signer.folder.path / JOURNAL).open("ab") as journal:
        journal.write(b'{"act": "signed", "size": 9, "no')
    assert signer.head().size == 4
    sign(signer, Log.of(6))
    assert signer.head().size == 6


def test_the_journal_may_be_put_away(signer: LocalSigner) -> None:
    sign(signer, Log.of(4))
    os.rename(signer.folder.path / JOURNAL, signer.folder.path / "journal.2026")
    assert signer.head().size == 4
    assert refused(signer, Log.of(3).asked(signer.head())) == "SHRUNK"


def test_every_refusal_says_what_to_do_in_both_languages() -> None:
    assert all(any("一" <= c <= "鿿" for c in reason.zh) and reason.en.isascii() for reason in REASONS.values())


def test_the_naive_proofs_are_those_of_the_rfc() -> None:
    leaves = Log.of(7).leaves
    assert [len(proof(m, leaves)) for m in (3, 4, 6)] == [4, 1, 3]  # the examples of RFC 6962 2.1.3
