"""The signer as a process of its own: `python -m audit.signer create|serve|status|rotate|lost --folder FOLDER`."""
from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from audit.signer.ending import exit_code
from audit.signer.folder import Folder, Since
from audit.signer.keys import declare_lost, rotate
from audit.signer.refusals import SignerRefused
from audit.signer.signing import LocalSigner
from audit.signer.socket import MODE, SignerServer


def _create(given: argparse.Namespace) -> None:
    Folder(given.folder).create(given.origin, given.hash)
    _status(given)


def _status(given: argparse.Namespace) -> None:
    signer = LocalSigner(given.folder)
    print(signer.head().note.decode(), end="")
    for row in signer.log_keys():
        print(f"{row.since}\t{row.key}")


def _rotate(given: argparse.Namespace) -> None:
    since = rotate(given.folder)
    print(since.note, end="")


def _lost(given: argparse.Namespace) -> None:
    folder = Folder(given.folder)
    old = folder.keys if folder.exists else [Since(key, 0) for key in given.old_key]
    since = declare_lost(given.folder, given.origin, given.hash, old, [path.read_bytes() for path in given.note])
    print(since.note, end="")


def _serve(given: argparse.Namespace) -> None:
    signer = LocalSigner(given.folder)
    head = signer.head()  # refuses here, not at the first request
    with SignerServer(given.socket or given.folder / "signer.sock", signer, int(given.mode, 8)) as server:
        print(json.dumps({"serving": server.server_address, "size": head.size}), flush=True)
        server.serve_forever(poll_interval=0.2)


ACTS = {"create": _create, "serve": _serve, "status": _status, "rotate": _rotate, "lost": _lost}
OF_A_LOG = ("create", "lost")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m audit.signer", description=__doc__)
    parser.add_argument("act", choices=sorted(ACTS))
    parser.add_argument("--folder", type=Path, default=os.environ.get("SIGNER_DIR"), help="SIGNER_DIR if left out")
    parser.add_argument("--origin", help="create, lost: of the log, pension-eligibility/<installation>")
    parser.add_argument("--hash", default="sha256", choices=["sha256", "sm3"], help="create, lost: of the log")
    parser.add_argument("--old-key", action="append", default=[], help="lost: a verifier key of the lost signer")
    parser.add_argument("--note", action="append", default=[], type=Path, help="lost: a checkpoint that a witness kept")
    parser.add_argument("--socket", type=Path, help="serve: FOLDER/signer.sock if left out")
    parser.add_argument("--mode", default=f"{MODE:o}", help="serve: rights of the socket")
    given = parser.parse_args(arguments)
    if given.folder is None or given.act in OF_A_LOG and not given.origin:
        parser.error("--folder is needed, and --origin of the log to create a signer or declare one lost")
    return exit_code(lambda: ACTS[given.act](given), SignerRefused)


if __name__ == "__main__":
    sys.exit(main())
