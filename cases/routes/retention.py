"""What is kept no longer: due by rule, proposed by whoever keeps the log, released by an inspector, how it ended."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from audit import due_values
from audit.events import TYPES
from audit.retention import class_of
from cases import erasing, erasures
from cases.erasures import Erasure, Progress
from cases.models import Case
from cases.pages import office_names
from database import db
from database.jobs import beside_the_request
from staff.access import AccessDenied, access, current_actor
from staff.actor import Actor
from staff.clock import today
from staff.models import Office, StaffAccount
from staff.offices import reaches_everything
from workflows.roles import LOG_READERS

KINDS = tuple(name for name in sorted(TYPES) if TYPES[name].PERSONAL and class_of(name))
retention_pages = Blueprint("retention", __name__, url_prefix="/audit/retention")


@retention_pages.get("")
@access(*LOG_READERS)
def index() -> str:
    actor, on = _of_the_whole(), today()
    classes, groups, past = due_values.classes(on), due_values.grouped(on), erasures.erasures()
    counts = {one.name: one.values for one in classes if one.values}
    return render_template("retention/index.html", on=on, classes=classes, groups=groups, past=past,
                           offices=office_names([one.office_path for one in groups if one.office_path]),
                           refused=erasing.proposal_refusals(actor, counts), names=_names(past))


@retention_pages.get("/due")
@access(*LOG_READERS)
def due() -> str:
    _of_the_whole()
    office, kind = _office(), request.args.get("type") or None
    if kind is not None and kind not in KINDS:
        abort(404)
    on = today()
    found = due_values.page(on, office=office.path if office else None, kind=kind, after=_after())
    given = {"office": office.code if office else None, "type": kind}
    after = f"{found.next[0]}-{found.next[1]}" if found.next else None
    return render_template(
        "retention/due.html", rows=found.rows, office=office, kind=kind, kinds=KINDS, on=on,
        case_nos=_case_nos(row.case_id for row in found.rows),
        offices=office_names([row.office_path for row in found.rows if row.office_path]),
        pager={"first_url": url_for(".due", **given) if request.args.get("after") else None, "shown": len(found.rows),
               "previous_url": url_for(".due", **given) if request.args.get("after") else None,
               "next_url": url_for(".due", **given, after=after) if after else None})


@retention_pages.post("/propose")
@access(*LOG_READERS)
def propose() -> Any:
    made = erasing.propose(actor=_of_the_whole(), on=today())
    flash(_("已提出，请另一人核放。"), "good")
    return redirect(url_for(".erasure", public_id=made))


@retention_pages.get("/<public_id>")
@access(*LOG_READERS)
def erasure(public_id: str) -> str:
    actor, found = _of_the_whole(), _erasure(public_id)
    standing, on = erasures.progress(found), today()
    refused = erasing.release_refusals(found, actor, on, erasing.found(found.as_of)) if standing.state in (
        "waiting", "failed") else []
    return render_template("retention/erasure.html", erasure=found, standing=standing, run=_run(standing),
                           refused=refused, names=_names([found]))


@retention_pages.get("/<public_id>/progress")
@access(*LOG_READERS)
def progress(public_id: str) -> Any:
    _of_the_whole()
    found = _erasure(public_id)
    standing = erasures.progress(found)
    if standing.state != "running":
        return Response(headers={"HX-Refresh": "true"})
    return render_template("retention/progress.html", erasure=found, run=_run(standing))


@retention_pages.post("/<public_id>/release")
@access(*LOG_READERS)
def release(public_id: str) -> Any:
    actor, found = _of_the_whole(), _erasure(public_id)
    as_of = erasing.begin_release(found.public_id, actor=actor, on=today())
    beside_the_request(lambda _told: erasing.carry_out(as_of, actor=actor), f"erase-{found.public_id}")
    return redirect(url_for(".erasure", public_id=public_id))


def _of_the_whole() -> Actor:
    """Whoever has a post over everything on record: what is due is said of all of it. Raises AccessDenied."""
    actor = current_actor()
    if not any(reaches_everything(actor, (role,)) for role in LOG_READERS):
        raise AccessDenied("NO_GRANT")
    return actor


def _erasure(public_id: str) -> Erasure:
    try:
        return erasures.erasure_of(public_id)
    except LookupError:
        abort(404)


def _office() -> Office | None:
    code = request.args.get("office")
    return db.session.scalar(select(Office).where(Office.code == code)) or abort(404) if code else None


def _after() -> due_values.Key | None:
    number, _dash, field = request.args.get("after", "").partition("-")
    if not number:
        return None
    return (int(number), field) if number.isdecimal() and number.isascii() and field else abort(400)


def _case_nos(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    return dict(db.session.execute(select(Case.id, Case.case_no).where(Case.id.in_(wanted))).all())


def _names(found: Iterable[Erasure]) -> dict[str, str]:
    """Account's public id -> name shown."""
    wanted = {read.meta.actor for one in found for read in (one.proposed, one.released) if read}
    rows = select(StaffAccount.public_id, StaffAccount.display_name).where(StaffAccount.public_id.in_(wanted))
    return dict(db.session.execute(rows).all())


def _run(standing: Progress) -> dict[str, Any]:
    """As the component `progress` takes it."""
    return {"title": _("正在清除"), "state": standing.state, "done": standing.done, "total": standing.total,
            "message": ""}
