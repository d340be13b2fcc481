"""Which seal certificate an office has. A PKCS#12 file of the installation, or a folder with one for each office.

In a folder `<office code>.p12` is the office's own; without one, that of the nearest office above it.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.sign.signers import SimpleSigner

TRIAL = "测试 TEST"  # organisation of a certificate made by `flask dossier test-ca`; it stands for nobody


class SealUnusable(RuntimeError):
    """The seal that is configured cannot be used. `refusal`: SEAL_NOT_OPENED, SEAL_EXPIRED or STAMP_NOT_GIVEN."""

    def __init__(self, refusal: str, detail: str = "") -> None:
        super().__init__(f"{refusal}: {detail}" if detail else refusal)
        self.refusal = refusal


@dataclass(frozen=True)
class Seal:
    """An office's seal, opened. holder: the common name of its certificate."""

    holder: str
    trial: bool
    signer: SimpleSigner


def seal_of(office_path: str, config: Mapping[str, Any], *, at: datetime) -> Seal | None:
    """The seal of the office at `office_path`; None where no certificate is configured for it.

    Raises SealUnusable: a file that cannot be opened, a certificate that does not hold at the moment `at`.
    """
    found = _file(office_path, config.get("SEAL_CERTIFICATE") or "")
    if found is None:
        return None
    secrets = config.get("SEAL_PASSWORDS") or {}
    signer = _opened(found, secrets.get(found.stem) or config.get("SEAL_PASSWORD") or "")
    certificate = signer.signing_cert
    assert certificate is not None
    if not certificate.not_valid_before <= at <= certificate.not_valid_after:
        raise SealUnusable("SEAL_EXPIRED", holder_of(certificate))
    return Seal(holder_of(certificate), is_trial(certificate), signer)


def _file(office_path: str, configured: str) -> Path | None:
    if not configured:
        return None
    place = Path(configured)
    if not place.is_dir():
        return place
    nearest_first = reversed([code for code in office_path.split("/") if code])
    return next((file for code in nearest_first if (file := place / f"{code}.p12").is_file()), None)


def _opened(file: Path, secret: str) -> SimpleSigner:
    try:
        signer = SimpleSigner.load_pkcs12_data(file.read_bytes(), [], secret.encode())
    except (OSError, ValueError, TypeError) as error:
        raise SealUnusable("SEAL_NOT_OPENED", file.name) from error
    if signer is None or signer.signing_cert is None:
        raise SealUnusable("SEAL_NOT_OPENED", file.name)
    return signer


def holder_of(certificate: x509.Certificate) -> str:
    named = certificate.subject.native
    return str(named.get("common_name") or certificate.subject.human_friendly)


def is_trial(certificate: x509.Certificate) -> bool:
    return TRIAL in (certificate.subject.native.get("organization_name"),
                     certificate.issuer.native.get("organization_name"))


def trusted_roots(config: Mapping[str, Any]) -> list[x509.Certificate]:
    """The authorities whose seals and time stamps are believed: the certificates of the PEM file SEAL_ROOTS."""
    configured = config.get("SEAL_ROOTS") or ""
    try:
        return list(load_certs_from_pemder_data(Path(configured).read_bytes())) if configured else []
    except (OSError, ValueError) as error:
        raise SealUnusable("SEAL_NOT_OPENED", configured) from error
