"""The signer and the witnesses of this installation, as its settings name them."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from flask import current_app

from audit.signer.folder import Folder, Head, Since
from audit.signer.refusals import SignerRefused
from audit.signer.signing import Asked, LocalSigner
from audit.signer.socket import SocketSigner
from audit.verify import NoteKey
from audit.witnesses.configured import Witness, read


class Signer(Protocol):
    """What a signer is asked, in this process or another; every method raises SignerRefused."""

    def head(self) -> Head: ...

    def log_keys(self) -> list[Since]: ...

    def origin(self) -> str: ...

    def sign(self, asked: Asked) -> bytes: ...


def signer() -> Signer:
    socket = current_app.config.get("SIGNER_SOCKET")
    return SocketSigner(Path(socket)) if socket else LocalSigner(signer_folder())


def signer_folder() -> Path:
    """Outside the instance folder, so that a restored one brings no old head with it."""
    instance = Path(current_app.config.get("INSTANCE_DIR") or current_app.instance_path)
    return Path(current_app.config.get("SIGNER_DIR") or instance.with_name(f"{instance.name}-signer"))


def make_signer(origin: str, hashing: str) -> bool:
    """At installation, where the signer is of this process. False when it is there, or is a process of its own.

    Raises SignerRefused for the signer of another log.
    """
    if current_app.config.get("SIGNER_SOCKET"):
        return False
    folder = Folder(signer_folder())
    if folder.exists:
        if folder.origin != origin:
            raise SignerRefused("WRONG_ORIGIN", expected=folder.origin, origin=origin)
        return False
    folder.create(origin, hashing)
    return True


def note_keys(keys: Sequence[Since]) -> list[NoteKey]:
    return [NoteKey.read(row.key) for row in keys]


def witnesses() -> list[Witness]:
    """Raises BadWitnesses."""
    return read(current_app.config.get("WITNESSES") or "")
