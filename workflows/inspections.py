"""Kinds of inspection (JS 8.3, 9.2; GB 5.9; QD 29). Pure."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class InspectionKind:
    """archives: it looks at bound volumes; crossed: by people of another office of the same level."""

    name: str
    article: str
    archives: bool = False
    crossed: bool = False


INSPECTIONS = {one.name: one for one in (
    InspectionKind("outside", "JS-9"),
    InspectionKind("self_inspection", "GB-5.9"),
    InspectionKind("routine_check", "JS-8.3"),
    InspectionKind("special_check", "JS-8.3"),
    InspectionKind("archive_check", "QD-29", archives=True),
    InspectionKind("archive_cross_check", "QD-29", archives=True, crossed=True),
)}
