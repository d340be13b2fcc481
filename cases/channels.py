"""Where notices go out: files in the instance folder, or SMTP to the gateways that print letters and send messages.

A channel takes a message and answers with its proof. It raises Undeliverable when the message certainly did not go
out; any other of UNKNOWN leaves its fate unknown.
"""
from __future__ import annotations

import os
import re
import smtplib
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Send = Callable[[EmailMessage], str]
SECONDS = 30
UNKNOWN = (OSError, smtplib.SMTPException)  # the line broke in between: it may have gone out
SAFE = re.compile(r"[^A-Za-z0-9@._-]")


class Undeliverable(RuntimeError):
    """The channel refused the message; nothing went out."""


class BadTransport(ValueError):
    """NOTICE_TRANSPORT is neither `file` nor smtp://host:port?to=...&from=... ."""


def transport(config: Mapping[str, Any]) -> Send:
    """The sender that NOTICE_TRANSPORT names. Raises BadTransport."""
    name = config.get("NOTICE_TRANSPORT") or "file"
    parts = urlsplit(name)
    if name == "file":
        return partial(to_file, Path(config["INSTANCE_DIR"]) / "outbox")
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadTransport(parts.scheme)
    query = parse_qs(parts.query)
    if not query.get("to"):
        raise BadTransport("no `to` address")
    return partial(to_smtp, parts, query["to"][0], query.get("from", ["notices@localhost"])[0])


def to_file(folder: Path, message: EmailMessage) -> str:
    """<message-id>.eml and the letter beside it; written whole or not at all, the same file for the same message."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = SAFE.sub("_", message["Message-ID"].strip("<>"))
    try:
        for part in message.iter_attachments():
            _write(folder / f"{stem}.pdf", part.get_payload(decode=True))
        _write(folder / f"{stem}.eml", message.as_bytes(policy=SMTP))
    except OSError as error:
        raise Undeliverable(f"{type(error).__name__}: {error.strerror}") from error
    return f"file {stem}.eml"


def to_smtp(server: Any, receiver: str, sender: str, message: EmailMessage) -> str:
    """To the gateway named in the settings; user and password may stand in its address."""
    message["From"], message["To"] = sender, receiver
    factory = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    try:
        connection = factory(server.hostname, server.port or 0, timeout=SECONDS)
    except (OSError, smtplib.SMTPException) as error:
        raise Undeliverable(f"no connection: {type(error).__name__}") from error
    with connection:
        try:
            if server.username:
                connection.login(server.username, server.password or "")
            connection.send_message(message)
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            raise Undeliverable(f"refused: {_answer(error)}") from error
    return f"smtp {server.hostname} {message['Message-ID']}"


def _answer(error: smtplib.SMTPException) -> str:
    """Code and name only: a server's words may repeat addresses."""
    return f"{getattr(error, 'smtp_code', '')} {type(error).__name__}".strip()


def _write(path: Path, content: bytes) -> None:
    draft = path.with_suffix(f"{path.suffix}.part")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
