"""A PAdES signature over a finished PDF: invisible, for a visible one breaks PDF/UA; the seal is drawn on the page.

B-B; B-T where a time stamping authority is configured.
"""
from __future__ import annotations

import io

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, sign_pdf
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError

from cases.seals.certificates import Seal, SealUnusable

FIELD = "Seal"
STAMP_SECONDS = 10


class _SameMetadata(IncrementalPdfFileWriter):
    """Leaves the metadata as they are: written anew, they would lose what PDF/A wants said of PDF/UA's identifier."""

    def _update_meta(self) -> None:
        pass


def sealed(document: bytes, seal: Seal, *, stamped_by: str = "") -> bytes:
    """`document` with the seal's signature over all of it; nothing may be added later. stamped_by: address of the TSA.

    Raises SealUnusable when the time stamp is not given.
    """
    described = PdfSignatureMetadata(field_name=FIELD, name=seal.holder, subfilter=SigSeedSubFilter.PADES,
                                     md_algorithm="sha256", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    place = SigFieldSpec(FIELD, readable_field_name=seal.holder,
                         invis_sig_settings=InvisSigSettings(box_out_of_bounds=True))
    stamper = HTTPTimeStamper(stamped_by, timeout=STAMP_SECONDS) if stamped_by else None
    try:
        made = sign_pdf(_SameMetadata(io.BytesIO(document)), described, signer=seal.signer, timestamper=stamper,
                        new_field_spec=place)
    except (TimestampRequestError, TimeoutError) as error:
        raise SealUnusable("STAMP_NOT_GIVEN", stamped_by) from error
    return bytes(made.getvalue())


