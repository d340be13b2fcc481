"""RFC 3161 time stamps over a note: the request and its answer. The token is verified by audit/verify.py, as an
inspector does it."""
from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

import httpx
from asn1crypto import tsp
from cryptography import x509

from audit.verify import ProofRefused, verify_stamp
from audit.witnesses.handing import Handed, Receipt, WitnessAway, WitnessRefused

WAIT = 20  # seconds


def hand_over(given: dict[str, str], handed: Handed) -> Receipt:
    """The token, DER, verified. Raises WitnessAway, WitnessRefused."""
    nonce = secrets.randbits(63)
    try:
        answer = httpx.post(given["url"], content=request(handed.note, nonce), timeout=WAIT,
                            headers={"Content-Type": "application/timestamp-query"})
        answer.raise_for_status()
        token = token_of(answer.content)
        stamp = verify_stamp(token, handed.note, trusted(Path(given["certificate"])), nonce)
    except (httpx.HTTPError, OSError) as error:
        raise WitnessAway(f"{given['url']}: {error or type(error).__name__}") from None
    except ProofRefused as refused:
        raise WitnessRefused(str(refused)) from None
    return Receipt(token, stamp.at.isoformat(timespec="seconds"))


def request(data: bytes, nonce: int) -> bytes:
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(data).digest()}
    made: bytes = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": nonce,
                                    "cert_req": True}).dump()
    return made


def token_of(answer: bytes) -> bytes:
    """The token of a response that grants. Raises ProofRefused."""
    try:
        said = tsp.TimeStampResp.load(answer, strict=True)
        status = said["status"]["status"].native
        token: bytes = said["time_stamp_token"].dump()
    except Exception as error:
        raise ProofRefused(f"no response of RFC 3161: {error}") from None
    if status not in ("granted", "granted_with_mods"):
        raise ProofRefused(f"not granted: {status}")
    return token


def trusted(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file: of the authority itself, or of who issued its certificate."""
    return x509.load_pem_x509_certificates(path.read_bytes())
