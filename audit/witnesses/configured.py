"""The witnesses of an installation, out of the setting WITNESSES: which there are is data, not code."""
from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.witnesses import cosigning, file_drop, mail, stamps
from audit.witnesses.handing import Handed, Receipt


class BadWitnesses(ValueError):
    """WITNESSES cannot be read as what it should be; the message says where."""


@dataclass(frozen=True)
class Kind:
    """hand_over: raises WitnessAway, WitnessRefused; needed and possible: names of what is given."""

    hand_over: Callable[[dict[str, str], Handed], Receipt]
    needed: frozenset[str]
    possible: frozenset[str] = frozenset()


KINDS = {
    "file": Kind(file_drop.hand_over, frozenset({"path"})),
    "mail": Kind(mail.hand_over, frozenset({"host", "from", "to"}),
                 frozenset({"port", "starttls", "username", "password_file"})),
    "cosigning": Kind(cosigning.hand_over, frozenset({"url", "key"})),
    "time_stamp": Kind(stamps.hand_over, frozenset({"url", "certificate"})),
}


@dataclass(frozen=True)
class Witness:
    name: str
    kind: str
    given: dict[str, str]

    def hand_over(self, handed: Handed) -> Receipt:
        """Raises WitnessAway, WitnessRefused."""
        return KINDS[self.kind].hand_over(self.given, handed)


def read(text: str) -> list[Witness]:
    """`text`: the JSON list itself, or the path of a file with it; nothing is nobody. Raises BadWitnesses."""
    text = text.strip()
    if not text:
        return []
    try:
        rows = json.loads(text if text.startswith("[") else Path(text).read_text(encoding="utf-8"))
        found = [_witness(row) for row in rows]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BadWitnesses(f"WITNESSES: {error}") from None
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise BadWitnesses(f"WITNESSES: a name stands twice: {names}")
    return found


def _witness(row: dict[str, Any]) -> Witness:
    given = {name: str(value) for name, value in row.items()}
    name, kind = given.pop("name", ""), given.pop("kind", "")
    if not name or len(name) > 60 or kind not in KINDS:
        raise BadWitnesses(f"{name or row}: a name and a kind out of {', '.join(KINDS)} are needed")
    rule = KINDS[kind]
    if missing := rule.needed - given.keys():
        raise BadWitnesses(f"{name}: {', '.join(sorted(missing))} is missing")
    if unknown := given.keys() - rule.needed - rule.possible:
        raise BadWitnesses(f"{name}: {', '.join(sorted(unknown))} is not known of a {kind}")
    return Witness(name, kind, given)
