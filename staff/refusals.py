"""A staff command that the rules of the house refuse."""
from __future__ import annotations

from werkzeug.exceptions import Conflict


class StaffRefused(Conflict):
    """Nothing was changed. `refusal`: the blocking fact, a key of the glossary."""

    def __init__(self, refusal: str, **details: str | int | bool | None) -> None:
        super().__init__(refusal)
        self.refusal, self.details = refusal, details
