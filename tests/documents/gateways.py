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

HERE = ("127.0.0.1", 0)


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

    def take(self, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, dict[str, str]]:
        self.headers.append(headers)
        status = self.answers.pop(0) if self.answers else 202
        if status >= 300:
            return status, {}
        self.messages[body["id"]] = body
        return status, {"ref": f"g-{list(self.messages).index(body['id'])}"}

    def forget(self, refs: list[str]) -> None:
        self.receipts = [row for row in self.receipts if row["ref"] not in refs]


class _Request(BaseHTTPRequestHandler):
    server: _HttpServer

    def do_POST(self) -> None:  # noqa: N802
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/receipts/seen"):
            self.server.gateway.forget(body["refs"])
            self._answer(200, {})
        else:
            self._answer(*self.server.gateway.take(body, dict(self.headers)))

    def do_GET(self) -> None:  # noqa: N802
        self._answer(200, {"receipts": self.server.gateway.receipts})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        written = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def log_message(self, *_words: Any) -> None:
        pass


class _HttpServer(ThreadingHTTPServer):
    gateway: HttpGateway


@contextmanager
def http_gateway() -> Iterator[HttpGateway]:
    with _HttpServer(HERE, _Request) as server:
        server.gateway = HttpGateway(port=server.server_address[1])
        yield from _served(server, server.gateway)


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

    def take(self, pdu: Any) -> int:
        status = self.answers.pop(0) if self.answers else consts.SMPP_ESME_ROK
        self.parts += [pdu] if status == consts.SMPP_ESME_ROK else []
        return status


class _Session(socketserver.BaseRequestHandler):
    server: _CentreServer
    codec: ClassVar[Client] = Client("127.0.0.1", 0, allow_unknown_opt_params=True)

    def handle(self) -> None:
        centre = self.server.centre
        while (pdu := self._read()) is not None:
            if pdu.command == "deliver_sm_resp":
                centre.acknowledged += 1
            elif pdu.command == "submit_sm" and centre.vanish:
                return
            else:
                self._respond(pdu)
            if pdu.command == "bind_receiver":
                self._report()

    def _respond(self, pdu: Any) -> None:
        fields: dict[str, Any] = {}
        if pdu.command == "submit_sm":
            fields = {"status": self.server.centre.take(pdu), "message_id": f"c-{len(self.server.centre.parts)}"}
        self._write(smpp.make_pdu(f"{pdu.command}_resp", client=self.codec, **fields), pdu.sequence)

    def _report(self) -> None:
        for number, text in enumerate(self.server.centre.receipts, 1):
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


class _CentreServer(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True
    centre: Centre


@contextmanager
def smpp_centre() -> Iterator[Centre]:
    with _CentreServer(HERE, _Session) as server:
        server.centre = Centre(port=server.server_address[1])
        yield from _served(server, server.centre)


def _served(server: socketserver.BaseServer, what: Any) -> Iterator[Any]:
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield what
    finally:
        server.shutdown()
