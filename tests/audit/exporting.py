"""Exports of a real database, and what an inspector holds to check them with."""
from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask import current_app

from audit.checkpoints import HEAD
from audit.exports.making import Asked, export
from audit.search import Wanted, events
from audit.sequencer import opened
from audit.signing import verifier_key
from audit.verify import Policy, Report, verify_export
from tests.audit.conftest import ON


def forget_the_log() -> None:
    """A new installation behind the instance folder of the tests: nothing signed, no tiles."""
    instance = Path(current_app.config["INSTANCE_DIR"])
    (instance / HEAD).unlink(missing_ok=True)
    shutil.rmtree(instance / "log", ignore_errors=True)


def policy() -> dict[str, Any]:
    log = opened()
    return {"origin": log.origin, "hash": log.hashing.name, "keys": [{"key": verifier_key(), "since": 0}]}


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
