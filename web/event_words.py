"""Events of the log in words: names of their fields, and values that the glossary knows."""
from __future__ import annotations

import json
from typing import Any

from flask import Flask
from flask_babel import gettext as _

from web.language import current_language
from workflows.glossary import entries
from workflows.glossary import term as glossary_term

# field of an event -> prefixes of the glossary its values may stand under, the first that has the word
PREFIXES: dict[str, tuple[str, ...]] = {
    "kind": ("kind", "evidence", "notice", "objection", "export", "ledger", "follow_up", "link", "import"),
    "stage": ("stage",),
    "next_stage": ("stage",), "reason": ("reason", "pause"),
    "service": ("service",), "from_state": ("state",), "to_state": ("state",), "role": ("role",), "level": ("level",),
    "office_level": ("level",), "scheme": ("scheme",), "benefit_kind": ("benefit",), "method": ("method", "means"),
    "means": ("means",), "outcome": ("verification", "training"), "cause": ("reason", "event", "status"),
    "channel": ("channel",), "lodged_by": ("lodged_by",), "kinship": ("kinship",), "account_status": ("account",),
    "refusal": ("refusal",),
    "attempted": ("action", "kind"), "ledger": ("ledger",), "list": ("pressing",), "action": ("action",),
    "source": ("death_source", "method", "feed"), "field": ("field",), "finding": ("finding",), "about": ("about",),
    "system": ("correction_system",),
    "answer": ("answer",), "told": ("told",),
    "duty": ("duty",), "inspected": ("inspection",), "indicator": ("indicator",), "way": ("recovery", "training"),
    "act": ("nearing",),
}

CHANNELS = frozenset({"notices"})  # fields whose keys are channels, not names of fields


def event_field(name: str) -> str:
    """The word for a field of an event; a name without one shows as it is, for an old event must not break the page."""
    key = f"field.{name}"
    return glossary_term(key, current_language()) if key in entries() else name


def event_value(value: Any, name: str) -> str:
    """A value as a reader takes it in; codes without a word, numbers and digests as they stand."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dict):
        named = (lambda key: event_value(key, "channel")) if name in CHANNELS else event_field
        return _("；").join(f"{named(key)} {event_value(one, key)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return _("、").join(event_value(one, name) for one in value) or "—"
    known = next((key for prefix in PREFIXES.get(name, ()) if (key := f"{prefix}.{value}") in entries()), None)
    return glossary_term(known, current_language()) if known else _plain(value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(event_field=event_field, event_value=event_value)
