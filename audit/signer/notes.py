"""Writing of C2SP signed notes and checkpoints; audit/verify.py has the only reading of them."""
from __future__ import annotations

import base64
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.verify import COSIGNATURE, ED25519, NoteKey, cosigned_message, signature_line


@dataclass(frozen=True)
class SigningKey:
    """A private key and the public side of it."""

    note: NoteKey
    private: Ed25519PrivateKey

    @property
    def raw(self) -> bytes:
        return self.private.private_bytes_raw()

    def line(self, text: bytes) -> bytes:
        """The signature line below `text`."""
        return signature_line(self.note, self.private.sign(text))

    def cosigned(self, text: bytes, at: int) -> bytes:
        """The line of a cosignature/v1 over the checkpoint `text`; `at`: seconds since the epoch."""
        return signature_line(self.note, at.to_bytes(8, "big") + self.private.sign(cosigned_message(at, text)))


def signing_key(name: str, raw: bytes | None = None, *, cosigns: bool = False) -> SigningKey:
    """The key of `raw` (32 bytes), or a new one. `name`: of the log a signer's is the origin, of a witness its own."""
    private = Ed25519PrivateKey.from_private_bytes(raw) if raw else Ed25519PrivateKey.generate()
    kind = COSIGNATURE if cosigns else ED25519
    return SigningKey(NoteKey(name, kind, private.public_key().public_bytes_raw()), private)


def checkpoint_text(origin: str, size: int, root: bytes) -> bytes:
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()


def signed(text: bytes, *keys: SigningKey) -> bytes:
    """The note: `text` (ending in a newline), an empty line, a signature of each key."""
    return text + b"\n" + b"".join(key.line(text) for key in keys)
