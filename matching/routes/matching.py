"""Pages of matching: the month's runs, a run with its sample and release, the three lists, the files."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from cases import downloads
from cases.spreadsheets import FORMS
from database import db
from database.jobs import beside_the_request
from matching.results import applying, due, listing, releasing
from matching.results.listing import Wanted
from matching.results.models import LISTS, MatchingRun
from matching.routes.starting import begun
from matching.routes.words import differences, headings, line_of, outcome_words, reason_word, sure_word
from staff.access import access, current_actor
from staff.actor import Actor
from staff.clock import today
from staff.models import Office
from web.answers import answered
from web.charts import Chart, line, short_months
from web.filters import term
from web.forms import Form
from workflows.roles import CHAIN, READERS

matching_pages = Blueprint("matching", __name__)
DONE = ("released", "applied")


@matching_pages.get("/matching")
@access(*READERS)
def index() -> str:
    actor, on = current_actor(), today()
    runs = listing.runs(actor)
    dues = {area: due.due(area, on) for area in sorted({run.area_path for run in runs})}
    return render_template("matching/index.html", runs=runs, dues=dues, counts=_by_list(actor), charts=_shares(runs),
                           begun=begun(actor),
                           stays=listing.decided_on_withdrawn(actor), reason_word=reason_word)


def _by_list(actor: Actor) -> dict[str, int]:
    found = dict.fromkeys(LISTS, 0)
    for (name, _reason, _source), number in listing.counts(actor).items():
        found[name] += number
    return found


def _shares(runs: list[MatchingRun]) -> list[Chart]:
    """Of everybody, how many each list held, month by month (QD 15)."""
    done = [run for run in reversed(runs) if run.status in DONE]
    if len(done) < 2:
        return []
    series = {term(f"list.{name}"): numbers for name, numbers in listing.shares(done).items()}
    return [line("shares", _("三张名单各占全部人员的百分比"), short_months([run.month for run in done]), series,
                 head=_("月份"))]


@matching_pages.get("/matching/runs/<public_id>")
@access(*READERS)
def run(public_id: str) -> str:
    return _run(_visible(public_id), Form())


@matching_pages.post("/matching/runs/<public_id>/<act>")
@access(*CHAIN)
def act(public_id: str, act: str) -> Any:
    row, actor, form = _visible(public_id), current_actor(), Form()
    if act not in releasing.ACTS:
        abort(404)
    with answered(form):
        ACTS[act](row.id, actor)
        return redirect(url_for(".run", public_id=public_id))
    return _run(_visible(public_id), form), 409


def _look(run_id: int, actor: Actor) -> None:
    case = next((one.case_id for one in releasing.sample(run_id) if one.case.public_id == request.form.get("case")), 0)
    releasing.look(run_id, case, request.form.get("finding", ""), request.form.get("note", ""), actor=actor, on=today())


def _propose(run_id: int, actor: Actor) -> None:
    releasing.propose(run_id, actor=actor, on=today())
    flash(_("已提出，请另一人核放。"), "good")


def _release(run_id: int, actor: Actor) -> None:
    releasing.release(run_id, actor=actor, on=today())
    on = today()
    beside_the_request(lambda _told: applying.apply(run_id, on=on), f"matching-{run_id}")
    flash(_("已核放，结果正在办理。"), "good")


def _cancel(run_id: int, actor: Actor) -> None:
    releasing.cancel(run_id, request.form.get("note", ""), actor=actor, on=today())
    flash(_("已作废。"), "good")


ACTS = {"look": _look, "propose": _propose, "release": _release, "cancel": _cancel}


def _visible(public_id: str) -> MatchingRun:
    return releasing.visible(public_id, current_actor()) or abort(404)


def _run(row: MatchingRun, form: Form) -> str:
    acts = {act: releasing.refusals(row, act, current_actor()) for act in releasing.ACTS}
    return render_template("matching/run.html", run=row, acts=acts, form=form, sample=releasing.sample(row.id),
                           said=releasing.changes_of_sample(row.id), reason_word=reason_word,
                           outcome_words=outcome_words, **differences(row))


@matching_pages.get("/matching/lists")
@access(*READERS)
def lists() -> str:
    actor, wanted = current_actor(), _wanted(request.args)
    rows, after = listing.page(wanted, actor, request.args.get("after"))
    counts = listing.counts(actor)
    reasons = sorted({(reason, source) for name, reason, source in counts if name == wanted.list}, key=repr)
    given = _given(wanted)
    return render_template(
        "matching/lists.html", wanted=wanted, rows=rows, given=given, counts=counts, reasons=reasons,
        tabs=[(term(f"list.{name}"), sum(number for key, number in counts.items() if key[0] == name),
               url_for(".lists", list=name), name == wanted.list) for name in LISTS],
        reason_word=reason_word, sure_word=sure_word,
        following=url_for(".lists", **given, after=after) if after else None,
        first=url_for(".lists", **given) if request.args.get("after") else None)


@matching_pages.post("/matching/lists/download")
@access(*READERS)
def download() -> Any:
    """The list as a file, within the area; a POST, since the download is an event."""
    actor, wanted, form = current_actor(), _wanted(request.form), request.form.get("format", "")
    if form not in FORMS:
        abort(400)
    rows = (line_of(row) for row in listing.lines(wanted, actor))
    selection = _given(wanted) | {"format": form}
    made = downloads.take("matching", form, headings(), rows, selection, actor=actor, on=today())
    return send_file(made, FORMS[form][1], as_attachment=True, max_age=0,
                     download_name=f"matching-{wanted.list}-{today()}.{form}")


def _wanted(sent: Any) -> Wanted:
    name = sent.get("list") or LISTS[0]
    if name not in LISTS:
        abort(404)
    return Wanted(name, sent.get("reason") or None, sent.get("source") or None, _place(sent.get("office")))


def _place(code: str | None) -> str | None:
    """The path of an office of the reader's area; what is not there answers like what is not theirs."""
    if not code:
        return None
    path = db.session.scalar(select(Office.path).where(Office.code == code))
    return path if path and current_actor().covers(path, READERS) else abort(404)


def _given(wanted: Wanted) -> dict[str, str]:
    office = wanted.path.rstrip("/").rsplit("/", 1)[-1] if wanted.path else None
    found = {"list": wanted.list, "reason": wanted.reason, "source": wanted.source, "office": office}
    return {name: value for name, value in found.items() if value}


