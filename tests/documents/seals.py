"""Seals of a test authority in a folder, and a time stamping authority that answers over HTTP (RFC 3161)."""
from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import tsp
from flask import Flask
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper

from cases.seals import trial_ca
from database.types import now

SECRET = "for trials"
OFFICES = {"510107": "成都市武侯区社会保险事业管理局", "5101": "成都市社会保险事业管理局"}


def with_seals(app: Flask, folder: Path, offices: dict[str, str] | None = None) -> Path:
    """The application is given a test authority's seals; returns their folder."""
    trial_ca.make(folder, OFFICES if offices is None else offices, SECRET.encode(), at=now())
    app.config |= {"SEAL_CERTIFICATE": str(folder), "SEAL_PASSWORD": SECRET, "SEAL_ROOTS": str(folder / trial_ca.ROOT)}
    return folder


@contextmanager
def stamping(folder: Path) -> Iterator[str]:
    """The address of a time stamping authority of the same test authority."""
    signer = SimpleSigner.load_pkcs12_data((folder / "tsa.p12").read_bytes(), [], SECRET.encode())
    roots = list(load_certs_from_pemder_data((folder / trial_ca.ROOT).read_bytes()))
    stamper = DummyTimeStamper(signer.signing_cert, signer.signing_key, certs_to_embed=roots)

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_rest: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
