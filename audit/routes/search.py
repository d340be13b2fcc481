"""Pages for inspectors: search the log, look at one event, take an export away."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from audit.checkpoints import LogForked, consistent
from audit.events import SYSTEM, TYPES, Recorded, parse
from audit.exports import jobs
from audit.exports.making import Asked, export
from audit.models import AuditEvent
from audit.search import Wanted, events, page
from audit.signer.refusals import SignerRefused
from audit.words import words_of
from database import db
from database.jobs import Job, Progress, progress_of
from staff.access import access, current_actor, lock_actor
from staff.actor import Actor, area_condition
from staff.clock import today
from staff.models import Office, StaffAccount
from staff.offices import reaches_everything
from web.answers import refusal_named
from workflows.roles import LOG_READERS

blueprint = Blueprint("audit", __name__)
READERS_OF_WORDS = frozenset({"inspector"})  # an administrator keeps the log, and reads no one's file
MOST_OF_A_NOTE = 64 * 1024  # bytes
NOBODY = 0  # no case has this id


@dataclass(frozen=True)
class Shown:
    """One event on a page. `who`: display name, None for the system or nobody signed in; `told`: its free text;
    `case_no`: of the case it concerns, None for the others."""

    row: AuditEvent
    read: Recorded
    who: str | None
    told: dict[str, str]
    case_no: str | None

    @property
    def family(self) -> str:
        return TYPES[self.row.type].FAMILY


@blueprint.get("/audit")
@access(*LOG_READERS)
def search() -> str:
    found = page(events(_wanted(request.args), _scope()), request.args.get("before", type=int))
    older = url_for("audit.search", **_given(request.args), before=found.older) if found.older else None
    newest = url_for("audit.search", **_given(request.args)) if request.args.get("before") else None
    pager = {"first_url": None, "previous_url": newest, "next_url": older, "shown": len(found.rows)}
    return render_template("audit/search.html", shown=_shown(found.rows), pager=pager, given=_given(request.args),
                           types=sorted(TYPES), may_oversee=bool(current_actor().roles & READERS_OF_WORDS),
                           exports=[(one, _run(one)) for one in jobs.latest(current_actor().account_public_id)],
                           of_the_whole=any(reaches_everything(current_actor(), (role,)) for role in LOG_READERS))


@blueprint.get("/audit/events/<uid>")
@access(*LOG_READERS)
def event(uid: str) -> str:
    row = db.session.scalar(events(Wanted(), _scope()).where(AuditEvent.uid == uid))
    if row is None:
        abort(404)
    return render_template("audit/event.html", one=_shown([row])[0])


@blueprint.post("/audit/export")
@access(*LOG_READERS)
def take_export() -> Any:
    wanted, given, actor = _wanted(request.form), _given(request.form), current_actor()
    chosen = wanted.case_id is not None or wanted.office or wanted.since and wanted.until
    if not chosen and not request.form.get("everything"):
        flash(_("请先选定一个案件、机构，或起止日期；或勾选辖区内全部记录。"), "bad")
        return redirect(url_for("audit.search", **given))
    asked, on = _asked(wanted, given, actor), today()
    try:
        asked = replace(asked, sizes=_sizes())
    except _Unfit as unfit:
        flash(str(unfit), "bad")
        return redirect(url_for("audit.search", **given))
    job = jobs.begin(actor.account_public_id, asked.scope, on, lambda path, told: export(
        asked, path, actor=actor, on=on, check=lambda: lock_actor(actor), told=told))
    return _sent(job) if job.status == "finished" else redirect(url_for("audit.exported", token=job.public_id))


@blueprint.get("/audit/exports/<token>")
@access(*LOG_READERS)
def exported(token: str) -> str:
    job = _job(token)
    why = job.counts.get("why", "")
    return render_template("audit/export.html", job=job, why=why, refused=refusal_named(why), run=_run(job))


@blueprint.get("/audit/exports/<token>/progress")
@access(*LOG_READERS)
def export_progress(token: str) -> Any:
    job = _job(token)
    if (run := _run(job)).state != "running":
        return Response(headers={"HX-Refresh": "true"})
    return render_template("audit/export_progress.html", job=job, run=run)


@blueprint.post("/audit/exports/<token>")
@access(*LOG_READERS)
def fetch_export(token: str) -> Any:
    job = _job(token)
    return _sent(job) if job.status == "finished" else redirect(url_for("audit.exported", token=token))


def _job(token: str) -> Job:
    return jobs.find(token, current_actor().account_public_id) or abort(404)


def _run(job: Job) -> Progress:
    return progress_of(job, _("操作日志导出"))


def _sent(job: Job) -> Any:
    made = jobs.archive(job).open("rb")  # the answer that is sent closes it
    return send_file(made, "application/zip", as_attachment=True, download_name=f"audit-{today()}.zip")


def _asked(wanted: Wanted, given: dict[str, str], actor: Actor) -> Asked:
    """Within the asker's area; with personal values only what an inspector may read. Aborts with 403."""
    personal = bool(request.form.get("personal"))
    roles = READERS_OF_WORDS if personal else LOG_READERS
    if not actor.prefixes(roles):
        abort(403)
    described = _described(wanted, given) | ({"personal": True} if personal else {})
    return Asked(events(wanted, _scope(roles)), wanted.kind, wanted.whole, described,
                 min(actor.prefixes(roles), key=len), personal)


class _Unfit(ValueError):
    """A file that was brought as an earlier checkpoint cannot be led on from; says why, in the reader's language."""


def _sizes() -> list[int]:
    """Of the earlier checkpoints that were brought along. Raises _Unfit."""
    sizes = []
    for brought in filter(lambda file: file.filename, request.files.getlist("continues")):
        name = brought.filename
        try:
            sizes.append(consistent(brought.read(MOST_OF_A_NOTE)))
        except LogForked as forked:
            raise _Unfit(_("现有日志与检查点“%(name)s”不相接续，请立即报告：日志可能被改动。", name=name)) from forked
        except (SignerRefused, ValueError) as error:
            raise _Unfit(_("“%(name)s”不是本系统签发的检查点。", name=name)) from error
    return sizes


def _described(wanted: Wanted, given: dict[str, str]) -> dict[str, Any]:
    """The selection for manifest and log: accounts by public id, never by name."""
    return wanted.described() | {name: given[name] for name in ("case_no",) if name in given}


def _scope(roles: Iterable[str] = LOG_READERS) -> Any:
    """The reader's area. Events of no office (a stranger at the sign-in page) belong to the top of the tree."""
    actor = current_actor()
    area = area_condition(actor, AuditEvent.office_path, roles)
    at_top = any(path.count("/") == 1 for path in actor.prefixes(roles))
    return or_(area, AuditEvent.office_path.is_(None)) if at_top else and_(area)


def _wanted(given: Mapping[str, str]) -> Wanted:
    """What the form asks for; a name or number nobody has finds nothing."""
    case_no, who = given.get("case_no", "").strip(), given.get("who", "").strip()
    return Wanted(type=given.get("type") or None, actor=_account(who) if who else None,
                  case_id=_case(case_no) if case_no else None, office=_office(given.get("office", "").strip()),
                  since=_day(given.get("since")), until=_day(given.get("until")))


def _given(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in ("type", "who", "case_no", "office", "since", "until") if given.get(name)}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        abort(400)


def _account(username: str) -> str:
    if username == SYSTEM:
        return SYSTEM
    return db.session.scalar(select(StaffAccount.public_id).where(StaffAccount.username == username)) or "-"


def _office(code: str) -> str | None:
    """The path of the office with that code; one that nobody has finds nothing."""
    found = db.session.scalar(select(Office.path).where(Office.code == code)) if code else None
    return found or ("-" if code else None)


def _case(case_no: str) -> int:
    table = db.metadata.tables["cases"]
    return db.session.scalar(select(table.c.id).where(table.c.case_no == case_no)) or NOBODY


def _shown(rows: list[AuditEvent]) -> list[Shown]:
    query = select(StaffAccount.public_id, StaffAccount.display_name)
    names = dict(db.session.execute(query.where(StaffAccount.public_id.in_({row.actor for row in rows}))).all())
    read = {row.id: parse(row.canonical) for row in rows}
    actor = current_actor()
    told = words_of({row.id: read[row.id] for row in rows if actor.covers(row.office_path or "", READERS_OF_WORDS)})
    cases = _case_numbers({row.case_id for row in rows if row.case_id})
    return [Shown(row, read[row.id], names.get(row.actor), _words(row.type, told.get(row.id, {})),
                  cases.get(row.case_id)) for row in rows]


def _case_numbers(ids: set[int]) -> dict[int, str]:
    table = db.metadata.tables["cases"]
    return dict(db.session.execute(select(table.c.id, table.c.case_no).where(table.c.id.in_(ids))).all())


def _words(kind: str, told: dict[str, Any]) -> dict[str, str]:
    return {name: told[name] for name in sorted(TYPES[kind].WORDS) if told.get(name)}
