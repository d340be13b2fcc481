"""My work: what waits for me, what I cannot take and why."""
from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for

from cases import contacts, pages, pressing, worklists
from staff.access import access, current_actor
from staff.clock import today
from web.paging import key_after
from workflows.roles import BUSINESS, MAKERS

work_pages = Blueprint("work", __name__)


@work_pages.get("/work")
@access(*BUSINESS)
def my_work() -> str:
    actor, on, tab = current_actor(), today(), request.args.get("tab", "signable")
    if tab not in worklists.TABS:
        abort(404)
    found = worklists.page(tab, actor, on, key_after(heads=1))
    following = url_for("work.my_work", tab=tab, after=_written(found.after)) if found.after else None
    first = url_for("work.my_work", tab=tab) if request.args.get("after") else None
    verifies = bool(actor.roles & set(MAKERS))  # the others read the ledger; it is not their work
    return render_template("work/my_work.html", tab=tab, page=found, counts=worklists.counts(actor), actor=actor, on=on,
                           verifies=verifies, tasks=pages.open_tasks(actor, 6) if verifies else [],
                           following=following, first=first,
                           pressed=pressing.open_here(actor),
                           unreachable=contacts.unreachable_count(actor) if verifies else 0)



def _written(key: worklists.Key) -> str:
    return f"{key[0]}_{key[1].isoformat()}_{key[2]}"
