"""Gateways of short messages on this machine, real servers of their kind: HTTP, and an SMPP 3.4 centre."""
from __future__ import annotations

import json
import socketserver
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

from smpplib import consts, smpp
from smpplib.client import Client


@dataclass
class HttpGateway:
    """What it was sent, what it answers next, and the receipts it has to give."""

    port: int = 0
    messages: dict[str, dict[str, str]] = field(default_factory=dict)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://:secret@127.0.0.1:{self.port}/sms/v1"


@contextmanager
def http_gateway() -> Iterator[HttpGateway]:
    gateway = HttpGateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path.endswith("/receipts/seen"):
                gateway.receipts = [row for row in gateway.receipts if row["ref"] not in body["refs"]]
                return self._answer(200, {})
            gateway.headers.append(dict(self.headers))
            status = gateway.answers.pop(0) if gateway.answers else 202
            if status < 300:
                gateway.messages[body["id"]] = body
            return self._answer(status, {"ref": f"g-{list(gateway.messages).index(body['id'])}"} if status < 300 else {})

        def do_GET(self) -> None:  # noqa: N802
            self._answer(200, {"receipts": gateway.receipts})

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            written = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, *_words: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        gateway.port = server.server_address[1]
        Thread(target=server.serve_forever, daemon=True).start()
        yield gateway
        server.shutdown()


@dataclass
class Centre:
    """An operator's centre: parts it took, statuses it answers next, receipts it sends to whoever listens."""

    port: int = 0
    parts: list[Any] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    receipts: list[bytes] = field(default_factory=list)
    acknowledged: int = 0
    vanish: bool = False  # the line breaks after a message

    @property
    def url(self) -> str:
        return f"smpp://agency:pass@127.0.0.1:{self.port}?from=12333"


@contextmanager
def smpp_centre() -> Iterator[Centre]:
    centre = Centre()

    class Session(socketserver.BaseRequestHandler):
        codec: ClassVar[Client] = Client("127.0.0.1", 0, allow_unknown_opt_params=True)

        def handle(self) -> None:
            while (pdu := self._read()) is not None and pdu.command != "unbind":
                if pdu.command == "submit_sm" and centre.vanish:
                    return
                self._respond(pdu)
                if pdu.command == "bind_receiver":
                    self._report()
            if pdu is not None:
                self._respond(pdu)

        def _respond(self, pdu: Any) -> None:
            if pdu.command == "deliver_sm_resp":
                centre.acknowledged += 1
                return
            fields: dict[str, Any] = {}
            status = consts.SMPP_ESME_ROK
            if pdu.command == "submit_sm":
                status = centre.answers.pop(0) if centre.answers else status
                centre.parts += [pdu] if status == consts.SMPP_ESME_ROK else []
                fields = {"message_id": f"c-{len(centre.parts)}"}
            self._write(smpp.make_pdu(f"{pdu.command}_resp", client=self.codec, status=status, **fields), pdu.sequence)

        def _report(self) -> None:
            for number, text in enumerate(centre.receipts, 1):
                self._write(smpp.make_pdu("deliver_sm", client=self.codec, esm_class=4, source_addr="13800000000",
                                          destination_addr="12333", short_message=text), number)

        def _write(self, pdu: Any, sequence: int) -> None:
            pdu.sequence = sequence
            self.request.sendall(pdu.generate())

        def _read(self) -> Any:
            head = self.request.recv(4)
            if len(head) < 4:
                return None
            rest = b""
            while len(rest) < struct.unpack(">L", head)[0] - 4:
                rest += self.request.recv(4096)
            return smpp.parse_pdu(head + rest, client=self.codec, allow_unknown_opt_params=True)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address, daemon_threads = True, True

    with Server(("127.0.0.1", 0), Session) as server:
        centre.port = server.server_address[1]
        Thread(target=server.serve_forever, daemon=True).start()
        yield centre
        server.shutdown()
