"""Drafts the next migration: what the models and triggers say now, less what the migrations make."""
from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, create_engine, inspect

from database import Base
from database.migrating import alembic_config, upgrade
from database.migrations import frozen, numbers
from database.triggers import TRIGGERS

WIDTH = 100
PLAIN = {"Encrypted": "ENCRYPTED", "UtcDateTime": "TIME"}


def draft(words: str) -> Path:
    """Write `versions/NNNN_words.py` and return its path. Works on a database of its own, on SQLite."""
    number = f"{int(numbers.head()) + 1:04}"
    words = words[:1].upper() + words[1:].rstrip(".")
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/head.db")
        upgrade(engine)
        with engine.connect() as connection:
            config = alembic_config(connection, render_item=_plain)
            script = command.revision(config, words, autogenerate=True, rev_id=number)
            checks = _changed_checks(connection)
        engine.dispose()
    path = Path(script.path)  # type: ignore[union-attr]
    path.write_text(_tidied(path.read_text(encoding="utf-8"), _changed_triggers(), checks), encoding="utf-8")
    return path


def _plain(kind: str, item: Any, _context: Any) -> str | bool:
    return PLAIN.get(type(item).__name__, False) if kind == "type" else False


def _changed_triggers() -> dict[str, dict[str, str] | None]:
    scripts = ScriptDirectory.from_config(alembic_config())
    before = frozen.triggers_at(scripts, numbers.head())
    after = {one.name: {e: one.sql(e) for e in frozen.ENGINES if one.sql(e)} for one in TRIGGERS}
    changed = {name: texts for name, texts in after.items()
               if not all(frozen.same(texts.get(e), before.get(name, {}).get(e)) for e in frozen.ENGINES)}
    return {**changed, **{name: None for name in before if name not in after}}


def _changed_checks(connection: Connection) -> list[str]:
    """What Alembic does not see: CHECKs of tables that are there already, as lines of the migration."""
    lines = []
    for table in Base.metadata.sorted_tables:
        if not inspect(connection).has_table(table.name):
            continue
        there = {str(one["name"]): str(one["sqltext"]) for one in inspect(connection).get_check_constraints(table.name)}
        said = {str(one.name): str(one.sqltext) for one in table.constraints if isinstance(one, CheckConstraint)}
        gone = tuple(name.removeprefix(f"ck_{table.name}_") for name in there if there[name] != said.get(name))
        new = [name for name in said if said[name] != there.get(name)]
        if gone or new:
            without = f", without_checks={gone!r}" if gone else ""
            lines += [f"    with altered({table.name!r}{without}) as batch:"]
            lines += [f"        batch.create_check_constraint(op.f({name!r}),\n            {said[name]!r})"
                      for name in new] or ["        pass"]
    return lines


def _tidied(text: str, triggers: dict[str, dict[str, str] | None], checks: list[str]) -> str:
    text = re.sub(r"\n    # ###.*", "", text)
    text = re.sub(r"op\.batch_alter_table\('(\w+)', schema=None\) as batch_op", r"altered('\1') as batch", text)
    text = re.sub(r"sqlite_where=sa\.text\((.*?)\), postgresql_where=sa\.text\(.*?\)\)", r"**only(\1))", text)
    text = re.sub(r"'([\w. ]*)'", r'"\1"', text.replace("batch_op.", "batch.").replace(", nullable=True)", ")"))
    if checks:
        text = re.sub(r"\n    pass\n", "\n", text).rstrip() + "\n" + "\n".join(checks)
    head, body = text.replace("TRIGGERS: dict = {}", _written(triggers)).split("\nrevision", 1)
    return _needed(head, body) + "\nrevision" + body.rstrip() + "\n"


def _needed(head: str, body: str) -> str:
    """`head` without the imports of what `body` does not name."""
    lines = []
    for line in head.split("\n"):
        before, imports, names = line.partition("import ")
        used = [name for name in names.split(", ") if re.search(rf"\b{name.split(' as ')[-1]}\b", body)]
        if not imports or used or names == "numbered":
            lines.append(before + imports + ", ".join(used or [names]) if imports else line)
    return "\n".join(lines)


def _written(triggers: dict[str, dict[str, str] | None]) -> str:
    if not triggers:
        return "TRIGGERS: dict = {}"
    lines = ["TRIGGERS = {  # all that are new, changed or (None) dropped; the others stay as they are"]
    for name, texts in triggers.items():
        lines.append(f'    "{name}": None,' if texts is None else f'    "{name}": {{')
        lines += [f'        "{engine}": """{_wrapped(sql)}""",' for engine, sql in (texts or {}).items()]
        lines += ["    },"] if texts else []
    return "\n".join([*lines, "}"])


def _wrapped(sql: str) -> str:
    """Lines of up to 100 characters; a text in quotes is not broken."""
    pieces = re.findall(r"(?:'[^']*'|[^\s'])+", sql)
    lines = [""]
    for piece in pieces:
        if lines[-1] and len(lines[-1]) + len(piece) >= WIDTH:
            lines.append("           ")
        lines[-1] += (" " if lines[-1].strip() else "") + piece
    return "\n".join(lines)
