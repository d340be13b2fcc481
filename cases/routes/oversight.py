"""Habits of signing, for inspectors: everybody of a place, and one account with whom it signs and what else it did."""
from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select

from cases.ledgers.place import Place, place_of
from cases.oversight import activity, signing
from cases.oversight.signing import LOOKS, UNSEEN, Asked, Signer
from database import db
from staff.access import access, current_actor
from staff.actor import Actor, in_area
from staff.clock import today
from staff.models import Office, StaffAccount
from web.charts import Chart, short_months, stacked
from web.filters import term
from workflows.deadlines import first_day, month_of, months_through, next_month
from workflows.roles import INSPECTION

oversight_pages = Blueprint("oversight", __name__, url_prefix="/audit/signing")
MONTHS = 12
SHOWN = 12  # people in the chart


@oversight_pages.get("")
@access(*INSPECTION)
def index() -> str:
    actor, place = current_actor(), place_of(request.args.get("office"), current_actor(), INSPECTION)
    asked = _asked(place)
    found = signing.signers(asked)
    return render_template("oversight/index.html", place=place, asked=asked, signers=found, shortest=SHORTEST,
                           pairs=signing.pairs(asked), drawn=_looks_of(found[:SHOWN]) if found else None,
                           known={one.account.id for one in found if actor.covers(one.account.office.path, INSPECTION)})


@oversight_pages.get("/accounts/<public_id>")
@access(*INSPECTION)
def person(public_id: str) -> str:
    actor = current_actor()
    account, place = _account(public_id, actor), place_of(request.args.get("office"), actor, INSPECTION)
    asked = _asked(place)
    own = next((one for one in signing.signers(asked) if one.account.id == account.id), None)
    return render_template("oversight/person.html", place=place, asked=asked, account=account, own=own,
                           looks=_look_words(), pairs=signing.pairs(asked, account.id),
                           drawn=_months_of(account, asked))


def look_word(name: str) -> str:
    """Of a look, from its bound where it has one (LOOKS, in seconds)."""
    below = LOOKS.get(name)
    if below is None:
        return term(f"look.{name}")
    return _("%(n)s 秒内", n=below) if below < 60 else _("%(n)s 分钟内", n=below // 60)


def _look_words() -> dict[str, str]:
    return {look: look_word(look) for look in _LOOKS}


_LOOKS = (UNSEEN, *LOOKS)
SHORTEST = min(filter(None, LOOKS.values()))


def _asked(place: Place) -> Asked:
    """Whole months, the last twelve when none are given."""
    until = _day("until") or today()
    since = _day("since") or first_day(next_month(month_of(until), 1 - MONTHS))
    if since > until:
        abort(400)
    return Asked(place.office.path, since, until)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args[name]) if request.args.get(name) else None
    except ValueError:
        abort(400)


def _account(public_id: str, actor: Actor) -> StaffAccount:
    query = select(StaffAccount).join(Office).where(StaffAccount.public_id == public_id)
    return db.session.scalar(in_area(query, actor, Office.path, INSPECTION)) or abort(404)


def _looks_of(signers: list[Signer]) -> Chart:
    names = [one.account.display_name for one in signers]
    return stacked("looks", _("签署前查看了多久"), names,
                   {word: [one.looks.get(look, 0) for one in signers] for look, word in _look_words().items()},
                   head=_("人员"))


def _months_of(account: StaffAccount, asked: Asked) -> Chart:
    months = months_through(month_of(asked.since), month_of(asked.until))
    found = activity.by_month(account, asked)
    return stacked("activity", _("每月做了什么"), short_months(months),
                   {term(f"activity.{kind}"): numbers for kind, numbers in found.items()}, head=_("月份"))
