"""The note by mail, to mailboxes that the agency's administrators cannot open."""
from __future__ import annotations

import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path

from audit.witnesses.handing import Handed, Receipt, WitnessAway

WAIT = 20  # seconds


def hand_over(given: dict[str, str], handed: Handed) -> Receipt:
    """The receipt is the mail's own id: a second mail of the same note has the same. Raises WitnessAway."""
    mail = _mail(given, handed)
    try:
        with smtplib.SMTP(given["host"], int(given.get("port", "25")), timeout=WAIT) as server:
            if given.get("starttls", "no") == "yes":
                server.starttls(context=ssl.create_default_context())
            if given.get("username"):
                server.login(given["username"], Path(given["password_file"]).read_text().strip())
            refused = server.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        raise WitnessAway(f"{given['host']}: {error}") from None
    if refused:
        raise WitnessAway(f"{given['host']}: {sorted(refused)}")
    return Receipt(str(mail["Message-ID"]).encode(), f"{given['to']} {mail['Message-ID']}")


def _mail(given: dict[str, str], handed: Handed) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = given["from"], given["to"]
    mail["Subject"] = f"[checkpoint] {handed.origin} {handed.size}"
    mail["Message-ID"] = f"<{hashlib.sha256(handed.note).hexdigest()[:40]}@{given['from'].rpartition('@')[2]}>"
    mail.set_content("本邮件附日志检查点一份，请保存，勿改动。\n"
                     "The attached checkpoint of the log is to be kept as it is.\n\n" + handed.note.decode())
    mail.add_attachment(handed.note, maintype="application", subtype="octet-stream",
                        filename=f"checkpoint-{handed.size}.note")
    return mail
