"""The triggers that stand after each migration: each file's own TRIGGERS, laid over those of the files before it."""
from __future__ import annotations

import re
from pathlib import Path

from alembic.script import ScriptDirectory

ENGINES = ("sqlite", "postgresql")
Texts = dict[str, str]  # engine -> SQL; an engine that has no such trigger is left out
Triggers = dict[str, Texts | None]  # name -> texts; None: dropped for good

NAME = re.compile(r"CREATE TRIGGER (\w+)")


def read_triggers(folder: str) -> Triggers:
    """Those of `<folder>/triggers.<engine>.sql`: one after another, a blank line between two."""
    found: dict[str, Texts] = {}
    for engine in ENGINES:
        text = (Path(__file__).parent / folder / f"triggers.{engine}.sql").read_text(encoding="utf-8")
        for sql in text.strip().split("\n\n"):
            if match := NAME.search(sql):
                found.setdefault(match[1], {})[engine] = sql.rstrip(";")
    return dict(found)


def triggers_at(scripts: ScriptDirectory, revision: str | None) -> dict[str, Texts]:
    """All triggers of a database at `revision`, in the order in which they came; none before the first."""
    merged: dict[str, Texts] = {}
    for script in reversed(list(scripts.iterate_revisions(revision, None)) if revision else []):
        for name, texts in getattr(script.module, "TRIGGERS", {}).items():
            merged.pop(name, None)
            if texts is not None:
                merged[name] = texts
    return merged


def flat(sql: str) -> str:
    """SQL without line breaks and spaces around brackets and commas; what stands in quotes is kept to the letter."""
    parts = re.split(r"('[^']*')", sql.strip().rstrip(";"))
    return "".join(part if place % 2 else re.sub(r"\s*([(),;]|\s)\s*", r"\1", re.sub(r"\s+", " ", part))
                   for place, part in enumerate(parts))


def same(one: str | None, other: str | None) -> bool:
    return flat(one or "") == flat(other or "")
