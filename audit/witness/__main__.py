"""A cosigning witness: `python -m audit.witness create|know|serve FOLDER`.

create FOLDER --name NAME     makes its key and prints what goes into a policy file and the setting WITNESSES
know FOLDER --log KEY         trusts a log by its verifier key (a second key of the same log after a rotation)
serve FOLDER                  answers POST /add-checkpoint
"""
from __future__ import annotations

import argparse
import sys
from pathlib import Path

from audit.signer.ending import exit_code
from audit.verify import NoteRefused
from audit.witness.serving import WitnessServer
from audit.witness.state import NotAWitness, State


def _create(state: State, given: argparse.Namespace) -> None:
    print(state.create(given.name).written)


def _know(state: State, given: argparse.Namespace) -> None:
    state.know(given.log, given.hash)


def _serve(state: State, given: argparse.Namespace) -> None:
    state.key()
    with WitnessServer((given.host, given.port), state) as server:
        print(f"http://{given.host}:{server.server_address[1]}", flush=True)
        server.serve_forever(poll_interval=0.2)


ACTS = {"create": (_create, "name"), "know": (_know, "log"), "serve": (_serve, "folder")}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m audit.witness", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("act", choices=sorted(ACTS))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name")
    parser.add_argument("--log")
    parser.add_argument("--hash", default="sha256", choices=["sha256", "sm3"], help="know: of the log")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8025)
    given = parser.parse_args(arguments)
    act, needed = ACTS[given.act]
    if not getattr(given, needed):
        parser.error(f"{given.act} needs --{needed}")
    return exit_code(lambda: act(State(given.folder), given), NotAWitness, NoteRefused)


if __name__ == "__main__":
    sys.exit(main())
