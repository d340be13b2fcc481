"""Rules for a test: the real folder copied, amended or with a place added, and put in force for as long as it lasts."""
from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

import rules
from rules import loader

CHECKED = "2026-11-21"


def draft(folder: Path) -> Path:
    """A copy of the rules, to be amended."""
    for part in ("national", "provinces"):
        shutil.copytree(loader.ROOT / part, folder / part)
    return folder


def amend(folder: Path, place: str, path: str, *versions: dict[str, object]) -> None:
    """Replace what a place says of a path by these versions: value, since, basis, perhaps until and checked_on."""
    name, _, row = path.partition(".")
    where = folder / ("national" if place == "national" else f"provinces/{place}")
    for file in where.glob("*.yaml"):
        found = yaml.safe_load(file.read_text("utf-8")) or {}
        if row and row in found.get(name, {}):
            del found[name][row]
        elif not row:
            found.pop(name, None)
        file.write_text(yaml.safe_dump({key: body for key, body in found.items() if body != {}}, allow_unicode=True),
                        "utf-8")
    said = [{"checked_on": CHECKED, "basis": "测试文件〔2026〕1号 第一条", **one} for one in versions]
    amended = where / f"amended-{path}.yaml"
    text = yaml.safe_dump({name: {row: said} if row else said}, allow_unicode=True)
    for day in {str(one[field]) for one in said for field in ("since", "until", "checked_on") if field in one}:
        text = text.replace(f"'{day}'", day)
    amended.write_text(text, "utf-8")


@contextmanager
def in_force(folder: Path) -> Iterator[None]:
    """While inside, the rules are those of `folder`."""
    with pytest.MonkeyPatch.context() as patch:
        found = loader.layers(folder)
        loader.layers.cache_clear()
        patch.setattr(rules, "layers", lambda: found)
        rules.current_versions.cache_clear()
        yield
    rules.current_versions.cache_clear()


def add_place(folder: Path, name: str, file: Path) -> None:
    """A place with rules of its own, from a file of area, document and values (path: [value, article])."""
    said = yaml.safe_load(file.read_text("utf-8"))
    where = folder / "provinces" / name
    where.mkdir(parents=True)
    (where / "area.yaml").write_text(yaml.safe_dump(said["area"], allow_unicode=True), "utf-8")
    for path, (value, article) in said["values"].items():
        amend(folder, name, path, {"value": value, "since": "2024-01-01", "basis": f"{said['document']} {article}"})
