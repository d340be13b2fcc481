"""Seals by certificates of any kind, stamped at any time: what the application's own sealing would refuse to make."""
from __future__ import annotations

import io
from datetime import datetime

import pikepdf
from asn1crypto import cms, tsp
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, sign_pdf
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import TimeStamper

from tests.audit.witnesses.tokens import Maker, stamping, token

ROOT = Maker("root", authority=True)
TSA = stamping(above=ROOT)


def sealed(maker: Maker, *beside: Maker, stamped: datetime | None = None, answers: dict[str, list[bytes]] | None = None,
           document: bytes = b"") -> bytes:
    """The document, or a blank page, sealed now. stamped: the time of a stamp; answers: what the page's DSS holds."""
    return _signed(document or _page(answers or {}), maker, beside, stamped)


def _page(answers: dict[str, list[bytes]]) -> bytes:
    pdf, made = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    if answers:
        pdf.Root.DSS = pdf.make_indirect(pikepdf.Dictionary({
            f"/{name}": pikepdf.Array([pikepdf.Stream(pdf, one) for one in some]) for name, some in answers.items()}))
    pdf.save(made)
    return made.getvalue()


def _signed(document: bytes, maker: Maker, beside: tuple[Maker, ...], stamped: datetime | None) -> bytes:
    packed = pkcs12.serialize_key_and_certificates(b"x", maker.key, maker.certificate,
                                                   [one.certificate for one in beside] or None, NoEncryption())
    described = PdfSignatureMetadata(field_name="Seal", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    out = sign_pdf(IncrementalPdfFileWriter(io.BytesIO(document)), described,
                   signer=SimpleSigner.load_pkcs12_data(packed, [], None),
                   timestamper=Stamper(stamped) if stamped else None)
    return bytes(out.getvalue())


class Stamper(TimeStamper):
    """TSA, at a given time."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        made = token(TSA, b"", at=self.at, nonce=req["nonce"].native,
                     digest=req["message_imprint"]["hashed_message"].native)
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(made)})
