"""What can be done to the files attached to a dossier, and as what each is found."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import audit.verify as verifier


def first_event(files: dict[str, bytes]) -> dict[str, Any]:
    return json.loads(files["events.jsonl"].splitlines()[0])


def _replace_an_event(files: dict[str, bytes]) -> None:
    files["events.jsonl"] = files["events.jsonl"].replace(b"enter_verified", b"enter_verifie2")


def _leave_an_event_out(files: dict[str, bytes]) -> None:
    files["events.jsonl"] = b"\n".join(files["events.jsonl"].splitlines()[1:]) + b"\n"


def _leave_the_last_out(files: dict[str, bytes]) -> None:
    for name in sorted(name for name in files if name.startswith("event-"))[-2:]:
        del files[name]


def _leave_one_out(files: dict[str, bytes]) -> None:
    del files["event-00002.tlog-proof"]


def _swap_proofs(files: dict[str, bytes]) -> None:
    one, other = files["event-00001.tlog-proof"], files["event-00002.tlog-proof"]
    entry = [line for line in other.splitlines() if line.startswith(b"extra")][0]
    files["event-00001.tlog-proof"] = b"\n".join(entry if line.startswith(b"extra") else line
                                                 for line in one.split(b"\n"))


def _break_a_proof(files: dict[str, bytes]) -> None:
    read = verifier.read_proof(files["event-00001.tlog-proof"])
    bad = [bytes(32), *read.proof[1:]]
    files["event-00001.tlog-proof"] = verifier.written_proof(read.index, bad, read.note, read.extra)


def _proof_of_another_form(files: dict[str, bytes]) -> None:
    files["event-00001.tlog-proof"] = files["event-00001.tlog-proof"].replace(b"tlog-proof@v1", b"tlog-proof@v9")


def _no_proof(files: dict[str, bytes]) -> None:
    for name in [name for name in files if name.endswith(".tlog-proof")]:
        del files[name]


def _other_checkpoint(files: dict[str, bytes]) -> None:
    for name in [name for name in files if name.endswith(".tlog-proof")]:
        read = verifier.read_proof(files[name])
        note = read.note.replace(b"\n", b"\n", 1)
        head, size, rest = note.split(b"\n", 2)
        files[name] = verifier.written_proof(read.index, read.proof, b"\n".join((head, str(int(size) + 1).encode(),
                                                                                 rest)), read.extra)


def _other_words(files: dict[str, bytes]) -> None:
    files["dossier.json"] = files["dossier.json"].replace("欧阳".encode(), "司马".encode())


def _other_extract(files: dict[str, bytes]) -> None:
    data = json.loads(files["dossier.json"])
    data["extract"][0]["type"] = "CaseSuspended"
    files["dossier.json"] = json.dumps(data).encode()


def _restated(files: dict[str, bytes], change: Callable[[dict[str, Any]], object]) -> None:
    """Other printed data, of which the proof then speaks."""
    data, stated = json.loads(files["dossier.json"]), json.loads(files["proof.json"])
    change(data)
    files["dossier.json"] = json.dumps(data).encode()
    files["proof.json"] = json.dumps(stated | {"data_sha256": hashlib.sha256(files["dossier.json"]).hexdigest()}
                                     ).encode()


def _first_act(data: dict[str, Any]) -> dict[str, Any]:
    return next(act for one in data["decisions"] for act in one["acts"] if act["opinion"])


def _another_opinion(files: dict[str, bytes]) -> None:
    _restated(files, lambda data: _first_act(data).update(opinion="同意停发"))


def _an_opinion_of_nobody(files: dict[str, bytes]) -> None:
    _restated(files, lambda data: _first_act(data).pop("words"))


def _called_erased(files: dict[str, bytes]) -> None:
    _restated(files, lambda data: _first_act(data).update(opinion=verifier.ERASED))


ATTACKS = {
    "an event replaced": (_replace_an_event, {"event_altered", "event_digest"}),
    "an event left out": (_leave_an_event_out, {"event_gone"}),
    "a proof left out": (_leave_one_out, {"case_gap", "event_unknown"}),
    "the last proofs left out": (_leave_the_last_out, {"case_tail"}),
    "proofs of another place": (_swap_proofs, {"entry_unproven"}),
    "a hash of a proof altered": (_break_a_proof, {"entry_unproven"}),
    "a proof of another form": (_proof_of_another_form, {"proof_form"}),
    "no proof at all": (_no_proof, {"no_proofs"}),
    "a checkpoint nobody signed": (_other_checkpoint, {"no_signature"}),
    "the printed data altered": (_other_words, {"data_other"}),
    "an opinion altered": (_another_opinion, {"words_other"}),
    "an opinion that no event commits to": (_an_opinion_of_nobody, {"words_other"}),
    "an opinion called erased": (_called_erased, {"words_other"}),
    "the extract altered": (_other_extract, {"data_other", "extract_other"}),
}
