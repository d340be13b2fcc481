"""A cosigning witness over HTTP: C2SP tlog-witness, add-checkpoint; its cosignature/v1 is verified and kept."""
from __future__ import annotations

import base64
import time

import httpx

from audit.verify import NoteKey, NoteRefused, open_checkpoint
from audit.witnesses.handing import Handed, Receipt, WitnessAway, WitnessRefused

WAIT, MOST_CONFLICTS, AHEAD = 20, 3, 300  # seconds; answers 409 in a row; seconds that its clock may be ahead
REFUSED = {403: "it does not know a key that signed the checkpoint", 404: "it does not know this log",
           422: "it holds a checkpoint that this log does not continue"}


def hand_over(given: dict[str, str], handed: Handed) -> Receipt:
    """The cosignature lines of the witness's own key. Raises WitnessAway, WitnessRefused."""
    old = handed.last_size
    for _ in range(MOST_CONFLICTS):
        answer = _ask(given["url"], _body(old, handed))
        if answer.status_code == 409:
            old = _size(answer, old, handed)
            continue
        if answer.status_code in REFUSED:
            raise WitnessRefused(f"{answer.status_code}: {REFUSED[answer.status_code]}")
        if answer.status_code != 200:
            raise WitnessAway(f"answered {answer.status_code}")
        return _cosigned(NoteKey.read(given["key"]), handed, answer.content)
    raise WitnessAway("another size with each answer")


def _ask(url: str, body: bytes) -> httpx.Response:
    try:
        return httpx.post(f"{url.rstrip('/')}/add-checkpoint", content=body, timeout=WAIT)
    except httpx.HTTPError as error:
        raise WitnessAway(f"{url}: {error or type(error).__name__}") from None


def _body(old: int, handed: Handed) -> bytes:
    old = min(old, handed.size)
    proof = handed.prove(old) if 0 < old < handed.size else ()
    lines = [f"old {old}", *(base64.b64encode(one).decode() for one in proof)]
    return ("\n".join(lines) + "\n\n").encode() + handed.note


def _size(answer: httpx.Response, asked: int, handed: Handed) -> int:
    """The size of the head that the witness has, from which it is asked again."""
    text = answer.text.removesuffix("\n")
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        raise WitnessAway("answered 409 without a size")
    if int(text) > handed.size:
        raise WitnessRefused(f"it holds a checkpoint of {text} entries, the log has {handed.size}")
    if int(text) == handed.size == asked:
        raise WitnessRefused(f"it holds another root of {text} entries")
    return int(text)


def _cosigned(key: NoteKey, handed: Handed, lines: bytes) -> Receipt:
    try:
        opened = open_checkpoint(handed.note + lines, [key], handed.origin)
    except NoteRefused as refused:
        raise WitnessAway(f"its cosignature does not verify: {refused}") from None
    at = opened.note.signatures[0].at or 0
    if at > time.time() + AHEAD:
        raise WitnessAway(f"its clock is ahead: {at}")
    own = [line for line in lines.splitlines(keepends=True) if _is_of(line, key)]
    return Receipt(own[0], f"{key.name} {at}")


def _is_of(line: bytes, key: NoteKey) -> bool:
    parts = line.decode().split(" ")
    return len(parts) == 3 and parts[1] == key.name and base64.b64decode(parts[2])[:4] == key.id
