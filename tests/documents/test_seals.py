"""A dossier bears its office's seal, over the whole file, and stays an archive PDF; without one it says so."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask

from audit.models import AuditEvent
from cases.dossier import dossier, dossier_html, issue
from cases.dossier_content import content
from cases.dossier_marks import Anchor, Marks, code_text
from cases.models import Case, DossierIssue
from cases.seals import trial_ca
from cases.seals.certificates import SealUnusable, seal_of, trusted_roots
from cases.seals.checking import FoundSeal, Unreadable, seals_in
from database import db
from database.types import now
from staff.access import SYSTEM
from tests.documents import records
from tests.documents.seals import SECRET, stamping, with_seals
from tests.replay.damaging import each_is_named

pytestmark = pytest.mark.sqlite_is_enough

ON = date(2026, 6, 5)


@pytest.fixture(autouse=True)
def seals_of_this_test_alone(app: Flask) -> Iterator[None]:
    before = dict(app.config)
    yield
    app.config.clear()
    app.config.update(before)


def one_seal(document: bytes, app: Flask) -> FoundSeal:
    (found,) = seals_in(document, trusted_roots(app.config))
    return found


def test_a_sealed_dossier_is_still_an_archive_pdf_that_everybody_can_read(
        context: Flask, tmp_path: Path, assert_archive_quality) -> None:  # noqa: ANN001
    folder, number = with_seals(context, tmp_path / "seals"), records.whole_story()
    with stamping(folder) as address:
        context.config["SEAL_TSA"] = address
        documents = {f"sealed-{lang}": issue(number, actor=SYSTEM, on=ON, lang=lang) for lang in ("zh", "en")}
    assert_archive_quality(documents)
    found = one_seal(documents["sealed-zh"], context)
    assert found.holds and found.trial and "成都市武侯区" in found.holder
    assert found.stamped_at is not None and now() - found.stamped_at < timedelta(minutes=5)


def test_one_byte_altered_or_added_breaks_the_seal(context: Flask, tmp_path: Path) -> None:
    with_seals(context, tmp_path / "seals")
    sealed = issue(records.whole_story(), actor=SYSTEM, on=ON)
    assert one_seal(sealed, context).holds
    altered = bytearray(sealed)
    at = sealed.index(b"stream\n") + 40
    altered[at] ^= 1
    assert not one_seal(bytes(altered), context).intact
    longer = one_seal(sealed + b"\n% more\n", context)
    assert longer.intact and not longer.whole and not longer.holds
    assert longer.covered == hashlib.sha256(sealed).hexdigest()


def test_a_seal_of_another_authority_is_not_believed(context: Flask, tmp_path: Path) -> None:
    with_seals(context, tmp_path / "others")
    sealed = issue(records.whole_story(), actor=SYSTEM, on=ON)
    trial_ca.make(tmp_path / "own", {}, SECRET.encode(), at=now())
    context.config["SEAL_ROOTS"] = str(tmp_path / "own" / trial_ca.ROOT)
    found = one_seal(sealed, context)
    assert found.intact and not found.trusted and not found.holds


def test_the_log_keeps_both_hashes_and_finds_the_file_by_its_own(context: Flask, tmp_path: Path) -> None:
    with_seals(context, tmp_path / "seals")
    sealed = issue(records.whole_story(), actor=SYSTEM, on=ON)
    kept = db.session.query(DossierIssue).filter_by(sha256=hashlib.sha256(sealed).hexdigest()).one()
    told = json.loads(kept.event.canonical)["data"]
    assert told["signed_digest"] == kept.sha256 and told["digest"] != kept.sha256
    assert db.session.query(AuditEvent).filter_by(type="DossierIssued").count() == 1
    each_is_named("dossiers", whole=False)


def test_without_a_certificate_the_dossier_is_made_and_says_that_it_is_not_sealed(context: Flask) -> None:
    number = records.whole_story()
    assert seals_in(issue(number, actor=SYSTEM, on=ON), []) == []
    html = dossier_html(content(db.session.query(Case).one()))
    assert "本卷没有电子签章" in html and "★" not in html


def test_a_test_seal_says_so_on_the_page(context: Flask) -> None:
    records.whole_story()
    html = dossier_html(content(db.session.query(Case).one()), marks=Marks("测试章 TEST 甲局", trial=True))
    assert "★" in html and "测试印章，没有效力" in html and "测试章 TEST 甲局" in html


def test_the_nearest_office_s_seal_is_used(context: Flask, tmp_path: Path) -> None:
    with_seals(context, tmp_path / "seals")
    for path, part in (("51/5101/510107/", "武侯区"), ("51/5101/510107/510107001/", "武侯区"),
                       ("51/5101/510104/", "成都市社会保险")):
        seal = seal_of(path, context.config, at=now())
        assert seal is not None and part in seal.holder
    assert seal_of("51/5107/", context.config, at=now()) is None


@pytest.mark.parametrize(("broken", "refusal"), [("password", "SEAL_NOT_OPENED"), ("file", "SEAL_NOT_OPENED"),
                                                 ("expired", "SEAL_EXPIRED"), ("stamp", "STAMP_NOT_GIVEN")])
def test_a_seal_that_cannot_be_used_issues_nothing(context: Flask, tmp_path: Path, broken: str, refusal: str) -> None:
    folder, number = with_seals(context, tmp_path / "seals"), records.whole_story()
    if broken == "password":
        context.config["SEAL_PASSWORD"] = "another"
    elif broken == "file":
        (folder / "510107.p12").write_bytes(b"no certificate")
    elif broken == "expired":
        trial_ca.make(tmp_path / "old", {"510107": "甲局"}, SECRET.encode(), at=now() - timedelta(days=900))
        context.config["SEAL_CERTIFICATE"] = str(tmp_path / "old")
    else:
        context.config["SEAL_TSA"] = "http://127.0.0.1:9/"
    with pytest.raises(SealUnusable) as refused:
        issue(number, actor=SYSTEM, on=ON)
    assert refused.value.refusal == refusal
    assert db.session.query(DossierIssue).count() == 0


@pytest.mark.parametrize("damaged", [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"%PDF-1.7\n1 0 obj\n<<" + b"<<" * 3000])
def test_what_is_no_pdf_is_called_so(context: Flask, damaged: bytes) -> None:
    with pytest.raises(Unreadable):
        seals_in(damaged, [])


def test_the_code_ties_the_paper_to_the_log(context: Flask) -> None:
    words = code_text("资510107-2024-000001", b"{}\n", Marks(anchor=Anchor("pension-eligibility/here", 42, "cm9vdA==")))
    assert words.splitlines() == ["dossier 1", "case 资510107-2024-000001", "log pension-eligibility/here", "size 42",
                                  "root cm9vdA==", f"data sha256 {hashlib.sha256(b'{}' + bytes([10])).hexdigest()}"]
    html = dossier_html(content(_case(records.whole_story())))
    assert "<svg" in html and "<title>" in html


def _case(number: str) -> Case:
    return db.session.query(Case).filter_by(case_no=number).one()


def test_the_command_makes_seals_that_seal(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        number = records.whole_story()
        before = dossier(number)
    run = app.test_cli_runner().invoke
    done = run(args=["dossier", "test-ca", "--office", "510107", "--folder", str(tmp_path / "s")])
    assert done.exit_code == 0, done.output
    assert {path.name for path in (tmp_path / "s").iterdir()} == {"ca.pem", "510107.p12", "tsa.p12"}
    words = dict(part.split("=", 1) for part in done.output.splitlines()[1].removeprefix("export ").split())
    app.config |= words
    assert run(args=["dossier", number, "-o", str(tmp_path / "d.pdf")]).exit_code == 0
    found = one_seal((tmp_path / "d.pdf").read_bytes(), app)
    assert found.holds and found.trial and (tmp_path / "d.pdf").read_bytes() != before
    assert run(args=["dossier", "test-ca", "--folder", str(tmp_path / "s")]).exit_code == 1
    assert run(args=["dossier", "test-ca", "--office", "999999"]).exit_code == 1
