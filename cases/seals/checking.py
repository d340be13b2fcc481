"""What the seal of a PDF says: who sealed it, whether it holds, and whether anything was added since."""
from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature, KeyUsageConstraints, validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from cases.seals.certificates import holder_of, is_trial

SIGNING = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)


class Unreadable(ValueError):
    """Not a PDF, or one too damaged to be read."""


@dataclass(frozen=True)
class FoundSeal:
    """One signature of a PDF. intact: what it covers is what was signed; whole: it covers the whole file; trusted: by
    an authority of this installation; stamped_at: by a trusted time stamp; covered: SHA-256 of the bytes up to the end
    of what was signed, hex."""

    holder: str
    trial: bool
    intact: bool
    whole: bool
    trusted: bool
    stamped_at: datetime | None
    covered: str

    @property
    def holds(self) -> bool:
        return self.intact and self.whole and self.trusted


def seals_in(document: bytes, roots: Sequence[x509.Certificate]) -> list[FoundSeal]:
    """Every seal of the PDF, in their order; no network is asked. Raises Unreadable."""
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # a broken file is an answer here, not a fault of ours
    try:
        reader = PdfFileReader(io.BytesIO(document))
        return [_found(one, document, roots) for one in reader.embedded_regular_signatures]
    except Exception as error:  # whatever a hostile file makes its reader raise, it cannot be read
        raise Unreadable(type(error).__name__) from error


def _found(one: EmbeddedPdfSignature, document: bytes, roots: Sequence[x509.Certificate]) -> FoundSeal:
    status = _status(one, roots, None)
    stamp = status.timestamp_validity
    stamped = stamp.timestamp if stamp is not None and stamp.valid and stamp.intact and stamp.trusted else None
    if stamped is not None and not status.trusted:  # the certificate may have run out since
        status = _status(one, roots, stamped)
    begin, _signed, again, after = (int(number) for number in one.byte_range)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE and begin == 0 and again + after == len(document)
    certificate = status.signing_cert
    return FoundSeal(holder_of(certificate), is_trial(certificate), bool(status.intact and status.valid), whole,
                     bool(status.trusted), stamped, hashlib.sha256(document[:again + after]).hexdigest())


def _status(one: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], moment: datetime | None,
            ) -> PdfSignatureStatus:
    def context(at: datetime | None) -> ValidationContext:
        return ValidationContext(trust_roots=list(roots), allow_fetching=False, moment=at)

    return validate_pdf_signature(one, context(moment), ts_validation_context=context(None),
                                  key_usage_settings=SIGNING, skip_diff=True)
