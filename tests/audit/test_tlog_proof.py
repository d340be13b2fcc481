"""C2SP tlog-proof: written and read to the letter, and nothing else is taken for one."""
from __future__ import annotations

import base64

import pytest

import audit.verify as verifier

pytestmark = pytest.mark.sqlite_is_enough


@pytest.mark.parametrize("made", [
    b"", b"c2sp.org/tlog-proof@v1\n\nx", b"c2sp.org/tlog-proof@v2\nindex 1\n\nx",
    b"c2sp.org/tlog-proof@v1\nindex 01\n\nx",
    b"c2sp.org/tlog-proof@v1\nindex -1\n\nx", b"c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx",
    b"c2sp.org/tlog-proof@v1\nextra !\nindex 1\n\nx", b"c2sp.org/tlog-proof@v1\nindex 1\n"])
def test_what_is_no_tlog_proof_is_refused(made: bytes) -> None:
    with pytest.raises(verifier.ProofRefused):
        verifier.read_proof(made)


def test_a_tlog_proof_is_read_as_it_was_written() -> None:
    made = verifier.written_proof(7, [bytes(32), b"\x01" * 32], b"o\n9\nx\n\n\xe2\x80\x94 k c2ln\n", b"entry")
    assert made.splitlines()[:3] == [b"c2sp.org/tlog-proof@v1", b"extra " + base64.b64encode(b"entry"), b"index 7"]
    assert verifier.read_proof(made) == verifier.LogProof(7, (bytes(32), b"\x01" * 32), b"entry",
                                                          b"o\n9\nx\n\n\xe2\x80\x94 k c2ln\n")
