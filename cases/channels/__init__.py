"""Where notices go out: files in the instance folder, mail to a gateway, short messages by HTTP or SMPP.

A channel takes a message and answers with its proof. It raises Undeliverable when the message certainly did not go
out, NotNow when it may go out later; any other of UNKNOWN leaves its fate unknown.
"""
from __future__ import annotations

import smtplib
from collections.abc import Mapping
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from cases.channels import sms_http, sms_smpp
from cases.channels.answers import Accepted, BadTransport, NotNow, Receipt, Receipts, Send, Undeliverable
from cases.channels.files import to_file
from cases.channels.smtp import to_smtp

__all__ = ["UNKNOWN", "Accepted", "BadTransport", "NotNow", "Receipt", "Receipts", "Send", "Undeliverable",
           "mail_to", "receipts", "transport"]
UNKNOWN = (OSError, smtplib.SMTPException)  # the line broke in between: it may have gone out
SMS = {"http": sms_http.to_gateway, "https": sms_http.to_gateway, "smpp": sms_smpp.to_centre}
RECEIPTS = {"http": sms_http.receipts, "https": sms_http.receipts, "smpp": sms_smpp.receipts}


def transport(config: Mapping[str, Any]) -> Send:
    """The sender that NOTICE_TRANSPORT and, for short messages, SMS_TRANSPORT name. Raises BadTransport."""
    others, sms = _others(config), _short_messages(config)

    def send(message: EmailMessage) -> Accepted:
        return (sms or others)(message) if message["X-Notice-Channel"] == "sms" else others(message)
    return send


def receipts(config: Mapping[str, Any]) -> Receipts | None:
    """How to ask what became of short messages; None where the channel has no way to tell. Raises BadTransport."""
    address = _sms_address(config)
    return partial(RECEIPTS[address.scheme], address) if address else None


def _short_messages(config: Mapping[str, Any]) -> Send | None:
    address = _sms_address(config)
    return partial(SMS[address.scheme], address) if address else None


def _sms_address(config: Mapping[str, Any]) -> SplitResult | None:
    name = config.get("SMS_TRANSPORT") or ""
    parts = urlsplit(name)
    if name and (parts.scheme not in SMS or not parts.hostname):
        raise BadTransport(f"SMS_TRANSPORT: {parts.scheme}")
    return parts if name else None


def mail_to(config: Mapping[str, Any], receiver: str) -> Send:
    """Mail to somebody else than the gateway, by the same server. Raises BadTransport."""
    return _others(config, receiver)


def _others(config: Mapping[str, Any], receiver: str = "") -> Send:
    name = config.get("NOTICE_TRANSPORT") or "file"
    parts = urlsplit(name)
    if name == "file":
        return partial(to_file, Path(config["INSTANCE_DIR"]) / "outbox")
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadTransport(f"NOTICE_TRANSPORT: {parts.scheme}")
    query = parse_qs(parts.query)
    if not query.get("to"):
        raise BadTransport("NOTICE_TRANSPORT: no `to` address")
    return partial(to_smtp, parts, receiver or query["to"][0], query.get("from", ["notices@localhost"])[0])
