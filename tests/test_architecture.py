"""The house rules that a machine can check: imports, names, sizes, and what must never be committed."""
from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import settings
from docs import articles, diagrams

ROOT = Path(__file__).resolve().parent.parent
LONGEST = {".py": 300, ".html": 350, ".js": 350, ".sh": 350}  # lines of a file
ONE_FILE = {Path("audit/verify.py")}  # an inspector takes it along alone, however long (docs/decisions/110)
LONGEST_FUNCTION = 40  # lines
BINARY = {".png", ".jpg", ".ico", ".xlsx", ".xls", ".pdf", ".ttf", ".gz", ".zip"}
SHAPELESS = {"utils", "util", "helpers", "helper", "manager", "managers", "service", "services", "misc", "common"}
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:work/(?:main|shared)|(?:root|home|Users)/\w)")
REGISTRIES = [".".join(parts) for parts in (
    ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("deb", "debian", "org"),
)]
RUFF = Path(sys.executable).parent / "ruff"


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


TRACKED = _tracked()
TEXTS = {path: path.read_text(encoding="utf-8") for path in TRACKED if path.suffix.lower() not in BINARY}
PYTHON = {path: text for path, text in TEXTS.items() if path.suffix == ".py"}


def _named(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def _imported(text: str) -> set[str]:
    """First parts of the modules that a source text imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


def test_imports_point_down_and_the_law_is_pure():
    """In a process of its own: it turns off every log that is there."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_package_is_under_the_import_contracts():
    config = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = set(re.findall(r'"(\w+)"', re.search(r"root_packages = (\[.*?\])", config, re.DOTALL)[1]))
    packages = {path.parent.name for path in PYTHON if path.name == "__init__.py" and path.parent.parent == ROOT}
    assert packages - {"tests", "docs", "bench", "translations"} <= listed


def test_nothing_but_start_up_imports_the_application():
    above = [path for path, text in PYTHON.items() if "app" in _imported(text)]
    inside = [name for name in _named(above) if not name.startswith(("tests/", "bench/"))]
    assert set(inside) <= {"serve.py"}


def test_the_business_date_is_that_of_the_agencys_zone():
    """A server's own zone may be a day behind (staff/clock.py); `rules` are checked without an installation."""
    asked = [path for path, text in PYTHON.items() if "date.today()" in text]
    outside = ("tests/", "bench/", "docs/", "rules/cli.py")
    assert [name for name in _named(asked) if not name.startswith(outside)] == []


def test_only_the_machine_imports_the_state_machine_library():
    assert _named([path for path, text in PYTHON.items() if "transitions" in _imported(text)]) == [
        "workflows/machine.py"
    ]


def test_no_file_has_a_shapeless_name():
    assert _named([path for path in TRACKED if path.stem in SHAPELESS or path.parent.name in SHAPELESS]) == []


def test_no_file_is_long():
    long = {path: len(text.splitlines()) for path, text in TEXTS.items()
            if path.suffix in LONGEST and path.relative_to(ROOT) not in ONE_FILE}
    assert {path.name: lines for path, lines in long.items() if lines > LONGEST[path.suffix]} == {}


def test_no_function_is_long():
    found = {}
    for path, text in PYTHON.items():
        if "migrations" in path.parts:  # a table is made in one piece, and never again touched
            continue
        functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
        lines = {f"{path.name}: {node.name}": node.end_lineno - node.lineno + 1 for node in functions}
        found |= {name: length for name, length in lines.items() if length > LONGEST_FUNCTION}
    assert found == {}


def test_the_law_and_the_tables_read_no_clock():
    clock = re.compile(r"\b(?:today|now|utcnow|time)\(\)")
    pure = [path for path in PYTHON if path.relative_to(ROOT).parts[0] in ("workflows", "rules")]
    assert _named([path for path in pure if path.name != "cli.py" and clock.search(PYTHON[path])]) == []


def test_the_style_of_every_module_is_clean():
    checked = subprocess.run([RUFF, "check", "--quiet", "--no-cache", ROOT], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_no_path_of_one_machine_is_committed():
    assert _named([path for path, text in TEXTS.items() if MACHINE_PATH.search(text) or str(ROOT) in text]) == []


def test_no_conflict_of_a_merge_is_committed():
    marks = tuple(mark * 7 for mark in "<>|")
    assert not [path.name for path, text in TEXTS.items()
                if any(line.startswith(marks) for line in text.splitlines())]


def test_no_package_registry_is_named():
    assert _named([path for path, text in TEXTS.items() if any(host in text for host in REGISTRIES)]) == []


def test_every_environment_variable_stands_in_the_readme():
    readme = TEXTS[ROOT / "README.md"]
    names = {"DATABASE_URL", "OWNER_DATABASE_URL", "INSTANCE_DIR", *settings.KEYS, *settings.VARIABLES}
    assert {name for name in names if f"`{name}`" not in readme} == set()


def test_every_folder_and_page_of_the_readmes_map_exists():
    tree = re.search(r"```tree\n(.*?)```", TEXTS[ROOT / "README.md"], re.DOTALL)[1]
    assert [name for name in re.findall(r"^([\w./-]+)", tree, re.MULTILINE) if not (ROOT / name).exists()] == []


def test_the_page_of_articles_and_their_tests_is_up_to_date():
    assert articles.main(["--check"]) == 0, "run `make docs`"


def test_no_test_names_an_article_that_does_not_exist():
    assert articles.unknown() == []


def test_the_diagrams_of_the_readme_are_those_of_the_tables():
    readme = TEXTS[ROOT / "README.md"]
    assert diagrams.drawn(readme) == readme, "run `make docs`"
    assert all(f"<!-- diagram: {name} -->" in readme for name in diagrams.DIAGRAMS)
