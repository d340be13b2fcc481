"""Lists of cases taken away as files (SC-38, annex 7): within the area, numbers masked, on the log before leaving."""
from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from tempfile import TemporaryFile
from typing import IO, Any

from sqlalchemy import select

from audit.events import Exported
from audit.log import record
from cases.models import Case, Pensioner
from cases.search import Wanted, limited
from cases.spreadsheets import FORMS
from database import db, transaction
from staff.access import lock_actor
from staff.actor import Actor
from staff.models import Office
from workflows.deadlines import months_between

COLUMNS = (Case.case_no, Pensioner.name, Pensioner.id_number, Case.scheme, Case.benefit_kind, Office.name, Case.state,
           Case.state_reason, Case.state_since, Case.last_certified_on, Case.due_on, Case.period_start)
AT_ONCE = 1000  # rows held in memory
Line = Sequence[Any]


def take_cases(wanted: Wanted, form: str, headings: Line, written: Callable[[Line], Line],
               selection: dict[str, Any], *, actor: Actor, on: date) -> IO[bytes]:
    """A file of the cases wanted, open at its beginning. form: a key of FORMS; written: the words of one line;
    selection: what was asked for, as the event keeps it."""
    rows = (written(line) for line in lines(wanted, actor, on))
    return take("cases", form, headings, rows, selection, actor=actor, on=on)


def take(kind: str, form: str, headings: Line, rows: Iterable[Line], selection: dict[str, Any], *, actor: Actor,
         on: date, scope: str | None = None) -> IO[bytes]:
    """A file of the rows, open at its beginning, on the log before it leaves (R4). kind: as the event calls the list;
    scope: path of the office whose rows they are, the actor's own when left out."""
    writer, _media_type = FORMS[form]
    made = TemporaryFile()  # noqa: SIM115  (the answer that is sent closes it)
    number = writer(headings, rows, made)
    made.seek(0)
    digest = hashlib.file_digest(made, "sha256").hexdigest()
    with transaction():
        actor = lock_actor(actor)
        path = scope or actor.office_path
        record(Exported(kind=kind, rows=number, digest=digest, scope=path, selection=selection),
               actor=actor, on=on, office_path=path)
    made.seek(0)
    return made


def lines(wanted: Wanted, actor: Actor, on: date) -> Iterator[Line]:
    """COLUMNS in the order of case numbers, then the months elapsed in the place of the period's first day."""
    query = (select(*COLUMNS).select_from(Case).join(Pensioner, Case.pensioner_id == Pensioner.id)
             .join(Office, Case.paying_office_id == Office.id))
    ordered = limited(query, wanted, actor).order_by(Case.case_no).execution_options(yield_per=AT_ONCE)
    for *line, start in db.session.execute(ordered):
        yield *line, months_between(start, on) if start else None
