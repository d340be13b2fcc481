"""A certificate authority for trials, and seals of it: plainly marked as test, in the subject and on every page."""
from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cases.seals.certificates import TRIAL

NOT_FOR_USE = "不得用于业务 NOT FOR USE"
ROOT, STAMPS = "ca.pem", "tsa"
HOLDS = timedelta(days=2 * 365)
USES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")


def make(folder: Path, offices: Mapping[str, str], secret: bytes, *, at: datetime) -> list[Path]:
    """The authority's certificate, a PKCS#12 seal for each office (code -> name) and one for time stamps, in `folder`.

    The authority's key is not kept: to make another seal, make another authority. Raises FileExistsError.
    """
    folder.mkdir(parents=True, exist_ok=False)
    key = ec.generate_private_key(ec.SECP256R1())
    own = _name("测试认证机构 TEST CA")
    root = _certificate(own, own, key, key, at, authority=True)
    written = [_written(folder / ROOT, root.public_bytes(serialization.Encoding.PEM))]
    for code, name in offices.items():
        written.append(_seal(folder / f"{code}.p12", f"测试章 TEST {name}", root, key, secret, at))
    return [*written, _seal(folder / f"{STAMPS}.p12", "测试时间戳 TEST TSA", root, key, secret, at, stamps=True)]


def _seal(path: Path, name: str, root: x509.Certificate, key: ec.EllipticCurvePrivateKey, secret: bytes, at: datetime,
          *, stamps: bool = False) -> Path:
    own = rsa.generate_private_key(65537, 2048) if stamps else ec.generate_private_key(ec.SECP256R1())
    made = _certificate(_name(name), root.subject, own, key, at, stamps=stamps)
    packed = pkcs12.serialize_key_and_certificates(name.encode(), own, made, [root],
                                                   serialization.BestAvailableEncryption(secret))
    return _written(path, packed)


def _certificate(subject: x509.Name, issuer: x509.Name, own: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
                 signing: ec.EllipticCurvePrivateKey, at: datetime, *, authority: bool = False,
                 stamps: bool = False) -> x509.Certificate:
    uses = {"key_cert_sign", "crl_sign"} if authority else {"digital_signature", "content_commitment"}
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(at - timedelta(days=1)).not_valid_after(at + HOLDS)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
            .add_extension(x509.KeyUsage(**{use: use in uses for use in USES}), critical=True))
    if stamps:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return made.sign(signing, hashes.SHA256())


def _name(common: str) -> x509.Name:
    """The library counts bytes where X.509 has 64 characters: a longer name is cut."""
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
                      x509.NameAttribute(NameOID.ORGANIZATION_NAME, TRIAL),
                      x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, NOT_FOR_USE),
                      x509.NameAttribute(NameOID.COMMON_NAME, common.encode()[:64].decode(errors="ignore"))])


def _written(path: Path, content: bytes) -> Path:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    return path
