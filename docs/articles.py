"""What carries out each article, which tests prove it, what is missing: writes docs/articles.md.

From docs/requirements.md, docs/articles.yaml and the tests. `python docs/articles.py` writes the page, `--check` only
says whether it is up to date, `--missing` lists the articles no test names. A test names its articles with
`@pytest.mark.article("SC-24", "QD-24")`; reads no test by running it.
"""
from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS, PAGE, TESTS = ROOT / "docs" / "requirements.md", ROOT / "docs" / "articles.md", ROOT / "tests"
CARRIED = ROOT / "docs" / "articles.yaml"
SOURCE = re.compile(r"(GB|QD|SC|RS|JS)[- ]")
INTRODUCTION = """# Articles, what carries them out, and their tests

Written by `make docs` from [requirements.md](requirements.md), [articles.yaml](articles.yaml) and the marks on the
tests; not edited by hand. A test that names an article proves what stands under "carried out by", not what stands
under "not done yet".
"""
HEADINGS = ("article", "what it asks", "carried out by", "tests that name it", "not done yet")


@dataclass
class Section:
    title: str
    articles: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Carried:
    """`by`: what carries the article out; `not_yet`: what is missing, in one line, empty where nothing is known."""

    by: tuple[str, ...]
    not_yet: str


def sections(text: str) -> list[Section]:
    """The tables of the requirements, in order: title, then ID -> what it asks. A row may carry several IDs."""
    found: list[Section] = []
    for line in text.splitlines():
        if line.startswith("## "):
            found.append(Section(line[3:]))
        elif line.startswith("| ") and not line.startswith(("| ID", "| short")) and found:
            cell, asks = (part.strip() for part in line.strip("|").split("|")[:2])
            found[-1].articles |= dict.fromkeys(_ids(cell), asks)
    return [section for section in found if section.articles]


def _ids(cell: str) -> Iterator[str]:
    """IDs of a cell; "SC-11, annex 6" is SC-11 and SC-annex-6."""
    prefix = ""
    for part in (part.strip() for part in cell.split(",")):
        named = SOURCE.match(part)
        prefix = named.group(1) if named else prefix
        yield (part if named else f"{prefix}-{part}").replace(" ", "-")


def carried() -> list[tuple[str, Carried]]:
    """(article, what carries it out) for each, in the order of articles.yaml."""
    groups = yaml.safe_load(CARRIED.read_text(encoding="utf-8"))
    return [(article, Carried(tuple(group["by"]), group.get("not_yet", "")))
            for group in groups for article in group["articles"]]


def marks(folder: Path) -> dict[str, list[str]]:
    """Article -> tests that name it, as `file: test`, sorted by file and then in the order they stand."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for name, articles in _marked(tree, ()):
            for article in articles:
                found[article].append(f"{path.relative_to(folder).as_posix()}: {name}")
    return found


def _marked(node: ast.Module | ast.ClassDef, above: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each test function with its articles, those of its class and module included."""
    shared = above + tuple(_articles(child.value for child in node.body if _is_pytestmark(child)))
    for child in node.body:
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            own = shared + tuple(_articles(child.decorator_list))
            if isinstance(child, ast.ClassDef):
                yield from _marked(child, own)
            elif child.name.startswith("test_"):
                yield child.name, tuple(dict.fromkeys(own))


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "pytestmark" for t in node.targets)


def _articles(nodes: Iterator[ast.expr] | list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "article":
                yield from (argument.value for argument in call.args if isinstance(argument, ast.Constant))


def page() -> str:
    """The whole of docs/articles.md."""
    tests, done = marks(TESTS), dict(carried())
    wanted = _wanted()
    proven, lacking = sum(a in tests for a in wanted), sum(a in done and bool(done[a].not_yet) for a in wanted)
    told = f"Tests name {proven} of {len(wanted)} articles; in {lacking} something is not done yet."
    lines = [INTRODUCTION, told, ""]
    for section in sections(REQUIREMENTS.read_text(encoding="utf-8")):
        lines += [f"## {section.title}", _line(HEADINGS), _line(["---"] * len(HEADINGS))]
        lines += [_row(article, asks, done.get(article, Carried((), "")), tests.get(article, []))
                  for article, asks in section.articles.items()]
        lines.append("")
    return "\n".join(lines)


def _row(article: str, asks: str, done: Carried, tests: list[str]) -> str:
    by = "<br>".join(f"`{name}`" for name in done.by) or "nothing yet"
    return _line((article, asks, by, "<br>".join(tests) or "none yet", done.not_yet or "—"))


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _wanted() -> list[str]:
    found = sections(REQUIREMENTS.read_text(encoding="utf-8"))
    return [article for section in found for article in section.articles]


def unknown() -> list[str]:
    """Articles that tests name and the requirements do not have."""
    return sorted(set(marks(TESTS)) - set(_wanted()))


def missing() -> list[str]:
    """Articles of the requirements that no test names, in their order."""
    tests = marks(TESTS)
    return [article for article in _wanted() if article not in tests]


def main(arguments: list[str]) -> int:
    if "--missing" in arguments:
        print("\n".join(missing()))
        return 0
    text = page()
    if "--check" in arguments:
        return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8")
    for article in unknown():
        print(f"named by a test, but not an article of {REQUIREMENTS.name}: {article}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
