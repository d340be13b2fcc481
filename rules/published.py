"""Every version ever released, so that a decision pinned to one finds it after the YAML was corrected.

`published.jsonl` only grows: a line is an entry, or a version that lists its entries by their place in it.
"""

import json
from datetime import date
from pathlib import Path

from rules.loader import ROOT, Entry

FILE = ROOT / "published.jsonl"
DATES = ("since", "checked_on", "until")


def read(file: Path = FILE) -> dict[str, list[Entry]]:
    """version -> its entries."""
    entries, versions = _lines(file)
    return {version: [entries[place] for place in places] for version, places in versions.items()}


def append(wanted: dict[str, list[Entry]], file: Path = FILE) -> list[str]:
    """Add the versions that the file does not have yet; returns them. Publishing twice adds nothing."""
    entries, versions = _lines(file)
    new = sorted(set(wanted) - set(versions))
    with file.open("a", encoding="utf-8") as out:
        for version in new:
            for entry in wanted[version]:
                if entry not in entries:
                    entries.append(entry)
                    out.write(_json(vars(entry)))
            out.write(_json({"version": version, "entries": [entries.index(e) for e in wanted[version]]}))
    return new


def _lines(file: Path) -> tuple[list[Entry], dict[str, list[int]]]:
    entries, versions = [], {}
    for text in file.read_text("utf-8").splitlines() if file.is_file() else ():
        line = json.loads(text)
        if "version" in line:
            versions[line["version"]] = line["entries"]
        else:
            entries.append(Entry(**line | {name: _date(line[name]) for name in DATES}))
    return entries, versions


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _json(line: dict) -> str:
    return json.dumps(line, ensure_ascii=False, default=str, separators=(",", ":")) + "\n"
