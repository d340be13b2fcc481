"""What would become of the cases under other rules, month by month; looked at only, nothing is written."""
from __future__ import annotations

from flask import render_template, request, url_for
from flask_babel import gettext as _

from cases import what_if
from cases.forms.what_if import PATHS, WhatIfForm, what_if_form
from cases.routes.rule_words import chosen_office, name_of, places, schemes, value_words, with_unit, word
from cases.routes.rules import in_force, rule_pages, scheme_of, tabs
from cases.what_if_sql import groups
from rules import Rules
from rules.vocabulary import SCHEMES
from staff.access import access, current_actor
from staff.actor import Actor
from staff.clock import today
from staff.models import Office
from web.charts import Chart, bar, short_months
from workflows.roles import OVERSIGHT

UNKNOWN = "—"


@rule_pages.get("/rules/what-if", endpoint="what_if")
@access(*OVERSIGHT)
def ask() -> tuple[str, int]:
    """Without a question the form alone."""
    actor, on = current_actor(), today()
    offices, office = chosen_office(actor, request.args.get("office"))
    form = _form(_now(office, scheme_of()))
    sound = not request.args or form.validate()
    shown = {}
    if office and request.args and sound:
        shown = _answer(form, actor, office)
    page = render_template("rules/what_if.html", form=form, offices=offices, office=office, scheme=scheme_of(),
                           schemes=schemes(), tabs=tabs("rules.what_if"), on=on, paths=PATHS, **shown)
    return page, 200 if sound else 400


def _now(office: Office | None, scheme: str | None) -> Rules | None:
    """Of the office as it is; of the scheme most pensions are of where none is chosen."""
    return in_force(office.code if office else None, today(), scheme or SCHEMES[0])


def _form(now: Rules | None) -> WhatIfForm:
    words = {"yes": value_words(True), "no": value_words(False)}
    words |= {one: word(one) for one in ("month_after_benefit_begins", "day_benefit_begins", "to_the_day",
                                         "month_after", "month_counts")}
    values = {path: with_unit(path, now.entries[path].value) if now and path in now.entries else UNKNOWN
              for path in PATHS}
    return what_if_form(request.args, [(one.code, one.title) for one in places()],
                        {path: name_of(path) for path in PATHS}, values, words)


def _answer(form: WhatIfForm, actor: Actor, office: Office) -> dict[str, object]:
    on, law = today(), form.law()
    found = groups(actor, office.path, on)
    now, then = (what_if.by_month(found, one, on) for one in (what_if.TODAY, law))
    after = request.args.get("after")
    listed = what_if.differing(actor, office.path, on, law, after) if now != then or after else None
    asked = {name: value for name, value in request.args.items() if value and name != "after"}
    return {"now": now, "then": then, "charts": _charts(now, then, what_if.horizon(on)), "listed": listed,
            "measures": _measures(), "cases": sum(number for _one, number in found),
            "following": listed and listed.after and url_for("rules.what_if", **asked, after=listed.after),
            "first": url_for("rules.what_if", **asked) if after else None}


def _measures() -> dict[str, str]:
    return {"due": _("到期"), "refer": _("转待核实"), "lapse": _("逾期暂停"), "propose_stop": _("拟停发，须复核")}


def _charts(now: dict[str, list[int]], then: dict[str, list[int]], months: list[str]) -> list[Chart]:
    titles = {"due": _("按月到期的案件"), "refer": _("按月转待核实的案件"), "lapse": _("按月逾期暂停的案件"),
              "propose_stop": _("按月拟停发、须复核的案件")}
    return [bar(f"what-if-{measure.replace('_', '-')}", title, short_months(months),
                {_("现行规则"): now[measure], _("假设规则"): then[measure]}, head=_("月份"))
            for measure, title in titles.items()]
