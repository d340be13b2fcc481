"""RFC 3161 time stamps over a note: the request, and everything that is verified of the answer."""
from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from pathlib import Path

import httpx
from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from audit.witnesses.handing import Handed, Receipt, WitnessAway, WitnessRefused

WAIT, HASHES = 20, {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}


class StampRefused(ValueError):
    """A time stamp does not show what it was asked for; why, in words."""


def hand_over(given: dict[str, str], handed: Handed) -> Receipt:
    """The token, DER, verified. Raises WitnessAway, WitnessRefused."""
    nonce = secrets.randbits(63)
    try:
        answer = httpx.post(given["url"], content=request(handed.note, nonce), timeout=WAIT,
                            headers={"Content-Type": "application/timestamp-query"})
        answer.raise_for_status()
        token = token_of(answer.content)
        at = verify_stamp(token, handed.note, trusted(Path(given["certificate"])), nonce)
    except (httpx.HTTPError, OSError) as error:
        raise WitnessAway(f"{given['url']}: {error or type(error).__name__}") from None
    except StampRefused as refused:
        raise WitnessRefused(str(refused)) from None
    return Receipt(token, at.isoformat(timespec="seconds"))


def request(data: bytes, nonce: int) -> bytes:
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(data).digest()}
    made: bytes = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": nonce,
                                    "cert_req": True}).dump()
    return made


def token_of(answer: bytes) -> bytes:
    """The token of a response that grants. Raises StampRefused."""
    try:
        said = tsp.TimeStampResp.load(answer, strict=True)
        status = said["status"]["status"].native
        token: bytes = said["time_stamp_token"].dump()
    except Exception as error:
        raise StampRefused(f"no response of RFC 3161: {error}") from None
    if status not in ("granted", "granted_with_mods"):
        raise StampRefused(f"not granted: {status}")
    return token


def trusted(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file: of the authority itself, or of who issued its certificate."""
    return x509.load_pem_x509_certificates(path.read_bytes())


def verify_stamp(token: bytes, data: bytes, trust: list[x509.Certificate], nonce: int | None = None) -> datetime:
    """When `data` existed, says the token's authority, which one of `trust` is or has issued. Raises StampRefused."""
    try:
        signed = _content(token)
        info = tsp.TSTInfo.load(bytes(signed["encap_content_info"]["content"]), strict=True)
        return _verified(signed, info, data, trust, nonce)
    except StampRefused:
        raise
    except Exception as error:  # whatever the readers of DER raise on bytes made to hurt them means the same
        raise StampRefused(f"{type(error).__name__}: {error}") from None


def _content(token: bytes) -> cms.SignedData:
    content = cms.ContentInfo.load(token, strict=True)
    if content["content_type"].native != "signed_data":
        raise StampRefused("not signed data")
    signed = content["content"]
    if signed["encap_content_info"]["content_type"].native != "tst_info" or len(signed["signer_infos"]) != 1:
        raise StampRefused("not a time stamp of one authority")
    return signed


def _verified(signed: cms.SignedData, info: tsp.TSTInfo, data: bytes, trust: list[x509.Certificate],
              nonce: int | None) -> datetime:
    imprint, signer = info["message_imprint"], signed["signer_infos"][0]
    name = imprint["hash_algorithm"]["algorithm"].native
    if name not in HASHES or hashlib.new(name, data).digest() != imprint["hashed_message"].native:
        raise StampRefused("the stamp is of other bytes")
    if nonce is not None and info["nonce"].native != nonce:
        raise StampRefused("the answer to another request")
    certificate = _certificate(signed, signer)
    _signature(signer, bytes(signed["encap_content_info"]["content"]), certificate)
    at: datetime = info["gen_time"].native
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise StampRefused("outside the validity of the authority's certificate")
    _allowed(certificate, trust, at)
    return at


def _certificate(signed: cms.SignedData, signer: cms.SignerInfo) -> x509.Certificate:
    for one in signed["certificates"]:
        found: asn1_x509.Certificate = one.chosen
        sid = signer["sid"].chosen
        same = (found.key_identifier == sid.native if signer["sid"].name == "subject_key_identifier" else
                found.issuer == sid["issuer"] and found.serial_number == sid["serial_number"].native)
        if same:
            return x509.load_der_x509_certificate(found.dump())
    raise StampRefused("the authority's certificate is not with it")


def _signature(signer: cms.SignerInfo, content: bytes, certificate: x509.Certificate) -> None:
    attributes = {one["type"].native: one["values"][0] for one in signer["signed_attrs"]}
    name = signer["digest_algorithm"]["algorithm"].native
    if name not in HASHES or attributes["content_type"].native != "tst_info":
        raise StampRefused("signed attributes of another kind")
    if attributes["message_digest"].native != hashlib.new(name, content).digest():
        raise StampRefused("the signed digest is not that of the stamp")
    _bound(attributes, certificate)
    _signed_by(certificate.public_key(), signer, HASHES[name]())


def _bound(attributes: dict[str, cms.CMSAttribute], certificate: x509.Certificate) -> None:
    """The certificate is the one that the signature names (RFC 2634, RFC 5816)."""
    der = certificate.public_bytes(Encoding.DER)
    if "signing_certificate_v2" in attributes:
        first = attributes["signing_certificate_v2"]["certs"][0]
        same = hashlib.new(first["hash_algorithm"]["algorithm"].native, der).digest() == first["cert_hash"].native
    else:
        same = hashlib.sha1(der).digest() == attributes["signing_certificate"]["certs"][0]["cert_hash"].native
    if not same:
        raise StampRefused("signed with another certificate")


def _signed_by(key: object, signer: cms.SignerInfo, digest: hashes.HashAlgorithm) -> None:
    value, message = signer["signature"].native, signer["signed_attrs"].untag().dump()
    algorithm: algos.SignedDigestAlgorithm = signer["signature_algorithm"]
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, message, ec.ECDSA(digest))
        elif isinstance(key, rsa.RSAPublicKey) and algorithm.signature_algo == "rsassa_pkcs1v15":
            key.verify(value, message, padding.PKCS1v15(), digest)
        elif isinstance(key, rsa.RSAPublicKey) and algorithm.signature_algo == "rsassa_pss":
            key.verify(value, message, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
        else:
            raise StampRefused("a signature of a kind that is not known here")
    except InvalidSignature:
        raise StampRefused("not the authority's signature") from None


def _allowed(certificate: x509.Certificate, trust: list[x509.Certificate], at: datetime) -> None:
    """It may stamp time, and is trusted by itself or by its issuer."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])
    if list(usage) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise StampRefused("a certificate that is not for time stamps")
    if certificate not in trust and not any(_issued(certificate, by, at) for by in trust):
        raise StampRefused("an authority that is not trusted here")


def _issued(certificate: x509.Certificate, by: x509.Certificate, at: datetime) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
        ca = by.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return ca and by.not_valid_before_utc <= at <= by.not_valid_after_utc
