"""What a witness is handed, what comes back, and the two ways in which it does not."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audit.verify import Checkpoint, Hashing, NoteKey, NoteRefused, ProofRefused, open_checkpoint, verify_consistency


class WitnessAway(RuntimeError):
    """Not reached, or not in order: it is tried again. The message says how it showed."""


class WitnessRefused(RuntimeError):
    """The witness holds something that this log does not continue, or does not take it at all; the message says what.
    Trying again does not help: people must look."""


@dataclass(frozen=True)
class Handed:
    """A signed checkpoint of `size` and `root`. `keys`: of the log, `prove(n)`: consistency from n leaves to `size`."""

    origin: str
    size: int
    root: bytes
    note: bytes
    keys: Sequence[NoteKey]
    hashing: Hashing
    prove: Callable[[int], Sequence[bytes]]
    last_size: int = 0  # of the head that the witness was handed before, as far as is known here

    def continues(self, note: bytes) -> Checkpoint:
        """The earlier checkpoint in `note`, which the one handed continues. Raises WitnessRefused."""
        try:
            earlier = open_checkpoint(note, self.keys, self.origin)
        except NoteRefused as refused:
            raise WitnessRefused(f"what it holds last was not signed by this log: {refused}") from None
        if earlier.size > self.size:
            raise WitnessRefused(f"it holds a checkpoint of {earlier.size} entries, the log has {self.size}")
        try:
            verify_consistency(self.hashing, earlier.size, self.size, earlier.root, self.root,
                               self.prove(earlier.size))
        except ProofRefused as refused:
            raise WitnessRefused(f"the log does not continue its checkpoint of {earlier.size} entries: {refused}"
                                 ) from None
        return earlier


@dataclass(frozen=True)
class Receipt:
    """What shows that the witness has it: signature lines, a time stamp token, a line about a file or a mail."""

    body: bytes
    words: str
