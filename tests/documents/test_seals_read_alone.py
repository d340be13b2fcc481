"""What audit/verify.py says of a seal by itself: its certificate's dates, who issued it, whether it was revoked."""
from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from audit.verify import TOLD, Findings, PdfFiles, Policy, _check_seal, _told_of_seal
from tests.audit.attacks.made_up import Keys
from tests.audit.witnesses.tokens import DAY, NOW, Maker
from tests.documents.sealing import ROOT, sealed

pytestmark = pytest.mark.sqlite_is_enough

OFFICE = Maker("office", ROOT)
EXPIRED = Maker("expired", ROOT, until=NOW - DAY)


def read(document: bytes, *, seals: tuple[Maker, ...] = (ROOT,)) -> tuple[set[str], dict[str, Any] | None]:
    policy = Policy.read(Keys().written("sha256") | {"seals": [one.pem for one in seals]})
    found = Findings()
    told = _check_seal(PdfFiles(document), {}, policy, found)
    assert all(one.words("zh") and one.words("en") for one in found)
    return {one.code for one in found}, told


def in_words(told: dict[str, Any]) -> str:
    return str(_told_of_seal(told, lambda key, **given: TOLD[key][1].format(**given)))


def test_a_seal_without_a_stamp_says_its_time_itself_and_that_revocation_was_not_asked() -> None:
    codes, told = read(sealed(OFFICE))
    assert codes == set() and told is not None and told["holder"] == "office"
    assert abs(datetime.fromisoformat(told["at"]) - NOW) < timedelta(minutes=10)
    assert "as the sealer says" in in_words(told) and "it was not asked" in in_words(told)


def test_a_stamp_says_when_it_was_sealed() -> None:
    codes, told = read(sealed(OFFICE, stamped=NOW - DAY))
    assert codes == set() and told is not None
    assert (told["at"], told["stamped_by"]) == ((NOW - DAY).isoformat(), "tsa")


def test_a_certificate_that_had_run_out_when_it_sealed_is_named() -> None:
    assert read(sealed(EXPIRED))[0] == {"seal_expired"}
    assert read(sealed(EXPIRED, stamped=NOW - 2 * DAY))[0] == set()  # it held when it was stamped
    assert read(sealed(OFFICE, stamped=NOW - 29 * DAY - timedelta(hours=30)))[0] >= {"stamp_expired"}


def test_the_seal_of_one_office_makes_no_seal_of_another() -> None:
    below = Maker("another office", OFFICE)
    assert read(sealed(below, OFFICE))[0] == {"seal_unknown"}
    between = Maker("between", ROOT, authority=True)
    assert read(sealed(Maker("office", between), between))[0] == set()
    assert read(sealed(Maker("office", between)))[0] == {"seal_unknown"}


def revoked(maker: Maker, on: datetime | None, by: Maker = ROOT, *, partial: bool = False) -> bytes:
    """A list of revocation, in which it stands since `on`."""
    made = x509.CertificateRevocationListBuilder().issuer_name(ROOT.certificate.subject).last_update(NOW).next_update(
        NOW + DAY)
    if partial:
        made = made.add_extension(x509.IssuingDistributionPoint(None, None, False, True, None, False, False), True)
    if on:
        made = made.add_revoked_certificate(x509.RevokedCertificateBuilder().serial_number(
            maker.certificate.serial_number).revocation_date(on).build())
    return made.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def answered(maker: Maker, on: datetime | None, by: Maker = ROOT) -> bytes:
    """An OCSP answer about it."""
    status = ocsp.OCSPCertStatus.REVOKED if on else ocsp.OCSPCertStatus.GOOD
    made = ocsp.OCSPResponseBuilder().add_response(maker.certificate, ROOT.certificate, hashes.SHA256(), status, NOW,
                                                   None, on, None)
    made = made.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
    if by is not ROOT:
        made = made.certificates([by.certificate])
    return made.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


RESPONDER = Maker("responder", ROOT, usage=ExtendedKeyUsageOID.OCSP_SIGNING)
STRANGER = Maker("stranger", usage=ExtendedKeyUsageOID.OCSP_SIGNING)
LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(("answers", "codes"), [
    ({"CRLs": [revoked(OFFICE, None)]}, set()),
    ({"OCSPs": [answered(OFFICE, None)]}, set()),
    ({"OCSPs": [answered(OFFICE, None, RESPONDER)]}, set()),
    ({"CRLs": [revoked(OFFICE, NOW - DAY)]}, {"seal_revoked"}),
    ({"CRLs": [revoked(OFFICE, NOW - DAY, partial=True)]}, {"seal_revoked"}),
    ({"OCSPs": [answered(OFFICE, NOW - DAY)]}, {"seal_revoked"}),
    ({"CRLs": [revoked(OFFICE, None)], "OCSPs": [answered(OFFICE, NOW - DAY, RESPONDER)]}, {"seal_revoked"}),
    ({"CRLs": [revoked(OFFICE, LATER)]}, {"seal_revoked"}),  # nobody says that it sealed before
    ({"CRLs": [revoked(OFFICE, None, OFFICE)]}, {"seal_answer"}),
    ({"OCSPs": [answered(OFFICE, None, OFFICE)]}, {"seal_answer"}),
    ({"OCSPs": [answered(OFFICE, None, STRANGER)]}, {"seal_answer"}),
    ({"CRLs": [b"x"]}, {"seal_answer"}),
])
def test_what_is_embedded_on_revocation_is_verified(answers: dict[str, list[bytes]], codes: set[str]) -> None:
    found, told = read(sealed(OFFICE, answers=answers))
    assert found == codes and told is not None
    assert (told["asked"] is None) == ("seal_answer" in codes)


def test_a_stamped_seal_outlives_a_later_revocation() -> None:
    for on, codes in ((NOW, set()), (NOW - 3 * DAY, {"seal_revoked"})):
        assert read(sealed(OFFICE, stamped=NOW - DAY, answers={"CRLs": [revoked(OFFICE, on)]}))[0] == codes


def test_answers_about_others_are_no_answer() -> None:
    for answers in ({"CRLs": [revoked(OFFICE, None, partial=True)]}, {"OCSPs": [answered(EXPIRED, NOW)]}):
        codes, told = read(sealed(OFFICE, answers=answers))
        assert codes == set() and told is not None and told["asked"] is None
