"""The signer on a local socket: a line of JSON asks, a line of JSON answers. Whoever may open the socket may ask."""
from __future__ import annotations

import base64
import json
import os
import socket
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingMixIn, UnixStreamServer
from typing import Any

from audit.signer.folder import Head, Since
from audit.signer.refusals import SignerRefused
from audit.signer.signing import Asked, LocalSigner

MOST_BYTES, WAIT = 1 << 16, 10  # of a request; seconds for an answer
MODE = 0o660  # the signer's account and its group, to which the application belongs


def _asked(given: dict[str, Any]) -> Asked:
    size, old = given["size"], given["old_size"]
    if type(size) is not int or type(old) is not int or min(size, old) < 0:
        raise ValueError("size")
    return Asked(str(given["origin"]), size, base64.b64decode(given["root"], validate=True), old,
                 tuple(base64.b64decode(one, validate=True) for one in given["proof"]))


def _head(signer: LocalSigner, _given: dict[str, Any]) -> dict[str, Any]:
    head = signer.head()
    return {"size": head.size, "root": base64.b64encode(head.root).decode(), "note": head.note.decode()}


ACTS: dict[str, Callable[[LocalSigner, dict[str, Any]], dict[str, Any]]] = {
    "head": _head,
    "keys": lambda signer, given: {"keys": [asdict(row) for row in signer.log_keys()]},
    "origin": lambda signer, given: {"origin": signer.origin()},
    "sign": lambda signer, given: {"note": signer.sign(_asked(given)).decode()},
}


def answer(signer: LocalSigner, line: bytes) -> dict[str, Any]:
    """What the line is answered with; nothing in it makes the signer fall."""
    try:
        given = json.loads(line)
        return ACTS[given["act"]](signer, given)
    except SignerRefused as refused:
        return {"refused": refused.code, "facts": {name: str(value) for name, value in refused.facts.items()}}
    except (ValueError, KeyError, TypeError) as error:
        return {"refused": "MALFORMED", "facts": {"detail": f"{type(error).__name__}: {error}"[:200]}}


class _Handler(StreamRequestHandler):
    timeout = WAIT

    def handle(self) -> None:
        line = self.rfile.readline(MOST_BYTES)
        said = answer(self.server.signer, line)  # type: ignore[attr-defined]
        self.wfile.write(json.dumps(said).encode() + b"\n")


class SignerServer(ThreadingMixIn, UnixStreamServer):
    """Serves `signer` at the socket `path`, which is made anew; rights `mode`."""

    daemon_threads = True

    def __init__(self, path: Path, signer: LocalSigner, mode: int = MODE) -> None:
        path.unlink(missing_ok=True)
        self.signer, before = signer, os.umask(0o777 & ~mode)
        try:
            super().__init__(str(path), _Handler)
        finally:
            os.umask(before)


class SocketSigner:
    """The signer of another process; the same questions as LocalSigner."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def head(self) -> Head:
        said = self._ask(act="head")
        return Head(said["size"], base64.b64decode(said["root"]), said["note"].encode())

    def log_keys(self) -> list[Since]:
        return [Since(**row) for row in self._ask(act="keys")["keys"]]

    def origin(self) -> str:
        return str(self._ask(act="origin")["origin"])

    def sign(self, asked: Asked) -> bytes:
        coded = {"root": base64.b64encode(asked.root).decode(),
                 "proof": [base64.b64encode(one).decode() for one in asked.proof]}
        note: str = self._ask(act="sign", **asdict(asked) | coded)["note"]
        return note.encode()

    def _ask(self, **given: Any) -> dict[str, Any]:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
                link.settimeout(WAIT)
                link.connect(str(self.path))
                link.sendall(json.dumps(given).encode() + b"\n")
                said: dict[str, Any] = json.loads(link.makefile("rb").readline())
        except (OSError, ValueError) as error:
            raise SignerRefused("AWAY", detail=f"{self.path}: {error or type(error).__name__}") from None
        if "refused" in said:
            raise SignerRefused(said["refused"], **said["facts"])
        return said
