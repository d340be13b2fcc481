"""Exports of a real database, and what an inspector holds to check them with."""
from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask import current_app

from audit.exports.making import Asked, export
from audit.installed import make_signer, signer_folder
from audit.policy import policy
from audit.search import Wanted, events
from audit.signer.folder import HEAD, JOURNAL, KEY, PUBLIC, Folder
from audit.signer.notes import checkpoint_text, signed
from audit.verify import Policy, Report, verify_export
from tests.audit.conftest import ON
from tests.conftest import LOG_ORIGIN


def forget_the_log() -> None:
    """A new installation behind the instance folder of the tests: nothing signed, no tiles."""
    shutil.rmtree(Path(current_app.config["INSTANCE_DIR"]) / "log", ignore_errors=True)
    shutil.rmtree(signer_folder(), ignore_errors=True)
    make_signer(LOG_ORIGIN, current_app.config["LOG_HASH"])


def forget_the_head() -> None:
    """Whoever stole the signer's key signs from nothing again."""
    folder = Folder(signer_folder())
    key, public = (folder.path / KEY).read_bytes(), (folder.path / PUBLIC).read_bytes()
    forget_the_log()
    (folder.path / KEY).write_bytes(key)
    (folder.path / PUBLIC).write_bytes(public)
    note = signed(checkpoint_text(folder.origin, 0, folder.hashing.empty()), folder.key())
    (folder.path / JOURNAL).unlink()
    (folder.path / HEAD).unlink()
    folder.remember(note, 0)


def exported(path: Path, wanted: Wanted | None = None, *, personal: bool = False, sizes: Iterable[int] = ()) -> Path:
    wanted = wanted or Wanted()
    asked = Asked(events(wanted), wanted.kind, wanted.whole, wanted.described(), personal=personal, sizes=list(sizes))
    return export(asked, path, actor="SYSTEM", on=ON).parent


def verified(path: Path, *earlier: bytes) -> Report:
    return verify_export(path, Policy.read(policy()), earlier)


def named(report: Report) -> set[str]:
    return {finding.what for finding in report.findings}


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


def places(report: Report) -> set[tuple[str, str]]:
    return {(finding.code, finding.where) for finding in report.findings}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]
