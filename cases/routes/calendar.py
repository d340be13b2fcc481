"""The calendar of working days: a year on a page; proposed by one administrator, released by another person."""
from __future__ import annotations

from calendar import Calendar as Weeks
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cases import calendar
from cases.calendar import ADMINISTRATORS
from cases.forms.calendar import CalendarForm, written
from cases.models import CalendarYear
from cases.working_calendar import arrangement_of, arrangements
from rules.days_off import HOLIDAY, Arrangement
from staff.access import access, current_actor
from staff.clock import today
from staff.forms import ReasonForm
from staff.roles import ROLES
from web.answers import answered

calendar_pages = Blueprint("calendar", __name__)
SATURDAY = 5
EARLIEST, LATEST = 2000, 2100


@dataclass(frozen=True)
class Cell:
    """A day of a month. kind: holiday, worked, weekend or plain."""

    day: date
    kind: str
    name: str


@dataclass(frozen=True)
class Month:
    first: date
    weeks: list[list[Cell | None]]
    working_days: int


@calendar_pages.get("/calendar")
@access(*ROLES)
def index() -> str:
    actor, on = current_actor(), today()
    year, found = _year(on.year), arrangements()
    waiting = [(row, calendar.release_refusals(row, actor)) for row in calendar.proposed()]
    return render_template(
        "calendar/index.html", year=year, arrangement=found.get(year), months=_months(year, found), on=on,
        years=sorted({*found, on.year, on.year + 1}), waiting=waiting if actor.roles & set(ADMINISTRATORS) else [],
        holidays=written(found[year])[0].splitlines() if year in found else [],
        may_propose=not calendar.proposal_refusals(actor), months_of=_months_of, arrangement_of=arrangement_of,
        reason=ReasonForm(formdata=None))


@calendar_pages.route("/calendar/new", methods=["GET", "POST"])
@access(*ADMINISTRATORS)
def new() -> Any:
    form = CalendarForm()
    if not form.is_submitted():
        _fill(form, _year(today().year + 1))
    arrangement = form.arrangement() if form.validate_on_submit() else None
    if arrangement is None:
        return render_template("calendar/new.html", form=form), 400 if form.is_submitted() else 200
    with answered(form):
        row = calendar.propose(arrangement, actor=current_actor(), on=today())
        flash(_("已提出，待另一人放行。"), "good")
        return redirect(url_for("calendar.index", year=row.year))
    return render_template("calendar/new.html", form=form), 409


@calendar_pages.post("/calendar/<public_id>/release")
@access(*ADMINISTRATORS)
def release(public_id: str) -> Any:
    many = calendar.release(public_id, actor=current_actor(), on=today())
    flash(_("已放行。") + ngettext("重新计算了 %(num)s 件期限。", "重新计算了 %(num)s 件期限。", many), "good")
    return redirect(url_for("calendar.index", year=request.form.get("year", type=int)))


@calendar_pages.post("/calendar/<public_id>/reject")
@access(*ADMINISTRATORS)
def reject(public_id: str) -> Any:
    form = ReasonForm()
    if not form.validate_on_submit():
        abort(400)
    calendar.reject(public_id, reason=form.reason.data, actor=current_actor(), on=today())
    flash(_("已退回。"), "good")
    return redirect(url_for("calendar.index", year=request.form.get("year", type=int)))


def _year(otherwise: int) -> int:
    year = request.args.get("year", otherwise, type=int)
    return year if EARLIEST <= year <= LATEST else abort(404)


def _fill(form: CalendarForm, year: int) -> None:
    form.year.data = year
    known = arrangements().get(year)
    if known:
        form.document.data, form.number.data, form.issued_on.data = known.document, known.number, known.issued_on
        form.holidays.data, form.worked.data = written(known)
    else:
        form.document.data = f"国务院办公厅关于{year}年部分节假日安排的通知"


def _months_of(row: CalendarYear) -> list[Month]:
    return _months(row.year, arrangements() | {row.year: arrangement_of(row)})


def _months(year: int, found: dict[int, Arrangement]) -> list[Month]:
    days = {day: what for _, one in sorted(found.items()) for day, what in one.days.items()}
    return [_month(year, number, days) for number in range(1, 13)]


def _month(year: int, number: int, days: dict[date, tuple[str, str]]) -> Month:
    weeks = [[_cell(day, days) if day.month == number else None for day in week]
             for week in Weeks().monthdatescalendar(year, number)]
    worked = sum(cell.kind in ("plain", "worked") for week in weeks for cell in week if cell)
    return Month(date(year, number, 1), weeks, worked)


def _cell(day: date, days: dict[date, tuple[str, str]]) -> Cell:
    if day in days:
        kind, name = days[day]
        return Cell(day, kind, name if kind == HOLIDAY else "")
    return Cell(day, "weekend" if day.weekday() >= SATURDAY else "plain", "")
