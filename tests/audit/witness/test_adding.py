"""Our witness answers add-checkpoint as C2SP tlog-witness says, one test for each sentence that has a MUST."""
from __future__ import annotations

import base64
import http.client
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from audit.signer.notes import SigningKey, checkpoint_text, signed, signing_key
from audit.verify import open_checkpoint
from audit.witness.__main__ import main
from audit.witness.adding import Answer, add_checkpoint
from audit.witness.serving import WitnessServer
from audit.witness.state import NotAWitness, State
from tests.audit.signer.growing import ORIGIN, Log, proof, tree

pytestmark = pytest.mark.sqlite_is_enough

NAME, NOW = "witness.example/w1", 1_700_000_000


@dataclass
class Scene:
    state: State
    log: SigningKey

    def note(self, log: Log, size: int, *more: SigningKey) -> bytes:
        return signed(checkpoint_text(ORIGIN, size, tree(log.leaves[:size])), self.log, *more)

    def body(self, old: int, log: Log, size: int) -> bytes:
        shown = proof(old, log.leaves[:size]) if 0 < old <= size else []
        return request(old, shown, self.note(log, size))

    def asked(self, body: bytes) -> Answer:
        return add_checkpoint(self.state, body, lambda: NOW)


def request(old: int | str, shown: list[bytes], note: bytes) -> bytes:
    lines = [f"old {old}", *(base64.b64encode(one).decode() for one in shown)]
    return ("\n".join(lines) + "\n\n").encode() + note


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    state, log = State(tmp_path / "witness"), signing_key(ORIGIN)
    state.create(NAME)
    state.know(log.note.written, "sha256")
    return Scene(state, log)


def test_it_cosigns_what_goes_on_and_its_line_below_the_checkpoint_is_a_note(scene: Scene) -> None:
    log = Log.of(8)
    for old, size in ((0, 3), (3, 3), (3, 8)):
        said = scene.asked(scene.body(old, log, size))
        assert said.status == 200
        found = open_checkpoint(scene.note(log, size) + said.body, [scene.state.key().note], ORIGIN)
        assert (found.size, found.note.signatures[0].at) == (size, NOW)


def test_a_log_it_does_not_know_is_not_found(scene: Scene) -> None:
    other = signing_key("pension-eligibility/other")
    note = signed(checkpoint_text("pension-eligibility/other", 1, tree([b"a"])), other)
    assert scene.asked(request(0, [], note)).status == 404


def test_a_checkpoint_that_no_trusted_key_has_signed_is_forbidden(scene: Scene) -> None:
    stranger = signing_key(ORIGIN)
    note = signed(checkpoint_text(ORIGIN, 1, tree([b"a"])), stranger)
    assert scene.asked(request(0, [], note)).status == 403


def test_signatures_of_unknown_keys_are_passed_over(scene: Scene) -> None:
    note = scene.note(Log.of(2), 2, signing_key(ORIGIN), signing_key("else.example"))
    assert scene.asked(request(0, [], note)).status == 200


def test_a_false_signature_under_a_known_key_is_forbidden(scene: Scene) -> None:
    note = scene.note(Log.of(2), 2).replace(b"\n2\n", b"\n3\n")
    assert scene.asked(request(0, [], note)).status == 403


def test_an_old_size_above_the_checkpoint_is_a_bad_request(scene: Scene) -> None:
    assert scene.asked(scene.body(5, Log.of(3), 3)).status == 400


def test_another_old_size_than_it_keeps_is_a_conflict_that_names_the_size(scene: Scene) -> None:
    log = Log.of(9)
    assert scene.asked(scene.body(2, log, 5)).body == b"0\n"
    scene.asked(scene.body(0, log, 5))
    said = scene.asked(scene.body(3, log, 9))
    assert (said.status, said.body, said.kind) == (409, b"5\n", "text/x.tlog.size")
    assert scene.asked(scene.body(0, log, 9)).body == b"5\n"


def test_a_proof_that_does_not_verify_cannot_be_processed(scene: Scene) -> None:
    log = Log.of(9)
    scene.asked(scene.body(0, log, 5))
    shown = proof(5, log.leaves)
    for false in (shown[:-1], [*shown, bytes(32)], [], shown[::-1]):
        assert scene.asked(request(5, false, scene.note(log, 9))).status == 422
    assert scene.asked(scene.body(5, log, 9)).status == 200


def test_a_fork_cannot_be_processed_though_the_log_has_signed_it(scene: Scene) -> None:
    scene.asked(scene.body(0, Log.of(5), 5))
    assert scene.asked(scene.body(5, Log.of(9, "x"), 9)).status == 422


def test_a_proof_beside_an_old_size_of_zero_cannot_be_processed(scene: Scene) -> None:
    assert scene.asked(request(0, [bytes(32)], scene.note(Log.of(3), 3))).status == 422


def test_two_roots_of_one_size_are_a_conflict(scene: Scene) -> None:
    scene.asked(scene.body(0, Log.of(5), 5))
    assert scene.asked(scene.body(5, Log.of(5, "x"), 5)).status == 409


def test_an_earlier_head_replayed_is_a_conflict(scene: Scene) -> None:
    log = Log.of(9)
    scene.asked(scene.body(0, log, 5))
    scene.asked(scene.body(5, log, 9))
    assert scene.asked(scene.body(0, log, 5)).status == 409
    assert scene.asked(scene.body(5, log, 5)).status == 409


@pytest.mark.parametrize("body", [b"", b"old 0", b"old 0\n", b"old 00\n\n", b"old -1\n\n", b"old +1\n\n", b"old  0\n\n",
                                  b"new 0\n\n", b"old 1_0\n\n", b"old 0\n\xff\n\n", b"old 0\nAAAA\n\n",
                                  b"old 0\n" + base64.b64encode(bytes(32)) * 2 + b"\n\n",
                                  b"old 0\n" + base64.b64encode(bytes(32))[:-2] + b"B=\n\n",  # one hash, written twice
                                  b"old 0\n" + (base64.b64encode(bytes(32)) + b"\n") * 64 + b"\n"])
def test_a_body_of_another_form_is_a_bad_request(scene: Scene, body: bytes) -> None:
    assert scene.asked(body + scene.note(Log.of(2), 2)).status == 400


def test_a_body_without_a_checkpoint_is_a_bad_request(scene: Scene) -> None:
    assert scene.asked(b"old 0").status == 400


def test_sixty_three_hashes_are_read(scene: Scene) -> None:
    assert scene.asked(request(0, [bytes(32)] * 63, scene.note(Log.of(2), 2))).status == 422


def test_the_head_is_kept_before_the_answer(scene: Scene) -> None:
    scene.asked(scene.body(0, Log.of(5), 5))
    assert add_checkpoint(State(scene.state.path), scene.body(0, Log.of(9), 9)).body == b"5\n"


def test_of_many_at_once_from_the_same_size_one_is_cosigned(scene: Scene) -> None:
    log = Log.of(30)
    scene.asked(scene.body(0, log, 5))
    bodies = [scene.body(5, log, size) for size in range(6, 30)]
    with ThreadPoolExecutor(8) as several:
        said = [one.status for one in several.map(scene.asked, bodies)]
    assert sorted(said) == [200] + [409] * 23


def test_after_a_rotation_both_keys_of_a_log_are_trusted(scene: Scene) -> None:
    log, new = Log.of(9), signing_key(ORIGIN)
    scene.asked(scene.body(0, log, 5))
    scene.state.know(new.note.written, "sha256")
    note = signed(checkpoint_text(ORIGIN, 9, tree(log.leaves)), new)
    assert scene.asked(request(5, proof(5, log.leaves), note)).status == 200


def test_a_witness_is_made_once(scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotAWitness):
        scene.state.create(NAME)
    assert main(["create", str(tmp_path / "new"), "--name", "witness.example/w2"]) == 0
    assert capsys.readouterr().out.startswith("witness.example/w2+")
    assert main(["serve", str(tmp_path / "nothing")]) == 1
    assert main(["know", str(tmp_path / "new"), "--log", "no key"]) == 1
    assert "not a verifier key" in capsys.readouterr().err


@pytest.fixture
def served(scene: Scene) -> Iterator[http.client.HTTPConnection]:
    with WitnessServer(("127.0.0.1", 0), scene.state) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        link = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
        yield link
        link.close()
        server.shutdown()


def test_over_http_a_connection_is_kept_and_the_answers_are_the_same(scene: Scene, served: http.client.HTTPConnection,
                                                                     ) -> None:
    log, seen = Log.of(4), []
    for method, path, body in (("GET", "/add-checkpoint", b""), ("POST", "/else", b""),
                               ("POST", "/add-checkpoint", scene.body(2, log, 4)),
                               ("POST", "/add-checkpoint", scene.body(0, log, 4))):
        served.request(method, path, body)
        said = served.getresponse()
        seen.append((said.status, said.read()[:5], said.headers["Content-Type"]))
    assert [status for status, _, _ in seen] == [405, 404, 409, 200]
    assert seen[2][1:] == (b"0\n", "text/x.tlog.size") and seen[3][1] == "— w".encode()


def test_a_body_without_end_is_not_read(served: http.client.HTTPConnection) -> None:
    served.putrequest("POST", "/add-checkpoint")
    served.putheader("Content-Length", "99999999")
    served.endheaders()
    assert served.getresponse().status == 413


def test_a_body_of_unknown_length_is_not_read(served: http.client.HTTPConnection) -> None:
    served.putrequest("POST", "/add-checkpoint")
    served.endheaders()
    assert served.getresponse().status == 411
