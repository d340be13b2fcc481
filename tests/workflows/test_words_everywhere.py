"""Whatever part of the system refuses by name, the glossary has words for it."""
from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import workflows
from workflows.glossary import entries

ROOT = Path(workflows.__file__).parent.parent
PARTS = ("audit", "cases", "database", "invariants", "matching", "staff", "workflows")
RAISED = re.compile(r"\b(?:refuse|\w*Refused|Refusal|AccessDenied|Denied)\(\s*\"([A-Z][A-Z_0-9]{3,})\"")


def _raised() -> dict[str, str]:
    """Refusal code -> a file that raises it."""
    found = {}
    for part in PARTS:
        for path in (ROOT / part).rglob("*.py"):
            for code in RAISED.findall(path.read_text("utf-8")):
                found[code] = str(path.relative_to(ROOT))
    return found


@pytest.fixture(scope="module")
def own_words() -> set[str]:
    """Faults of an import file have words of their own, with the value in them; so has the signer, which runs alone."""
    return {code for name in ("cases/imports/errors.yaml", "audit/signer/refusals.yaml")
            for code in yaml.safe_load((ROOT / name).read_text("utf-8"))}


def test_every_refusal_of_the_system_has_words(own_words):
    raised = _raised()
    assert len(raised) > 60
    assert {code: path for code, path in raised.items()
            if f"refusal.{code}" not in entries() and code not in own_words} == {}
