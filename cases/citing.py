"""Which articles bind a case's place: of those a table names, else those of the rules in force there.

The tables name the documents of the places they were written from; a place entered later cites its own.
"""
from __future__ import annotations

from collections.abc import Iterable

from rules import Entry, Rules
from workflows.citations import DOCUMENTS, cite
from workflows.glossary import term

# action of the case table, or kind of notice -> the rules that say so; {reason} is that of the step
RULES_BEHIND: dict[str, tuple[str, ...]] = {
    "certify": ("month_count", "period_months.pension"),
    "refer": ("refer_months_before_due", "to_be_verified_entry"),
    "lapse": ("suspension_reasons.lapsed", "lapse_days_after_due"),
    "suspend": ("suspension_reasons.{reason}",),
    "stop": ("stop_reasons.{reason}",),
    "resume": ("signatures.resume", "arrears.{reason}"),
    "settle": ("arrears.lapsed",),
    "terminate": ("signatures.terminate", "termination_from_states.{reason}"),
    "restore": ("signatures.restore", "office_level.restore"),
    "certification_due": ("warning_months", "reminder_month", "reminder_months_before_due"),
    "referred": ("refer_months_before_due",),
    "suspended": ("suspension_reasons.{reason}",),
    "stopped": ("stop_reasons.{reason}",),
    "resumed": ("signatures.resume", "arrears.{reason}"),
    "back_pay_corrected": ("signatures.back_pay_correction",),
    "objection_received": ("objection_decision_days",),
    "objection_dismissed": ("signatures.dismiss_objection",),
    "terminated": ("signatures.terminate",),
    "restored": ("signatures.restore",),
    "death_mark_annulled": ("signatures.annul_death_mark",),
    "death_marked": ("death_sources.insurance_database",),
    "certification_accepted": ("month_count",),
    "certification_on_file": ("eligible_sources.window_visit",),
}


def step_basis(named: tuple[str, ...], area: str, action: str, reason: str | None, rules: Rules) -> str:
    """Of a step: the articles its row names that bind `area`, before them those of the area's own rules."""
    cited = cite(named, area)
    if any(_own(part.partition("-")[0], area) for part in named):
        return "；".join(cited)
    return "；".join(dict.fromkeys((*articles(action, reason, rules), *cited))) or term("term.house_value", "zh")


def letter_basis(named: Iterable[str], area: str, kind: str, reason: str | None, rules: Rules) -> list[str]:
    """Of a letter whose facts bring no basis of their own."""
    kept = [text for text in named if binds(text, area)]
    if kept == list(named):
        return kept
    return list(dict.fromkeys((*articles(kind, reason, rules), *kept))) or [term("term.house_value", "zh")]


def binds(text: str, area: str) -> bool:
    """Whether a citation as people write it is of a document that binds the area."""
    names = [name for name in DOCUMENTS if text.startswith(term(f"document.{name}", "zh"))]
    return all(area.startswith(DOCUMENTS[name]) for name in names)


def articles(behind: str, reason: str | None, rules: Rules) -> list[str]:
    """Of the rules in force that the place itself laid down; empty where it left them to the national level."""
    paths = [path.format(reason=reason) for path in RULES_BEHIND.get(behind, ())]
    found = [rules.entries[path] for path in paths if path in rules.entries]
    return _joined(one for one in found if one.layer != "national" and not one.house)


def _own(document: str, area: str) -> bool:
    place = DOCUMENTS.get(document, "")
    return bool(place) and area.startswith(place)


def _joined(entries: Iterable[Entry]) -> list[str]:
    """One citation for each document."""
    said: dict[str, list[str]] = {}
    for entry in entries:
        document, _space, article = entry.basis.rpartition(" ")
        said.setdefault(document or entry.basis, []).extend([article] if document else [])
    return [f"{document} {'、'.join(dict.fromkeys(listed))}".strip() for document, listed in said.items()]
