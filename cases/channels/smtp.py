"""Mail to the gateway that prints letters, posts notices and sends messages on (RFC 5321)."""
from __future__ import annotations

import smtplib
from email.message import EmailMessage
from urllib.parse import SplitResult

from cases.channels.answers import Accepted, Undeliverable

SECONDS = 30


def to_smtp(server: SplitResult, receiver: str, sender: str, message: EmailMessage) -> Accepted:
    """To the gateway named in the settings; user and password may stand in its address."""
    message["From"], message["To"] = sender, receiver
    factory = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    try:
        connection = factory(server.hostname or "", server.port or 0, timeout=SECONDS)
    except (OSError, smtplib.SMTPException) as error:
        raise Undeliverable(f"no connection: {type(error).__name__}") from error
    with connection:
        try:
            if server.username:
                connection.login(server.username, server.password or "")
            connection.send_message(message)
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            raise Undeliverable(f"refused: {_answer(error)}") from error
    return Accepted(f"smtp {server.hostname} {message['Message-ID']}")


def _answer(error: smtplib.SMTPException) -> str:
    """Code and name only: a server's words may repeat addresses."""
    return f"{getattr(error, 'smtp_code', '')} {type(error).__name__}".strip()
