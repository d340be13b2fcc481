"""The ledgers on pages: counts by place and part, the list behind each figure, the file, numbers over time."""
from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from cases import downloads
from cases.ledgers import filing, reading, withheld
from cases.ledgers.place import place_of
from cases.ledgers.reading import Asked
from cases.ledgers.table import LEDGERS
from cases.routes.ledger_words import headings, line_of, names_of_ledgers
from cases.spreadsheets import FORMS
from rules import RulesNotInForce
from staff.access import AccessDenied, access, current_actor
from staff.actor import Actor
from staff.clock import today
from web.charts import Chart, line
from web.filters import term
from web.language import current_language
from workflows.glossary import terms
from workflows.roles import OVERSIGHT, READERS

LINES = 4  # of one chart: more names do not fit below it
ledger_pages = Blueprint("ledgers", __name__)


@ledger_pages.get("/ledgers")
@access(*READERS)
def first() -> Any:
    """The first ledger this reader may open."""
    return redirect(url_for(".index", name=names_of_ledgers(current_actor())[0]))


@ledger_pages.get("/ledgers/<name>")
@access(*READERS)
def index(name: str) -> str:
    actor, asked = current_actor(), _asked(name, request.args)
    try:
        found = reading.matrix(asked, actor)
    except RulesNotInForce:
        abort(404)
    place = asked.place
    kept = name == "not_certified" and not place.lives_below
    charts = _over_time(asked, actor) if kept else []
    return render_template("ledgers/index.html", asked=asked, found=found, names=names_of_ledgers(actor), charts=charts,
                           entries=[asked.rules.entry(key) for key in asked.ledger.rules],
                           schemes=terms("scheme", current_language()),
                           filed=filing.last_filed(actor, place.kept) if kept else None)


@ledger_pages.get("/ledgers/<name>/people")
@access(*READERS)
def people(name: str) -> str:
    actor, asked = current_actor(), _asked(name, request.args)
    rows, after = reading.page(asked, actor, request.args.get("after"))
    given = _given(asked)
    return render_template(
        "ledgers/people.html", asked=asked, rows=rows, given=given, names=names_of_ledgers(actor),
        part=next((part for part in asked.parts if part.key == asked.part), None),
        following=url_for(".people", name=name, **given, after=after) if after else None,
        first=url_for(".people", name=name, **given) if request.args.get("after") else None)


@ledger_pages.post("/ledgers/<name>/download")
@access(*READERS)
def download(name: str) -> Any:
    """The list as a file. A POST, since the download is an event."""
    actor, form, asked = current_actor(), request.form.get("format", ""), _asked(name, request.form)
    if form not in FORMS:
        abort(400)
    rows = (line_of(row, asked.on) for row in reading.lines(asked, actor))
    made = downloads.take(name, form, headings(), rows, _given(asked) | {"format": form}, actor=actor, on=asked.on)
    return send_file(made, FORMS[form][1], as_attachment=True, download_name=f"{name}-{asked.on}.{form}", max_age=0)


@ledger_pages.get("/ledgers/withheld")
@access(*OVERSIGHT)
def numbers() -> str:
    actor, on = current_actor(), today()
    place = place_of(request.args.get("office"), actor)
    whole, branches = withheld.now(place, actor, on)
    months = withheld.by_month(place, whole, actor, on)
    return render_template("ledgers/withheld.html", place=place, whole=whole, branches=branches, on=on,
                           names=names_of_ledgers(actor), drawn=_ceiling(months, whole), above=_above(months, whole))


def _asked(name: str, sent: Any) -> Asked:
    """What the address or form asks for. A ledger that the reader's roles may not read answers 403."""
    ledger, actor = LEDGERS.get(name), current_actor()
    if ledger is None:
        abort(404)
    if not actor.roles & set(ledger.readers):
        raise AccessDenied("NO_GRANT")
    scheme = sent.get("scheme") or None
    if scheme and scheme not in terms("scheme", "zh"):
        abort(404)
    return Asked(ledger, place_of(sent.get("office"), actor), today(), scheme, sent.get("part") or None,
                 bool(sent.get("own")))


def _given(asked: Asked) -> dict[str, str]:
    found = {"office": asked.place.office.code, "scheme": asked.scheme, "part": asked.part, "own": "1" * asked.own}
    return {name: value for name, value in found.items() if value}


def _over_time(asked: Asked, actor: Actor) -> list[Chart]:
    """Counts as they were filed, one line a band, the later ones together; none before two days are filed."""
    filed = filing.by_month(actor, asked.place.kept, asked.on, asked.parts)
    days = list(next(iter(filed.values()), {}))
    if len(days) < 2:
        return []
    series: dict[str, list[int]] = {}
    for at, part in enumerate(asked.parts):
        last = asked.parts[min(at, LINES - 1)]
        name = f"{last.from_}+" if at >= LINES - 1 or last.below is None else f"{last.from_}–{last.below}"
        before = series.get(name, [0] * len(days))
        series[name] = [filed[part.key][day] + number for day, number in zip(days, before, strict=True)]
    return [line("filed", _("每日存档的未认证人数（按已过月数）"), _months([f"{one:%Y-%m}" for one in days]), series,
                 head=_("月份"))]


def _months(labels: list[str]) -> list[str]:
    """The year only where it begins: they must fit beside each other."""
    years = [at for at, month in enumerate(labels) if month.endswith("-01")] or [0]
    return [month if at in years else month[5:] for at, month in enumerate(labels)]


def _ceiling(months: dict[str, dict[str, int]], whole: withheld.Kept) -> Chart:
    labels = list(months["suspended"])
    series = {term(f"state.{state}"): list(numbers.values()) for state, numbers in months.items()}
    series[_("合计")] = _together(months)
    if whole.ceiling is not None:
        series[_("提示线")] = [whole.ceiling] * len(labels)
    return line("withheld", _("月末暂停和停发的件数"), _months(labels), series, head=_("月份"))


def _together(months: dict[str, dict[str, int]]) -> list[int]:
    return [sum(one) for one in zip(*(numbers.values() for numbers in months.values()), strict=True)]


def _above(months: dict[str, dict[str, int]], whole: withheld.Kept) -> list[str]:
    """Months at whose end the ceiling was passed."""
    if whole.ceiling is None:
        return []
    labels = list(months["suspended"])
    return [month for month, number in zip(labels, _together(months), strict=True) if number > whole.ceiling]
