"""The channel that needs no network: a message as a file in the instance folder, its letter beside it."""
from __future__ import annotations

import os
import re
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from cases.channels.answers import Accepted, Undeliverable

SAFE = re.compile(r"[^A-Za-z0-9@._-]")


def to_file(folder: Path, message: EmailMessage) -> Accepted:
    """<message-id>.eml and the letter beside it; written whole or not at all, the same file for the same message."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = SAFE.sub("_", message["Message-ID"].strip("<>"))
    try:
        for part in message.iter_attachments():
            _write(folder / f"{stem}.pdf", part.get_payload(decode=True))
        _write(folder / f"{stem}.eml", message.as_bytes(policy=SMTP))
    except OSError as error:
        raise Undeliverable(f"{type(error).__name__}: {error.strerror}") from error
    return Accepted(f"file {stem}.eml")


def _write(path: Path, content: bytes) -> None:
    draft = path.with_suffix(f"{path.suffix}.part")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
