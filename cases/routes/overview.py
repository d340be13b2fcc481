"""Figures of one's own area, as counts and charts."""
from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template
from flask_babel import gettext as _

from cases import figures
from rules import Entry, RulesNotInForce, rules_for
from staff.access import access, current_actor
from staff.actor import Actor
from staff.clock import today
from web.charts import Chart, bar, short_months, stacked
from web.filters import term
from workflows.roles import OVERSIGHT

overview_pages = Blueprint("overview", __name__)


@overview_pages.get("/overview")
@access(*OVERSIGHT)
def index() -> str:
    actor, on = current_actor(), today()
    entry = _bands(actor, on)
    bands = entry.value if entry else []
    return render_template("overview/index.html", on=on, states=figures.by_state(actor),
                           overdue=figures.overdue(actor, on), charts=_charts(actor, on), bands=bands, rule=entry,
                           not_certified=figures.not_certified(actor, on, bands) if entry else {})


def _charts(actor: Actor, on: date) -> list[Chart]:
    due, moved = figures.due_by_month(actor, on), figures.moved_by_month(actor, on)
    waiting = figures.waiting_by_age(actor, on)
    coming = {term("state." + state): list(numbers.values()) for state, numbers in moved.items()}
    states = figures.by_state(actor)
    return [
        bar("states", _("各状态的案件"), [term(f"state.{one}") for one in states], {_("案件"): list(states.values())},
            head=_("状态")),
        bar("due", _("按月到期的案件"), short_months(list(due)), {_("到期"): list(due.values())}, head=_("月份")),
        stacked("waiting", _("待签署的经办件（按已等天数）"), [_age(*one) for one in figures.AGES],
                {term(f"stage.{stage}"): numbers for stage, numbers in waiting.items()}, head=_("天数")),
        bar("moved", _("近十二个月新暂停、新停发"), short_months(list(moved["stopped"])), coming, head=_("月份")),
    ]


def _age(first: int, last: int | None) -> str:
    return f"{first}+" if last is None else f"{first}–{last}"


def _bands(actor: Actor, on: date) -> Entry | None:
    """Those of the place the reader looks after; without rules there is no such table."""
    areas = actor.prefixes(OVERSIGHT) or (actor.office_path,)
    try:
        return rules_for(areas[0].rstrip("/").rsplit("/", 1)[-1], on).entry("not_certified_bands")
    except (RulesNotInForce, KeyError):
        return None
