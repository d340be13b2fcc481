"""The key that signs exports: Ed25519, in a file of its own outside the database (C2SP signed notes)."""
from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app

from audit.verify import ORIGIN

ED25519 = b"\x01"
FILE = "audit-signing.key"


class NoSigningKey(RuntimeError):
    """The key of this installation is not there; the message says where it should be."""


def key_path() -> Path:
    return Path(current_app.config.get("INSTANCE_DIR") or current_app.instance_path) / FILE


def make_key() -> bool:
    """At installation (`database create`), never later: a new key is another signer. False when there is one."""
    path = key_path()
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(Ed25519PrivateKey.generate().private_bytes_raw())
    return True


def private_key() -> Ed25519PrivateKey:
    """The key of this installation, made when its database was. Raises NoSigningKey."""
    try:
        return Ed25519PrivateKey.from_private_bytes(key_path().read_bytes())
    except FileNotFoundError:
        raise NoSigningKey(f"{key_path()} is missing: bring it back from the backup of the keys") from None


def verifier_key() -> str:
    """What an inspector keeps: name, key id, public key. Hand it over by another way than the exports."""
    public = private_key().public_key().public_bytes_raw()
    return f"{ORIGIN}+{_key_id(public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def signed_note(text: bytes) -> bytes:
    """`text` (ending in a newline) with the signature below it."""
    key = private_key()
    value = _key_id(key.public_key().public_bytes_raw()) + key.sign(text)
    return text + f"\n— {ORIGIN} {base64.b64encode(value).decode()}\n".encode()


def _key_id(public: bytes) -> bytes:
    return hashlib.sha256(ORIGIN.encode() + b"\n" + ED25519 + public).digest()[:4]


def signed_text(note: bytes) -> bytes:
    """The text of a note that this installation signed. Raises ValueError for any other."""
    text, _, signature = note.partition(b"\n\n")
    text += b"\n"
    value = base64.b64decode(signature.split()[-1]) if signature.split() else b""
    try:
        private_key().public_key().verify(value[4:], text)
    except InvalidSignature:
        raise ValueError("not signed by this installation") from None
    return text
