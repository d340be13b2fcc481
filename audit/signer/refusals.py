"""Why the signer does not sign, and what to do: the rows of refusals.yaml."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Reason:
    """zh, en: what is wrong and what to do; the names in braces are facts of the refusal."""

    zh: str
    en: str


REASONS = {code: Reason(**words) for code, words in
           yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")).items()}


class SignerRefused(RuntimeError):
    """Nothing was signed. `code`: a key of REASONS; `facts`: what its words mention."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts

    def words(self, language: str = "zh") -> str:
        return str(getattr(REASONS[self.code], language)).format(**self.facts)

    def __str__(self) -> str:
        return f"{self.code}: {self.words('zh')} / {self.words('en')}"
