"""Bringing a file through both acts, and asking what became of its rows."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from cases.imports.proposing import propose
from cases.imports.releasing import release
from cases.models import (
    ImportRow,
)
from database import db
from tests.imports.conftest import ON, csv_file
from workflows.transition import TransitionRefused


def loaded(folder, rows, office, li, wang, name="名册.csv", on=ON, headings=()):
    return release(propose(csv_file(folder, rows, name, headings=headings), office, li, on), wang, on)


def counts(batch):
    return batch.rows, batch.loaded, batch.unchanged, batch.duplicate, batch.quarantined


def adds_up(batch):
    return batch.rows == batch.loaded + batch.unchanged + batch.duplicate + batch.quarantined


def statuses(batch):
    return dict(
        db.session.execute(select(ImportRow.row_number, ImportRow.status).where(ImportRow.batch_id == batch.id)).all()
    )


def codes(batch, number):
    row = db.session.get_one(ImportRow, (batch.id, number))
    return [error["code"] for error in row.errors]


def only(model):
    return db.session.scalars(select(model)).one()


def refused(code, command, *args):
    with pytest.raises(TransitionRefused) as caught:
        command(*args)
    assert caught.value.codes[0] == code
