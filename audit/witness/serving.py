"""The witness over HTTP: one call, POST /add-checkpoint."""
from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from audit.witness.adding import Answer, add_checkpoint
from audit.witness.state import State

MOST_BYTES = 1 << 18  # of a request: 63 hashes and a note of many signatures are far below
CALL = "/add-checkpoint"


class _Handler(BaseHTTPRequestHandler):
    protocol_version, timeout = "HTTP/1.1", 30  # connections are kept

    def do_POST(self) -> None:  # noqa: N802
        self._send(self._answer())

    def do_GET(self) -> None:  # noqa: N802
        self._send(Answer(405 if self.path == CALL else 404, b"POST add-checkpoint\n"))

    def _answer(self) -> Answer:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MOST_BYTES:
            self.close_connection = True
            return Answer(411 if not length.isdigit() else 413, b"a body of known and moderate length\n")
        body = self.rfile.read(int(length))
        return add_checkpoint(self.server.state, body) if self.path == CALL else Answer(404, b"no such call\n")  # type: ignore[attr-defined]

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        return


class WitnessServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], state: State) -> None:
        super().__init__(address, _Handler)
        self.state = state
