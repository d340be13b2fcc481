"""Time stamp tokens made by hand (RFC 3161, RFC 5816), each of whose parts may be another than it should be."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from asn1crypto.core import OctetString, ParsableOctetString
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
USES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")


@dataclass
class Maker:
    """Of certificates: an authority when `above` is None, else one that it issued. usage: None for no extended one."""

    name: str
    above: Maker | None = None
    authority: bool = False
    usage: x509.ObjectIdentifier | None = None
    critical: bool = True
    uses: tuple[str, ...] | None = None  # of its key; None: not said
    since: datetime = NOW - 30 * DAY
    until: datetime = NOW + 30 * DAY
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        issuer = self.above or self
        made = (x509.CertificateBuilder().subject_name(_name(self.name)).issuer_name(_name(issuer.name))
                .public_key(self.key.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(self.since).not_valid_after(self.until)
                .add_extension(x509.BasicConstraints(self.authority, None), critical=True))
        if self.uses is not None:
            made = made.add_extension(x509.KeyUsage(**{use: use in self.uses for use in USES}), critical=True)
        if self.usage:
            made = made.add_extension(x509.ExtendedKeyUsage([self.usage]), critical=self.critical)
        self.certificate = made.sign(issuer.key, hashes.SHA256())

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def stamping(name: str = "tsa", **other: Any) -> Maker:
    return Maker(name, **({"usage": ExtendedKeyUsageOID.TIME_STAMPING} | other))


def token(tsa: Maker, data: bytes, *, at: datetime = NOW, nonce: int | None = None, bound: Maker | None = None,
          beside: tuple[Maker, ...] = (), unsigned: bool = False, digest: bytes = b"",
          kind: str = "tst_info", named: str = "sha256_ecdsa", extension: bool = False, junk: bytes = b"") -> bytes:
    """bound: another certificate that the signature names; None: its own. digest: SHA-256 of data that are not here.
    kind: of the content; named: algorithm of the signature; extension: a critical one that nobody knows; junk: beside
    the name of the algorithm."""
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest or hashlib.sha256(data).digest()}
    given = {"version": "v1", "policy": "1.2.3", "message_imprint": imprint, "serial_number": 9, "gen_time": at}
    given |= {"nonce": nonce} if nonce is not None else {}
    given |= {"extensions": [{"extn_id": "1.2.3.4", "critical": True, "extn_value": b"\5\0"}]} if extension else {}
    info = tsp.TSTInfo(given).dump()
    own = asn1_x509.Certificate.load(tsa.der)
    ess = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256((bound or tsa).der).digest()}]})
    attributes = cms.CMSAttributes([
        {"type": "content_type", "values": [kind]},
        {"type": "message_digest", "values": [hashlib.sha256(info).digest()]},
        {"type": "signing_certificate_v2", "values": [ess]}])
    value = tsa.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
    signer = {"version": "v1", "digest_algorithm": {"algorithm": "sha256"}, "signed_attrs": attributes,
              "sid": cms.SignerIdentifier({"issuer_and_serial_number": {
                  "issuer": own.issuer, "serial_number": own.serial_number}}),
              "signature_algorithm": {"algorithm": named} | ({"parameters": OctetString(junk)} if junk else {}),
              "signature": value}
    if unsigned:
        signer["unsigned_attrs"] = [{"type": "content_type", "values": ["data"]}]
    signed = {"version": "v3", "digest_algorithms": [{"algorithm": "sha256"}], "signer_infos": [signer],
              "encap_content_info": {"content_type": kind, "content": ParsableOctetString(info)},
              "certificates": [own, *(asn1_x509.Certificate.load(one.der) for one in beside)]}
    made: bytes = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump()
    return made
