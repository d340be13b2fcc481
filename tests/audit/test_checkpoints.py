"""A signed head fails against a log that was rewritten, cut or restored."""
from __future__ import annotations

import base64
import hashlib

import pytest
from flask import Flask

from audit.checkpoints import LogForked, checkpoint, consistent
from audit.entries import LogAltered
from audit.events import SignedOut, digest
from audit.log import record
from audit.models import AuditEvent
from audit.signer.refusals import SignerRefused
from audit.verify import NoteRefused, leaf, root
from database import db, transaction
from database.triggers import drop_trigger
from tests.audit.conftest import ON
from tests.owner import as_owner


def write(times: int) -> None:
    for n in range(times):
        with transaction():
            record(SignedOut(account=f"a{n}"), actor="SYSTEM", on=ON)


def by_the_owner(*statements: str) -> None:
    """What the owner of the database can do: drop the triggers and write."""
    with as_owner() as connection:
        for table in ("audit_event", "audit_tx", "audit_entry"):
            for act in ("update", "delete"):
                drop_trigger(connection, f"{table}_no_{act}")
        for sql in statements:
            connection.exec_driver_sql(sql)


def _bytes(data: bytes) -> str:
    return f"X'{data.hex()}'" if db.engine.dialect.name == "sqlite" else f"'\\x{data.hex()}'"


@pytest.fixture
def log(context: Flask) -> Flask:
    write(5)
    return context


@pytest.mark.crosses("log_proofs")
def test_a_grown_log_continues_an_earlier_checkpoint(log: Flask) -> None:
    earlier = checkpoint()
    write(3)
    assert checkpoint() != earlier
    assert consistent(earlier) == 6


def test_a_changed_event_stops_the_checkpoint(log: Flask) -> None:
    checkpoint()
    by_the_owner("UPDATE audit_event SET digest = 'x' WHERE id = 2")
    with pytest.raises(LogAltered, match="digest"):
        checkpoint(thorough=True)


def test_a_removed_event_stops_the_checkpoint(log: Flask) -> None:
    checkpoint()
    by_the_owner("DELETE FROM audit_event WHERE id = 5")
    with pytest.raises(LogAltered, match="not there any more"):
        checkpoint(thorough=True)


def test_a_log_rewritten_with_all_hashes_made_anew_fails_against_the_head(log: Flask) -> None:
    earlier = checkpoint()
    row = db.session.get(AuditEvent, 2)
    altered = row.canonical.replace(b'"account":"a1"', b'"account":"a9"')
    by_the_owner(
        f"UPDATE audit_event SET canonical = {_bytes(altered)}, digest = '{digest(altered)}' WHERE id = 2",
        "DELETE FROM audit_entry", "DELETE FROM audit_bucket",
        "INSERT INTO audit_pending (tx_id, bulk, done) SELECT id, false, 0 FROM audit_tx")
    with pytest.raises(SignerRefused, match="FORK"):
        checkpoint()
    with pytest.raises(LogForked):
        consistent(earlier)


def test_a_log_cut_at_its_end_fails_against_the_head(log: Flask) -> None:
    checkpoint()
    by_the_owner("DELETE FROM audit_entry WHERE place = 5", "DELETE FROM audit_event WHERE tx_id = 5",
                 "DELETE FROM audit_tx WHERE id = 5")
    with pytest.raises(SignerRefused, match="SHRUNK"):
        checkpoint()


def test_a_note_of_another_installation_is_not_ours(log: Flask) -> None:
    text, _, signature = checkpoint().partition(b"\n\n")
    with pytest.raises(NoteRefused, match="not the signature"):
        consistent(text.replace(b"\n6\n", b"\n4\n") + b"\n\n" + signature)


def test_the_tree_is_that_of_rfc_6962() -> None:
    leaves = [leaf(bytes([n])) for n in range(5)]

    def node(a: bytes, b: bytes) -> bytes:
        return hashlib.sha256(b"\1" + a + b).digest()

    left = node(node(leaves[0], leaves[1]), node(leaves[2], leaves[3]))
    assert root(leaves) == node(left, leaves[4])
    assert base64.b64encode(root([])) == b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
