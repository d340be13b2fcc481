"""A dossier proves itself: audit/verify.py alone, with a policy of keys from elsewhere, finds each kind of damage."""
from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import audit.verify as verifier
from audit.checkpoints import checkpoint
from audit.dossier_proof import prove
from audit.installed import make_signer
from audit.policy import policy
from audit.witnesses.anchoring import anchor
from cases.delivery import deliver
from cases.dossier import issue, printed
from cases.dossier_content import content
from cases.dossier_entries import LEFT_OUT
from cases.dossier_marks import Anchor, Marks
from cases.models import Case
from cases.seals import trial_ca
from database import db
from database.types import now
from staff.access import SYSTEM
from tests.audit.witnesses.tokens import DAY, NOW, Maker
from tests.audit.witnesses.tsa import Authority, served
from tests.conftest import LOG_ORIGIN
from tests.documents import records
from tests.documents.attachments import attached, with_files, with_second
from tests.documents.dossier_attacks import ATTACKS, first_event
from tests.documents.sealing import ROOT, sealed
from tests.documents.seals import with_seals
from tests.engines import Copies

pytestmark = pytest.mark.sqlite_is_enough
ON, NOON = date(2026, 6, 5), 12


@dataclass
class Scene:
    """A sealed dossier and one without a seal; the inspector's policy; two cases on record."""

    app: Flask
    folder: Path
    sealed: bytes
    plain: bytes
    policy: dict[str, Any]

    def found(self, document: bytes, **policy: Any) -> set[str]:
        path = self.folder / "d.pdf"
        path.write_bytes(document)
        report = verifier.verify_dossier(path, verifier.Policy.read(self.policy | policy))
        return {one.code for one in report.findings}


@pytest.fixture(scope="module")
def scene(shared_app: Flask, copies: Copies, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Made once: most tests look at the files alone."""
    copies.reset()
    folder = tmp_path_factory.mktemp("dossiers")
    with configured(shared_app, folder), shared_app.app_context():
        make_signer(LOG_ORIGIN, "sha256")
        seals = with_seals(shared_app, folder / "seals")
        first, second = records.whole_story(), records.whole_story("周秀英")
        deliver(ON, hour=NOON)
        shared_app.config["SEAL_CERTIFICATE"] = ""
        plain = issue(first, actor=SYSTEM, on=ON)
        shared_app.config["SEAL_CERTIFICATE"] = str(seals)
        sealed = issue(first, actor=SYSTEM, on=ON)
        trusted = policy()
        issue(second, actor=SYSTEM, on=ON)
        db.session.remove()
        db.engine.dispose()
        copies.keep("dossiers")
    return Scene(shared_app, folder, sealed, plain, trusted)


@pytest.fixture
def on_record(scene: Scene, copies: Copies) -> Iterator[Scene]:
    """The same, with the database it came from."""
    copies.restore("dossiers")
    with configured(scene.app, scene.folder), scene.app.app_context():
        yield scene
        db.session.remove()
        db.engine.dispose()


@contextmanager
def configured(app: Flask, folder: Path) -> Iterator[None]:
    before = dict(app.config)
    app.config["INSTANCE_DIR"] = str(folder / "instance")
    try:
        yield
    finally:
        app.config.clear()
        app.config.update(before)


def test_a_dossier_as_it_was_issued_is_whole(scene: Scene) -> None:
    assert scene.found(scene.sealed) == set()
    assert scene.found(scene.plain) == set()


def test_with_its_proofs_it_is_still_an_archive_pdf(scene: Scene, assert_archive_quality) -> None:  # noqa: ANN001
    assert_archive_quality({"proven": scene.sealed})


def test_the_program_runs_alone_and_reads_what_the_pdf_library_reads(scene: Scene) -> None:
    (scene.folder / "policy.json").write_text(json.dumps(scene.policy))
    (scene.folder / "d.pdf").write_bytes(scene.sealed)
    (scene.folder / "verify.py").write_bytes(Path(verifier.__file__).read_bytes())
    done = subprocess.run([sys.executable, "-I", "verify.py", "d.pdf", "--policy", "policy.json"], cwd=scene.folder,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "完好" in done.stdout and "WHOLE" in done.stdout and "测试章 TEST" in done.stdout
    assert verifier.PdfFiles(scene.sealed).files == attached(scene.sealed)


def test_every_event_of_the_case_has_its_proof_and_what_is_withheld_is_counted(on_record: Scene) -> None:
    files = attached(on_record.sealed)
    stated = json.loads(files["proof.json"])
    number = db.session.query(Case).filter_by(public_id=stated["case"]).one().case_seq
    proofs = [name for name in files if name.startswith("event-")]
    assert len(proofs) == number - 1  # issuing it is the last
    assert stated["withheld"] == len(proofs) - len(stated["events"]) == 1  # the issue of the other
    assert b"DossierIssued" not in files["events.jsonl"]


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_on_what_is_attached_is_found_and_named(scene: Scene, name: str) -> None:
    change, codes = ATTACKS[name]
    assert scene.found(with_files(scene.plain, lambda _files: None)) == set()
    assert codes <= scene.found(with_files(scene.plain, change))


def test_a_second_file_of_one_name_is_named(scene: Scene) -> None:
    assert "attached_twice" in scene.found(with_second(scene.plain, "proof.json"))


def test_a_damaged_part_is_named(scene: Scene) -> None:
    damaged = bytearray(scene.plain)
    damaged[scene.plain.index(b"stream", scene.plain.index(b"/EmbeddedFile")) + 7] ^= 0xff
    assert scene.found(bytes(damaged)) == {"part_damaged"}


def test_a_proof_moved_from_another_case_is_found(on_record: Scene) -> None:
    other = db.session.query(Case).order_by(Case.id.desc()).first()
    foreign = attached(issue(other, actor=SYSTEM, on=ON))

    def move(files: dict[str, bytes]) -> None:
        files["event-00001.tlog-proof"] = foreign["event-00001.tlog-proof"]

    found = on_record.found(with_files(on_record.plain, move))
    assert {"other_head", "other_case"} <= found


def test_one_byte_of_a_page_altered_breaks_the_seal(scene: Scene) -> None:
    altered = bytearray(scene.sealed)
    altered[scene.sealed.index(b"/Type /EmbeddedFile") - 2000] ^= 1
    assert "seal_broken" in scene.found(bytes(altered))


def test_a_seal_taken_away_is_missed_and_what_is_added_is_seen(scene: Scene) -> None:
    unsealed = scene.sealed[:scene.sealed.index(b"%%EOF") + 6]
    assert scene.found(unsealed) == {"seal_gone"}
    assert scene.found(scene.sealed + b"\n% more\n") == {"seal_part"}


def test_a_seal_of_an_unknown_authority_is_named(scene: Scene, tmp_path: Path) -> None:
    trial_ca.make(tmp_path / "other", {}, b"x", at=now())
    assert scene.found(scene.sealed, seals=[(tmp_path / "other" / "ca.pem").read_text()]) == {"seal_unknown"}


def test_a_seal_with_an_earlier_date_than_what_it_covers_is_found(scene: Scene) -> None:
    """A certificate that has run out since, or was taken away, is of no use for a dossier of today."""
    office = Maker("office", ROOT)
    for stamped, codes in ((NOW, set()), (NOW - 2 * DAY, {"seal_early"})):
        assert scene.found(sealed(office, stamped=stamped, document=scene.plain), seals=[ROOT.pem]) == codes


def test_it_brings_the_receipts_of_witnesses_that_a_policy_demands(on_record: Scene) -> None:
    authority, config = Authority(), on_record.app.config
    (on_record.folder / "tsa.pem").write_bytes(authority.pem)
    with served(authority) as url:
        config["WITNESSES"] = json.dumps([
            {"name": "tsa", "kind": "time_stamp", "url": url, "certificate": str(on_record.folder / "tsa.pem")},
            {"name": "disk", "kind": "file", "path": str(on_record.folder / "notes")}])
        checkpoint()
        anchor()
    document, demanding = issue(db.session.query(Case).first(), actor=SYSTEM, on=ON), policy()
    assert demanding["stamped"] == 1 and on_record.found(document, **demanding) == set()
    assert b"disk" not in attached(document)["anchor-index.jsonl"]
    without = with_files(document, lambda files: [files.pop(name) for name in list(files) if "anchor-" in name])
    assert on_record.found(without, **demanding) == {"few_stamps"}


def test_a_later_checkpoint_kept_elsewhere_tells_of_an_old_one(on_record: Scene) -> None:
    path = on_record.folder / "d.pdf"
    path.write_bytes(on_record.sealed)
    report = verifier.verify_dossier(path, verifier.Policy.read(on_record.policy), [checkpoint()])
    assert {one.code for one in report.findings} == {"head_shrunk"}


def test_a_dossier_of_an_earlier_transaction_proves_a_beginning_and_claims_no_more(on_record: Scene) -> None:
    case = db.session.query(Case).order_by(Case.id).first()
    early = json.loads(first_event(attached(on_record.plain))["canonical"])["meta"]["tx"]
    document = issue(case, actor=SYSTEM, on=ON, as_of_tx=early)
    assert on_record.found(document) == set()
    assert json.loads(attached(document)["proof.json"])["whole"] is False


def test_a_log_that_cannot_be_proven_holds_back_the_proof_and_not_the_dossier(on_record: Scene) -> None:
    on_record.app.config["INSTANCE_DIR"] = str(on_record.folder / "elsewhere")  # no signer is there
    document = issue(db.session.query(Case).order_by(Case.id).first(), actor=SYSTEM, on=ON)
    assert list(attached(document)) == ["dossier.json"]
    assert on_record.found(document) == {"no_proofs"}


def test_the_same_record_under_the_same_checkpoint_gives_the_same_bytes(on_record: Scene) -> None:
    case = db.session.query(Case).order_by(Case.id).first()
    proof = prove(case.id, case.public_id, withheld=LEFT_OUT)
    again = prove(case.id, case.public_id, withheld=LEFT_OUT)
    assert proof == again
    data, marks = content(case), Marks(anchor=Anchor(proof.origin, proof.size, proof.root))
    assert printed(data, "zh", marks, proof) == printed(data, "zh", marks, again)
