"""A file on other media that only grows: write-once disks, a mounted share of another department."""
from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from audit.witnesses.handing import Handed, Receipt, WitnessAway

SIGNATURE = "— ".encode()


def hand_over(given: dict[str, str], handed: Handed) -> Receipt:
    """Append the note, on the disk when this returns; once, however often it is handed.

    The last note that stands there must be one that the log continues. Raises WitnessAway, WitnessRefused.
    """
    path = Path(given["path"])
    try:
        kept = list(notes_in(path.read_bytes())) if path.exists() else []
        if kept and handed.continues(kept[-1]).size == handed.size:
            return Receipt(handed.note, f"{path}: {len(kept)}")
        _append(path, handed.note + b"\n")
    except OSError as error:
        raise WitnessAway(f"{path}: {error.strerror or error}") from None
    return Receipt(handed.note, f"{path}: {len(kept) + 1}")


def notes_in(data: bytes) -> Iterator[bytes]:
    """The whole notes in a file of them; one torn at the end by a kill is passed over."""
    lines: list[bytes] = []
    for line in data.splitlines(keepends=True):
        if line == b"\n" and lines and lines[-1].startswith(SIGNATURE):
            yield b"".join(lines)
            lines = []
        elif line != b"\n" or lines:
            lines.append(line)


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        torn = file.tell() > 0 and not _ends_whole(path)
        file.write((b"\n\n" if torn else b"") + data)
        file.flush()
        os.fsync(file.fileno())


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-min(2, path.stat().st_size), os.SEEK_END)
        return file.read() == b"\n\n"
