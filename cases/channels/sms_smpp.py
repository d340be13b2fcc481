"""Short messages straight to an operator's centre by SMPP 3.4: UCS-2, long ones in parts, receipts asked for."""
from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import Any
from urllib.parse import SplitResult, parse_qs

from smpplib import consts, exceptions
from smpplib.client import Client
from smpplib.gsm import make_parts

from cases.channels.answers import Accepted, Keep, NotNow, Receipt, Undeliverable

SECONDS = 15
QUIET_SECONDS = 2  # no receipt for so long: all that were waiting have come
LATER = frozenset({consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL})
FINAL = {"DELIVRD": True, "EXPIRED": False, "DELETED": False, "UNDELIV": False, "REJECTD": False, "UNKNOWN": False}
FIELD = re.compile(r"(id|stat|err):(\S+)")


class CentreFault(OSError):
    """The line broke before the answer: the message may have gone out."""


def to_centre(server: SplitResult, message: EmailMessage) -> Accepted:
    """One message to one number. Raises Undeliverable, NotNow; CentreFault leaves the fate unknown."""
    number = message["X-Notice-Address"]
    if not number:
        raise Undeliverable("no number")
    with _bound(server, "bind_transmitter") as client:
        refs = [_part(client, server, number, part, coding, flags, first=not at)
                for at, (part, coding, flags) in enumerate(_parts(message.get_content().strip()))]
    return Accepted(f"smpp {server.hostname} {' '.join(refs)}"[:300], refs[0])


def receipts(server: SplitResult, keep: Keep) -> None:
    """What the centre reports until it is quiet; acknowledged once kept. Raises NotNow where it cannot be asked."""
    def received(pdu: Any) -> None:
        for receipt in _receipt(pdu):
            keep(receipt)

    with _bound(server, "bind_receiver", timeout=QUIET_SECONDS) as client:
        client.set_message_received_handler(received)
        with suppress(TimeoutError, exceptions.ConnectionError):
            while True:
                client.read_once(auto_send_enquire_link=False)


def _part(client: Client, server: SplitResult, number: str, part: bytes, coding: int, flags: int, *,
          first: bool) -> str:
    answer = _exchange(client, source_addr=parse_qs(server.query).get("from", [""])[0], destination_addr=number,
                       short_message=part, data_coding=coding, esm_class=flags, registered_delivery=1)
    if answer.status == consts.SMPP_ESME_ROK:
        return answer.message_id.decode("ascii", "replace")
    if not first:
        raise CentreFault(f"a later part refused: {answer.status}")
    raise (NotNow if answer.status in LATER else Undeliverable)(f"refused: SMPP {answer.status}")


def _exchange(client: Client, **message: Any) -> Any:
    try:
        client.send_message(**message)
        return client.read_pdu()
    except (OSError, exceptions.ConnectionError, exceptions.PDUError) as error:
        raise CentreFault(type(error).__name__) from error


def _parts(text: str) -> list[tuple[bytes, int, int]]:
    parts, coding, flags = make_parts(text, encoding=consts.SMPP_ENCODING_ISO10646)
    return [(part, coding, flags) for part in parts]


def _receipt(pdu: Any) -> list[Receipt]:
    """The receipt in a deliver_sm (SMPP 3.4, appendix B); none for a message or a state that may still change."""
    text = dict(FIELD.findall((pdu.short_message or b"").decode("latin-1")))
    ref = (getattr(pdu, "receipted_message_id", None) or b"").decode("latin-1").rstrip("\0") or text.get("id")
    if not ref or text.get("stat") not in FINAL:
        return []
    delivered = FINAL[text["stat"]]
    return [Receipt(ref, delivered, None if delivered else f"{text['stat']} {text.get('err', '')}".strip())]


@contextmanager
def _bound(server: SplitResult, bind: str, timeout: int = SECONDS) -> Iterator[Client]:
    client = Client(server.hostname, server.port or 2775, timeout=timeout, allow_unknown_opt_params=True)
    try:
        client.connect()
        getattr(client, bind)(system_id=server.username or "", password=server.password or "")
    except (OSError, exceptions.ConnectionError, exceptions.PDUError) as error:
        client.disconnect()
        raise NotNow(f"no connection: {type(error).__name__}") from error
    with client:
        yield client
