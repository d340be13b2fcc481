"""What witnesses have of a real log goes along with its exports."""
from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from audit.checkpoints import latest
from audit.events import SignedOut
from audit.installed import signer
from audit.keeping import signed_checkpoint
from audit.log import record
from audit.policy import policy
from audit.signer.notes import SigningKey
from audit.verify import NoteKey
from audit.witnesses import anchoring
from database import transaction
from tests.audit.conftest import ON
from tests.audit.exporting import exported, forget_the_log, verified
from tests.audit.witnesses.scene import Witness, cosigning
from tests.audit.witnesses.tsa import Authority, served


def write(times: int) -> None:
    for n in range(times):
        with transaction():
            record(SignedOut(account=f"a{n}"), actor="SYSTEM", on=ON)


@pytest.fixture
def witness(context: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Witness]:
    """A cosigning one, and a file."""
    forget_the_log()
    write(4)
    own = SigningKey(NoteKey.read(signer().log_keys()[0].key), None)  # type: ignore[arg-type]
    with cosigning(tmp_path / "witness", own) as one:
        monkeypatch.setitem(context.config, "WITNESSES", json.dumps([
            {"name": "city", "kind": "cosigning"} | one.given,
            {"name": "disk", "kind": "file", "path": str(tmp_path / "notes")}]))
        yield one


def test_an_export_brings_the_receipts_of_the_newest_checkpoints_that_witnesses_have(
        witness: Witness, context: Flask, tmp_path: Path) -> None:
    """What was recorded since is not anchored yet, and is said not to be; the policy's demands are met all the same."""
    authority = Authority()
    (tmp_path / "tsa.pem").write_bytes(authority.pem)
    assert {f.code for f in verified(exported(tmp_path / "early")).findings} == {"few_witnesses"}
    signed_checkpoint(ON)
    with served(authority) as url:
        row = {"name": "tsa", "kind": "time_stamp", "url": url, "certificate": str(tmp_path / "tsa.pem")}
        context.config["WITNESSES"] = json.dumps([*json.loads(context.config["WITNESSES"]), row])
        anchoring.anchor()
    seen = latest().size
    write(2)
    folder = exported(tmp_path / "e")
    report = verified(folder)
    assert (list(report.findings), policy()["stamped"]) == ([], 1)
    assert (report.anchored["entries"], report.anchored["rest"]) == (seen, 2)
    assert {one["name"] for one in report.anchored["by"]} == {"witness.example/w1", "tsa"}
    assert [one["witness"] for one in report.anchored["elsewhere"]] == ["disk"]
    shutil.rmtree(folder / "anchors")
    assert {"few_witnesses", "few_stamps", "file_gone"} == {f.code for f in verified(folder).findings}
