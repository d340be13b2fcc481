"""What is wrong with a row or a file, by name; the words are in errors.yaml. Pure."""
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from workflows.glossary import term

SOURCE = Path(__file__).with_name("errors.yaml")
LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class RowError:
    """`field` is a name of headings.yaml or "" for the whole row; `shown` is the value as written, masked."""
    row_number: int
    field: str
    code: str
    shown: str = ""


@cache
def _words() -> dict[str, dict[str, str]]:
    return yaml.safe_load(SOURCE.read_text(encoding="utf-8"))


def words(code: str, language: str = "zh", **details: str) -> str:
    """What happened and what to do about it, for a clerk; a refusal of the case table has the glossary's words.

    Raises UnknownTerm for a code that neither knows.
    """
    if code not in _words():
        return term(f"refusal.{code}", language)
    return _words()[code]["en" if language.startswith("en") else "zh"].format(**details)


def _ends(text: str, first: int, last: int) -> str:
    hidden = len(text) - first - last
    return text if hidden <= 0 else text[:first] + "*" * hidden + text[len(text) - last:]


MASKS = {
    "": lambda text: text,
    "name": lambda text: text[:1] + "*" * (len(text) - 1),
    "id_number": lambda text: _ends(text, 3, 2) if sum(map(str.isdigit, text)) > 8 else text,
    "phone": lambda text: _ends(text, 3, 2),
    "account": lambda text: _ends(text, 0, 4),
    "address": lambda text: _ends(text, 6, 0),
}


def masked(text: str, mask: str) -> str:
    return MASKS[mask](text[:LONGEST_SHOWN])
