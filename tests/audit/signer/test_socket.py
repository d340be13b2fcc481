"""The signer as a process of its own, asked over a local socket."""
from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.signer.refusals import SignerRefused
from audit.signer.socket import SocketSigner
from audit.verify import NoteKey, open_checkpoint
from tests.audit.signer.growing import ORIGIN, Log
from tests.audit.signer.test_signing import ROOT

pytestmark = pytest.mark.sqlite_is_enough


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SocketSigner]:
    tmp_path = tmp_path_factory.mktemp("served")
    folder, path = tmp_path / "signer", tmp_path / "s"
    run = [sys.executable, "-m", "audit.signer"]
    subprocess.run([*run, "create", "--folder", folder, "--origin", ORIGIN], cwd=ROOT, check=True, capture_output=True)
    with subprocess.Popen([*run, "serve", "--folder", folder, "--socket", path, "--mode", "600"], cwd=ROOT,
                          stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert json.loads(process.stdout.readline())["size"] == 0
        yield SocketSigner(path)
        process.terminate()


def test_it_signs_and_refuses_as_in_process(served: SocketSigner) -> None:
    log = Log.of(6)
    key = NoteKey.read(served.log_keys()[0].key)
    assert served.origin() == ORIGIN
    assert open_checkpoint(served.sign(log.asked(served.head())), [key], ORIGIN).size == 6
    with pytest.raises(SignerRefused) as caught:
        served.sign(Log.of(4).asked(served.head()))
    assert caught.value.code == "SHRUNK" and "flask audit signer lost" in caught.value.words("en")


def test_only_those_whom_its_rights_name_may_open_the_socket(served: SocketSigner) -> None:
    assert served.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("line", [b"\n", b"[]\n", b"{}\n", b'{"act":"rotate"}\n', b'{"act":"sign"}\n', b"\xff\n",
                                  b'{"act":"sign","origin":"o","size":true,"old_size":0,"root":"","proof":[]}\n',
                                  b'{"act":"sign","origin":"o","size":1,"old_size":0,"root":"?","proof":[]}\n',
                                  *(f'{{"act":"sign","origin":"{ORIGIN}","size":{size},"old_size":{old},"root":"","proof":[]}}\n'
                                    .encode() for size, old in ((-1, 0), (0, -1), (6, 6.0), (0, False))),
                                  b"x" * 70_000])
def test_what_cannot_be_read_is_refused_and_the_signer_goes_on(served: SocketSigner, line: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(5)
        link.connect(str(served.path))
        link.sendall(line)
        link.shutdown(socket.SHUT_WR)
        assert json.loads(link.makefile("rb").readline())["refused"] == "MALFORMED"
    assert served.head().size in (0, 6)


def test_a_signer_that_is_away_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(SignerRefused, match="AWAY") as caught:
        SocketSigner(tmp_path / "nobody").head()
    assert "python -m audit.signer serve" in caught.value.words("en")


def test_a_folder_without_a_signer_is_not_served(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-m", "audit.signer", "serve", "--folder", tmp_path], cwd=ROOT, check=False,
                         capture_output=True, text=True)
    assert run.returncode == 1 and "NO_KEY" in run.stderr
