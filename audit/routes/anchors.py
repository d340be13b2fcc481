"""The page of whoever keeps the log: how it stands with its signer and its witnesses."""
from __future__ import annotations

from flask import Blueprint, current_app, render_template

from audit.anchoring_job import last_run
from audit.events import Recorded
from audit.signer.refusals import REASONS
from audit.witnesses.standing import overview
from staff.access import access
from web.language import current_language
from workflows.roles import LOG_READERS

blueprint = Blueprint("anchors", __name__)


@blueprint.get("/audit/anchors")
@access(*LOG_READERS)
def index() -> str:
    found = overview()
    return render_template("audit/anchors.html", found=found, what_to_do=_words(found.refused),
                           late_after=current_app.config["WITNESS_LATE_AFTER"], run=last_run(),
                           every=current_app.config["ANCHOR_EVERY"], told=current_app.config["ALARM_TO"].count("@"))


def _words(refused: Recorded | None) -> str | None:
    """What to do about the refusal, in the language of the page; what it does not tell shows as a dash."""
    if refused is None:
        return None
    facts = {"size": refused.data["entries"], "head_size": refused.data["signed_entries"]}
    reason: str = getattr(REASONS[refused.data["code"]], current_language())
    return reason.format_map(_Told(facts))


class _Told(dict[str, object]):
    def __missing__(self, _name: str) -> str:
        return "—"
