"""Signed notes, tree heads and cosignatures are opened as C2SP says, and nothing else is."""
from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.verify import (
    COSIGNATURE,
    ED25519,
    NoteKey,
    NoteRefused,
    cosigned_message,
    open_checkpoint,
    open_note,
    signature_line,
)

pytestmark = pytest.mark.sqlite_is_enough

# The example of golang.org/x/mod/sumdb/note, which the specification was written from.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAID = ("If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n")
TEXT = b"example.com/log\n7\n" + base64.b64encode(bytes(range(32))) + b"\n"
LOG, WITNESS, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3))
LOG_KEY = NoteKey("example.com/log", ED25519, LOG.public_key().public_bytes_raw())
WITNESS_KEY = NoteKey("witness.example/w1", COSIGNATURE, WITNESS.public_key().public_bytes_raw())
AT = 1_679_315_147


def by_log(text: bytes = TEXT, key: Ed25519PrivateKey = LOG) -> bytes:
    return signature_line(LOG_KEY, key.sign(text))


def by_witness(text: bytes = TEXT, at: int = AT, key: Ed25519PrivateKey = WITNESS, told: int | None = None) -> bytes:
    return signature_line(WITNESS_KEY, (at if told is None else told).to_bytes(8, "big")
                          + key.sign(cosigned_message(at, text)))


def test_a_note_of_another_implementation_is_opened() -> None:
    opened = open_note(SAID.encode(), [NoteKey.read(PETER)])
    assert opened.text.endswith(b"your problem is.\n") and opened.signatures[0].at is None
    assert NoteKey.read(PETER).written == PETER


def test_a_tree_head_with_its_cosignature_tells_all() -> None:
    head = open_checkpoint(TEXT + b"\n" + by_log() + by_witness(), [LOG_KEY, WITNESS_KEY], "example.com/log")
    assert (head.origin, head.size, head.root, head.extensions) == ("example.com/log", 7, bytes(range(32)), ())
    assert [(s.key.name, s.at) for s in head.note.signatures] == [("example.com/log", None), ("witness.example/w1", AT)]


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    opened = open_note(TEXT + b"\n" + by_witness(key=STRANGER) + by_log(), [LOG_KEY])
    assert len(opened.signatures) == 1 and opened.unknown == 1
    with pytest.raises(NoteRefused, match="no known key"):
        open_note(TEXT + b"\n" + by_log(), [WITNESS_KEY])
    with pytest.raises(NoteRefused, match="no known key"):
        open_note(TEXT + b"\n" + by_log(), [])


def test_one_false_signature_of_a_known_key_refuses_the_whole() -> None:
    for false in (by_witness(key=STRANGER), by_witness(told=AT + 1), by_witness(TEXT + b"more\n"),
                  signature_line(WITNESS_KEY, b"short")):
        with pytest.raises(NoteRefused, match="not the signature"):
            open_note(TEXT + b"\n" + by_log() + false, [LOG_KEY, WITNESS_KEY])
    with pytest.raises(NoteRefused):
        open_note(TEXT.replace(b"7", b"8") + b"\n" + by_log(), [LOG_KEY])


def test_a_signature_is_of_one_kind_only() -> None:
    """The log's signature is no cosignature, though key and name were the same."""
    same = NoteKey(LOG_KEY.name, COSIGNATURE, LOG_KEY.public)
    line = signature_line(same, AT.to_bytes(8, "big") + LOG.sign(TEXT))
    with pytest.raises(NoteRefused):
        open_note(TEXT + b"\n" + line, [same])


def test_a_time_past_all_times_and_what_is_no_tree_head_are_not_cosigned() -> None:
    with pytest.raises(NoteRefused, match="past all times"):
        open_note(TEXT + b"\n" + by_witness(at=2**63), [WITNESS_KEY])
    with pytest.raises(NoteRefused, match="tree head"):
        open_note(b"words\n\n" + by_witness(b"words\n"), [WITNESS_KEY])


def test_the_last_empty_line_is_the_border() -> None:
    text = b"first\n\nsecond\n"
    assert open_note(text + b"\n" + by_log(text), [LOG_KEY]).text == text


@pytest.mark.parametrize("note", [
    b"", b"\n\n", TEXT, TEXT + b"\n", TEXT + b"\n" + by_log()[:-1], TEXT + b"\n" + by_log() + b"more\n",
    TEXT + b"\n" + by_log().replace("—".encode(), b"-"), TEXT + b"\n" + by_log().replace(b" example", b"  example"),
    TEXT + b"\n" + by_log()[:-3] + b"\n", TEXT.replace(b"\n", b"\r\n") + b"\n" + by_log(),
    b"\xff" + TEXT + b"\n" + by_log(), TEXT + b"\n" + by_log() * 101,
    TEXT + b"\n" + by_log().replace(b"/log ", b"+log "),
])
def test_what_is_no_note_is_refused(note: bytes) -> None:
    with pytest.raises(NoteRefused):
        open_note(note, [LOG_KEY])


@pytest.mark.parametrize("text", [
    b"example.com/log\n7\n", b"example.com/log\n07\nAAAA\n", b"\n7\n" + TEXT.split(b"\n")[2] + b"\n",
    TEXT.replace(b"7", b"07"), TEXT.replace(b"7", b"-7"), TEXT.replace(b"7", b"+7"), TEXT.replace(b"7", "٧".encode()),
    TEXT + b"\nmore\n", TEXT.replace(b"=", b""), TEXT.replace(b"Hh8=", b"Hh9="), TEXT.replace(b"AAEC", b"")])
def test_what_is_no_tree_head_is_refused(text: bytes) -> None:
    with pytest.raises(NoteRefused):
        open_checkpoint(text + b"\n" + by_log(text), [LOG_KEY])


def test_a_tree_head_of_another_log_is_refused() -> None:
    with pytest.raises(NoteRefused, match="not of"):
        open_checkpoint(TEXT + b"\n" + by_log(), [LOG_KEY], "example.com/other")


@pytest.mark.parametrize("written", [
    "", "name", "name+00000000", PETER.replace("c74f20a3", "c74f20a4"), PETER.replace("PeterNeumann", "Peter"),
    PETER[:-4], PETER.replace("Peter", "Peter "), "+c74f20a3+" + PETER.split("+", 2)[2], PETER.replace("ARpc", "Ahpc"),
])
def test_what_is_no_verifier_key_is_refused(written: str) -> None:
    with pytest.raises(NoteRefused):
        NoteKey.read(written)
