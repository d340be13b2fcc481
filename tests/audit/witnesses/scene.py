"""A signed log to hand to witnesses, and a cosigning witness that is served."""
from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audit.signer.notes import SigningKey, checkpoint_text, signed, signing_key
from audit.verify import Hashing
from audit.witness.serving import WitnessServer
from audit.witness.state import State
from audit.witnesses.handing import Handed
from tests.audit.signer.growing import ORIGIN, Log, proof, tree

KEY: SigningKey = signing_key(ORIGIN)
NAME = "witness.example/w1"


def handed(log: Log, size: int, key: SigningKey = KEY, last_size: int = 0) -> Handed:
    """The first `size` entries, signed; also with a key that was stolen."""
    leaves = log.leaves[:size]
    note = signed(checkpoint_text(ORIGIN, size, tree(leaves)), key)
    return Handed(ORIGIN, size, tree(leaves), note, [KEY.note], Hashing("sha256"), lambda n: proof(n, leaves),
                  last_size)


@dataclass
class Witness:
    state: State
    url: str

    @property
    def given(self) -> dict[str, str]:
        return {"url": self.url, "key": self.state.key().note.written}


@contextmanager
def cosigning(folder: Path, log_key: SigningKey = KEY) -> Iterator[Witness]:
    state = State(folder)
    state.create(NAME)
    state.know(log_key.note.written, "sha256")
    with WitnessServer(("127.0.0.1", 0), state) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield Witness(state, f"http://127.0.0.1:{server.server_address[1]}/")
        server.shutdown()
