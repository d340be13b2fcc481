"""The number of a migration is the start of its file name: 0002_words.py comes after 0001. To renumber is to rename."""
from __future__ import annotations

import re
from pathlib import Path

VERSIONS = Path(__file__).parent / "versions"
_NAME = re.compile(r"(\d{4})_\w+\.py")


class BadNumbers(ValueError):
    """The files of `versions/` are not 0001, 0002, 0003 ...; the message says which, and what to do."""


def numbered(file: str) -> tuple[str, str | None]:
    """(revision, down_revision) of a migration, from the name of its file."""
    number = Path(file).name[:4]
    before = int(number) - 1
    return number, f"{before:04}" if before else None


def files(folder: Path | None = None) -> dict[str, Path]:
    """number -> file, in order. Raises BadNumbers for a number taken twice, a gap, or a name without one."""
    found: dict[str, Path] = {}
    for path in sorted((folder or VERSIONS).glob("*.py")):
        match = _NAME.fullmatch(path.name)
        if match is None:
            raise BadNumbers(f"{path.name}: call it NNNN_words.py")
        if match[1] in found:
            raise BadNumbers(f"{match[1]} is taken twice: {found[match[1]].name} and {path.name}. Rename the one that "
                             "came later to the next free number; nothing inside it needs to change.")
        found[match[1]] = path
    expected = [f"{number:04}" for number in range(1, len(found) + 1)]
    if list(found) != expected:
        raise BadNumbers(f"the numbers are {', '.join(found)}, not {', '.join(expected)}: rename those after the gap")
    return found


def head(folder: Path | None = None) -> str:
    """The last number: what this program needs the database to be at."""
    return list(files(folder))[-1]
