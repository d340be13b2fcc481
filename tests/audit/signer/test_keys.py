"""A signer's key is handed over or declared lost; the log goes on from its last head either way."""
from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from audit.signer.folder import HEAD, JOURNAL, KEY, PUBLIC, Folder, Since
from audit.signer.keys import declare_lost, rotate
from audit.signer.refusals import SignerRefused
from audit.signer.signing import LocalSigner
from audit.verify import NoteKey, NoteRefused, open_checkpoint, open_note
from tests.audit.signer.growing import ORIGIN, Log
from tests.audit.signer.test_signing import ROOT, refused, sign, signer

pytestmark = pytest.mark.sqlite_is_enough

__all__ = ["signer"]


def test_after_a_rotation_the_new_key_signs_on_from_the_old_head(signer: LocalSigner) -> None:
    old = signer.folder.key()
    before = sign(signer, Log.of(5))
    since = rotate(signer.folder.path)
    new = NoteKey.read(since.key)
    assert (since.since, signer.head().note) == (6, before)
    after = sign(signer, Log.of(8))
    assert open_checkpoint(after, [new], ORIGIN).size == 8
    with pytest.raises(NoteRefused):
        open_checkpoint(after, [old.note], ORIGIN)
    assert refused(signer, Log.of(8, "x").asked(signer.head())) == "FORK"


def test_a_hand_over_is_signed_by_both_keys_and_is_no_checkpoint(signer: LocalSigner) -> None:
    old = signer.folder.key().note
    since = rotate(signer.folder.path)
    new = NoteKey.read(since.key)
    note = (since.note or "").encode()
    for key in (old, new):
        text = open_note(note, [key]).text.decode()
        with pytest.raises(NoteRefused):
            open_checkpoint(note, [key], ORIGIN)
    assert f"old {old.written}\nnew {new.written}\n" in text


def test_the_old_private_key_is_gone_after_a_rotation(signer: LocalSigner) -> None:
    old = signer.folder.key().raw
    rotate(signer.folder.path)
    assert not any(old in path.read_bytes() for path in signer.folder.path.iterdir() if path.is_file())


KILLED = """
import os, signal, sys
from pathlib import Path
from audit.signer.keys import rotate
at, calls, real = int(sys.argv[2]), 0, os.fsync
def counted(handle):
    global calls
    calls += 1
    if calls == at:
        os.kill(os.getpid(), signal.SIGKILL)
    real(handle)
os.fsync = counted
rotate(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("at", range(1, 11))
def test_killed_in_a_rotation_either_key_signs_and_only_one(signer: LocalSigner, at: int) -> None:
    sign(signer, Log.of(5))
    run = subprocess.run([sys.executable, "-c", KILLED, str(signer.folder.path), str(at)], cwd=ROOT, check=False)
    assert run.returncode == (-signal.SIGKILL if at < 10 else 0), "as many writes as a rotation has"
    after = sign(signer, Log.of(6))
    keys = signer.log_keys()
    assert len(keys) in (1, 2)
    assert open_checkpoint(after, [NoteKey.read(keys[-1].key)], ORIGIN).size == 6
    rotate(signer.folder.path)
    assert len(signer.log_keys()) == len(keys) + 1


def test_a_lost_signer_begins_where_the_witnesses_say_that_it_ended(signer: LocalSigner) -> None:
    witnessed = [sign(signer, Log.of(size)) for size in (3, 7, 5) if size != 5]
    old = signer.log_keys()
    for name in (KEY, HEAD, JOURNAL):
        (signer.folder.path / name).unlink()
    since = declare_lost(signer.folder.path, ORIGIN, "sha256", old, witnessed)
    assert (since.since, since.lost, signer.head().size) == (8, True, 7)
    assert refused(signer, Log.of(5).asked(signer.head())) == "SHRUNK"
    assert refused(signer, Log.of(9, "x").asked(signer.head())) == "FORK"
    assert open_checkpoint(sign(signer, Log.of(9)), [NoteKey.read(since.key)]).size == 9
    assert (next(signer.folder.path.glob("lost-*")) / PUBLIC).exists()


def test_what_the_old_key_did_not_sign_is_no_witness(signer: LocalSigner, tmp_path: Path) -> None:
    Folder(tmp_path / "other").create(ORIGIN)
    foreign = sign(LocalSigner(tmp_path / "other"), Log.of(3))
    with pytest.raises(SignerRefused, match="NOT_WITNESSED"):
        declare_lost(tmp_path / "new", ORIGIN, "sha256", signer.log_keys(), [foreign])


def test_two_witnesses_with_two_roots_of_one_size_end_the_declaration(signer: LocalSigner, tmp_path: Path) -> None:
    stolen = LocalSigner(tmp_path / "stolen")
    Folder(tmp_path / "stolen").create(ORIGIN)
    (tmp_path / "stolen" / KEY).write_bytes(signer.folder.key().raw)
    signer.folder.path.joinpath(PUBLIC).replace(tmp_path / "stolen" / PUBLIC)
    Folder(tmp_path / "stolen").path.joinpath(HEAD).write_bytes(signer.folder.path.joinpath(HEAD).read_bytes())
    forged = sign(stolen, Log.of(3, "x"))
    honest = sign(stolen, Log.of(4, "x"))
    old = stolen.log_keys()
    assert declare_lost(tmp_path / "new", ORIGIN, "sha256", old, [forged, honest]).since == 5
    other = _signed_with_stolen_key(stolen, Log.of(3), tmp_path)
    with pytest.raises(SignerRefused, match="NOT_WITNESSED"):
        declare_lost(tmp_path / "new", ORIGIN, "sha256", old, [forged, other])


def _signed_with_stolen_key(stolen: LocalSigner, log: Log, tmp_path: Path) -> bytes:
    from audit.signer.notes import checkpoint_text, signed
    from tests.audit.signer.growing import tree

    return signed(checkpoint_text(ORIGIN, len(log.leaves), tree(log.leaves)), stolen.folder.key())


def test_a_log_that_no_witness_knows_begins_with_the_empty_tree(tmp_path: Path) -> None:
    since = declare_lost(tmp_path / "new", ORIGIN, "sha256", [], [])
    assert isinstance(since, Since) and LocalSigner(tmp_path / "new").head().size == 0
