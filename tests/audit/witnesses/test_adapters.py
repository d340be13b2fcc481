"""Each kind of witness against a real one of its kind: a file, a mail server, a cosigning witness, an authority."""
from __future__ import annotations

import email
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography.x509.oid import ExtendedKeyUsageOID

from audit.signer.notes import checkpoint_text, signed, signing_key
from audit.verify import ProofRefused, open_checkpoint, verify_stamp
from audit.witnesses import cosigning as cosigning_witness
from audit.witnesses import file_drop, mail, stamps
from audit.witnesses.handing import WitnessAway, WitnessRefused
from tests.audit.signer.growing import ORIGIN, Log, tree
from tests.audit.witnesses.scene import KEY, Witness, cosigning, handed
from tests.audit.witnesses.tsa import Authority, served

pytestmark = pytest.mark.sqlite_is_enough

LOG = Log.of(12)


@pytest.fixture
def drop(tmp_path: Path) -> dict[str, str]:
    return {"path": str(tmp_path / "media" / "notes")}


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    with cosigning(tmp_path / "witness") as one:
        yield one


def kept(drop: dict[str, str]) -> list[bytes]:
    return list(file_drop.notes_in(Path(drop["path"]).read_bytes()))


def test_a_file_on_other_media_grows_by_each_note_once(drop: dict[str, str]) -> None:
    with pytest.raises(WitnessAway):
        file_drop.hand_over(drop, handed(LOG, 4))
    Path(drop["path"]).parent.mkdir()
    for size in (4, 4, 9, 9, 12):
        file_drop.hand_over(drop, handed(LOG, size))
    assert [open_checkpoint(note, [KEY.note]).size for note in kept(drop)] == [4, 9, 12]


def test_a_note_torn_by_a_kill_does_not_spoil_the_file(drop: dict[str, str]) -> None:
    Path(drop["path"]).parent.mkdir()
    file_drop.hand_over(drop, handed(LOG, 4))
    for cut in (1, 40, 90):
        with Path(drop["path"]).open("ab") as file:
            file.write(handed(LOG, 9).note[:-cut])
        file_drop.hand_over(drop, handed(LOG, 9))
        assert open_checkpoint(kept(drop)[-1], [KEY.note]).size == 9
        Path(drop["path"]).write_bytes(handed(LOG, 4).note + b"\n")


@pytest.mark.parametrize("log", [Log.of(12, "x"), Log.of(6)], ids=["rewritten with a stolen key", "restored backup"])
def test_a_log_that_does_not_continue_the_file_is_refused(drop: dict[str, str], log: Log) -> None:
    Path(drop["path"]).parent.mkdir()
    file_drop.hand_over(drop, handed(LOG, 9))
    with pytest.raises(WitnessRefused):
        file_drop.hand_over(drop, handed(log, len(log.leaves)))
    assert len(kept(drop)) == 1


class Mailbox:
    def __init__(self) -> None:
        self.seen: list[email.message.Message] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.seen.append(email.message_from_bytes(bytes(envelope.content or b"")))
        return self.answer


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, dict[str, str]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, {"host": "127.0.0.1", "port": str(port), "from": "log@agency.example", "to": "audit@city.example"}
    server.stop()


def test_a_mail_carries_the_note_and_a_second_one_has_the_same_id(mailbox: tuple[Mailbox, dict[str, str]]) -> None:
    box, given = mailbox
    receipts = [mail.hand_over(given, handed(LOG, 5)).body for _ in range(2)]
    assert receipts[0] == receipts[1] == box.seen[0]["Message-ID"].encode() == box.seen[1]["Message-ID"].encode()
    note = box.seen[0].get_payload()[1].get_payload(decode=True)  # type: ignore[union-attr]
    assert open_checkpoint(note, [KEY.note], ORIGIN).size == 5


def test_a_mail_server_that_refuses_or_is_away_is_tried_again(mailbox: tuple[Mailbox, dict[str, str]]) -> None:
    box, given = mailbox
    box.answer = "451 later"
    with pytest.raises(WitnessAway, match="later"):
        mail.hand_over(given, handed(LOG, 5))
    with pytest.raises(WitnessAway):
        mail.hand_over(given | {"port": "1"}, handed(LOG, 5))


def test_a_cosignature_is_verified_and_kept(witness: Witness) -> None:
    key = witness.state.key().note
    for size in (3, 3, 9):
        one = handed(LOG, size)
        receipt = cosigning_witness.hand_over(witness.given, one)
        assert open_checkpoint(one.note + receipt.body, [key], ORIGIN).size == size


def test_a_witness_with_another_size_is_asked_again_from_there(witness: Witness) -> None:
    cosigning_witness.hand_over(witness.given, handed(LOG, 5))
    for believed in (0, 3, 5, 11):
        assert cosigning_witness.hand_over(witness.given, handed(LOG, 5, last_size=believed)).body
    assert cosigning_witness.hand_over(witness.given, handed(LOG, 12, last_size=3)).body


@pytest.mark.parametrize(("log", "why"), [
    (Log.of(12, "x"), "does not continue"), (Log.of(9, "x"), "another root"),
    (Log.of(6), "of 9 entries, the log has 6")])
def test_a_log_rehashed_and_signed_with_the_stolen_key_fails_against_its_witness(witness: Witness, log: Log, why: str,
                                                                                ) -> None:
    cosigning_witness.hand_over(witness.given, handed(LOG, 9))
    with pytest.raises(WitnessRefused, match=why):
        cosigning_witness.hand_over(witness.given, handed(log, len(log.leaves)))


def test_a_back_dated_insert_fails_against_its_witness(witness: Witness) -> None:
    cosigning_witness.hand_over(witness.given, handed(LOG, 9))
    inserted = Log([*LOG.leaves[:4], b"back-dated", *LOG.leaves[4:]])
    with pytest.raises(WitnessRefused, match="does not continue"):
        cosigning_witness.hand_over(witness.given, handed(inserted, 13))


def test_a_witness_that_does_not_know_the_log_or_its_key_refuses(witness: Witness, tmp_path: Path) -> None:
    with pytest.raises(WitnessRefused, match="403"):
        cosigning_witness.hand_over(witness.given, handed(LOG, 3, signing_key(ORIGIN)))
    with cosigning(tmp_path / "other", signing_key("other")) as other, pytest.raises(WitnessRefused, match="404"):
        cosigning_witness.hand_over(other.given, handed(LOG, 3))


Answering = Callable[[bytes], tuple[int, bytes]]


@pytest.fixture
def answering() -> Iterator[Callable[[Answering], str]]:
    """A server that answers every request as it is told."""
    servers = []

    def serve(answer: Answering) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802
                status, body = answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_address[1]}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("answer", [(500, b""), (200, b""), (200, b"nothing"), (409, b"many\n"), (409, b""),
                                    (200, "— witness.example/w1 AAAA\n".encode())])
def test_an_answer_that_is_none_is_tried_again(answering: Callable[[Answering], str], answer: tuple[int, bytes],
                                               ) -> None:
    key = signing_key("witness.example/w1", cosigns=True)
    with pytest.raises(WitnessAway):
        cosigning_witness.hand_over({"url": answering(lambda _: answer), "key": key.note.written}, handed(LOG, 3))


def test_only_the_cosignature_of_the_configured_key_counts(answering: Callable[[Answering], str]) -> None:
    own, other = (signing_key("witness.example/w1", cosigns=True) for _ in range(2))
    one, now = handed(LOG, 3), int(datetime.now(UTC).timestamp())
    text = checkpoint_text(ORIGIN, 3, tree(LOG.leaves[:3]))
    told: dict[str, bytes] = {}
    given = {"url": answering(lambda _: (200, told["lines"])), "key": own.note.written}
    told["lines"] = other.cosigned(text, now)
    with pytest.raises(WitnessAway):
        cosigning_witness.hand_over(given, one)
    told["lines"] += own.cosigned(text, now)
    assert cosigning_witness.hand_over(given, one).body == own.cosigned(text, now)
    for lines in (own.cosigned(text, now + 4000), own.cosigned(checkpoint_text(ORIGIN, 4, bytes(32)), now)):
        told["lines"] = lines
        with pytest.raises(WitnessAway):
            cosigning_witness.hand_over(given, one)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def test_a_time_stamp_is_verified_and_kept(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "tsa.pem").write_bytes(authority.pem)
    one = handed(LOG, 5)
    with served(authority) as url:
        receipt = stamps.hand_over({"url": url, "certificate": str(tmp_path / "tsa.pem")}, one)
    at = verify_stamp(receipt.body, one.note, [authority.certificate]).at
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=1)


def token(authority: Authority, data: bytes = b"note", nonce: int = 7, at: datetime | None = None) -> bytes:
    return stamps.token_of(authority.answer(stamps.request(data, nonce), at))


def test_a_stamp_of_other_bytes_another_request_or_authority_is_refused(authority: Authority) -> None:
    trust = [authority.certificate]
    for made, data, trusted, nonce, why in (
            (token(authority), b"else", trust, 7, "other bytes"),
            (token(authority), b"note", trust, 8, "another request"),
            (token(Authority()), b"note", trust, 7, "no certificate of the policy"),
            (token(authority, at=datetime.now(UTC) + timedelta(days=90)), b"note", trust, 7, "not valid")):
        with pytest.raises(ProofRefused, match=why):
            verify_stamp(made, data, trusted, nonce)
    server = Authority(usage=ExtendedKeyUsageOID.SERVER_AUTH)
    with pytest.raises(ProofRefused, match="not for time stamps alone"):
        verify_stamp(token(server), b"note", [server.certificate], 7)


def test_what_is_no_answer_of_an_authority_is_refused(authority: Authority, tmp_path: Path,
                                                      answering: Callable[[Answering], str]) -> None:
    (tmp_path / "tsa.pem").write_bytes(authority.pem)
    for body in (b"", b"x", authority.pem, authority.answer(stamps.request(b"else", 1))):
        given = {"url": answering(lambda _, body=body: (200, body)), "certificate": str(tmp_path / "tsa.pem")}
        with pytest.raises(WitnessRefused):
            stamps.hand_over(given, handed(LOG, 5))
    with pytest.raises(WitnessAway):
        stamps.hand_over(given | {"url": "http://127.0.0.1:1"}, handed(LOG, 5))


def test_a_note_signed_by_nobody_known_is_no_earlier_checkpoint(drop: dict[str, str]) -> None:
    Path(drop["path"]).parent.mkdir()
    foreign = signed(checkpoint_text(ORIGIN, 2, tree(LOG.leaves[:2])), signing_key(ORIGIN))
    Path(drop["path"]).write_bytes(foreign + b"\n")
    with pytest.raises(WitnessRefused, match="not signed by this log"):
        file_drop.hand_over(drop, handed(LOG, 5))
