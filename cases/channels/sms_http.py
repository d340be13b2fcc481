"""Short messages through an HTTP gateway (docs/decisions/085-channels).

POST {base}/messages  {"id", "to", "text"}, header Idempotency-Key: the id  -> 2xx {"ref"}; the same id twice is one
message. GET {base}/receipts -> {"receipts": [{"ref", "delivered", "error"}]}, some that are not acknowledged;
POST {base}/receipts/seen {"refs": [...]} acknowledges them.
"""
from __future__ import annotations

from email.message import EmailMessage
from typing import Any
from urllib.parse import SplitResult

import httpx

from cases.channels.answers import Accepted, Keep, NotNow, Receipt, Undeliverable

SECONDS = 15
LATER = frozenset({408, 425, 429, 503})  # refused for now (RFC 9110, RFC 6585, RFC 8470)


class GatewayFault(OSError):
    """An answer that tells neither yes nor no: the message may have gone out."""


def to_gateway(base: SplitResult, message: EmailMessage) -> Accepted:
    """One message to one number. Raises Undeliverable, NotNow; GatewayFault and httpx errors leave the fate unknown."""
    number = message["X-Notice-Address"]
    if not number:
        raise Undeliverable("no number")
    key = message["Message-ID"].strip("<>")
    body = {"id": key, "to": number, "text": message.get_content().strip()}
    try:
        with _client(base) as client:
            answer = client.post("messages", json=body, headers={"Idempotency-Key": key})
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise NotNow(type(error).__name__) from error
    except httpx.HTTPError as error:
        raise GatewayFault(type(error).__name__) from error
    return _accepted(base, answer)


def receipts(base: SplitResult, keep: Keep) -> None:
    """What the gateway knows of messages it took; acknowledged once kept. Raises NotNow where it cannot be asked."""
    try:
        with _client(base) as client:
            while rows := client.get("receipts").raise_for_status().json()["receipts"]:
                for row in rows:
                    keep(_receipt(row))
                client.post("receipts/seen", json={"refs": [row["ref"] for row in rows]}).raise_for_status()
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise NotNow(type(error).__name__) from error


def _receipt(row: dict[str, Any]) -> Receipt:
    return Receipt(str(row["ref"])[:80], bool(row["delivered"]), str(row.get("error") or "")[:60] or None)


def _accepted(base: SplitResult, answer: httpx.Response) -> Accepted:
    if answer.status_code in LATER:
        raise NotNow(f"HTTP {answer.status_code}")
    if 400 <= answer.status_code < 500:
        raise Undeliverable(f"refused: HTTP {answer.status_code}")
    if not answer.is_success:
        raise GatewayFault(f"HTTP {answer.status_code}")
    try:
        ref = str(answer.json()["ref"])[:80]
    except (ValueError, KeyError, TypeError) as error:
        raise GatewayFault("no ref in the answer") from error
    return Accepted(f"sms {base.hostname} {ref}", ref)


def _client(base: SplitResult) -> httpx.Client:
    port = f":{base.port}" if base.port else ""
    headers = {"Authorization": f"Bearer {base.password}"} if base.password else {}
    return httpx.Client(base_url=f"{base.scheme}://{base.hostname}{port}{base.path}", timeout=SECONDS, headers=headers,
                        trust_env=False)
