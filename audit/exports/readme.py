"""What the inspector reads first, in Chinese and in English."""
from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import audit.verify

VERIFIER = Path(audit.verify.__file__)
LANGUAGES = ("zh", "en")
HERE = Path(__file__).parent


def verifier_digest() -> str:
    """SHA-256 of verify.py, hex."""
    return hashlib.sha256(VERIFIER.read_bytes()).hexdigest()


def readme(lang: str, said: Mapping[str, Any]) -> bytes:
    """said: origin, hash, size, root, events, made_at, personal (whether values are in it), whole."""
    words = {name: WORDS[lang][name][bool(said[name])] for name in WORDS[lang]}
    text = (HERE / f"README.{lang}.md").read_text(encoding="utf-8")
    return text.format(**{**said, **words, "verifier": verifier_digest()}).encode()


WORDS = {  # said with no, said with yes
    "zh": {"personal": ("不含个人信息原文，仅有加盐承诺", "含个人信息原文（personal.jsonl），请按规定保管"),
           "whole": ("所选事件；各案件仅核验编号连续，不含全案", "各案件自第 1 号事件起至日志所记末号")},
    "en": {"personal": ("no personal values, salted commitments only",
                        "personal values as they are (personal.jsonl): keep them as the rules say"),
           "whole": ("the events chosen; of each case a stretch without gaps, not the whole",
                     "each case from its first event to the last one logged")},
}
