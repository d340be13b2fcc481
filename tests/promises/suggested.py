"""Suggested links, for the test that goes over all constraints: what their table refuses."""
from __future__ import annotations

from datetime import date
from typing import Any

TABLE = "match_suggestion"
DECIDED = {"decided_on": date(2026, 3, 1), "decided_by": 7, "decided_by_person": 7}
TWO = {"kind": "two_numbers", "other_pensioner_id": 10**6}
SOUND = {TABLE: {"kind": "row", "other_pensioner_id": None, "status": "rejected", **DECIDED}}
# a row or a double is suggested once, a row is confirmed to be about one person
ONE = {TABLE: (("public_id",), ("load_id", "row_number", "pensioner_id"), ("pensioner_id", "other_pensioner_id"),
               ("load_id", "row_number"))}
ONLY_WHEN: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = {  # one of a kind among some rows only
    (TABLE, ("load_id", "row_number")): {"status": "confirmed"}, (TABLE, ("pensioner_id", "other_pensioner_id")): TWO}
NEVER = {
    "ck_match_suggestion_kind": ((TABLE, {"kind": "three"}),),
    "ck_match_suggestion_status": ((TABLE, {"status": "lost"}),),
    "ck_match_suggestion_decided": (*((TABLE, {missing: None}) for missing in DECIDED), (TABLE, {"status": "open"})),
    "ck_match_suggestion_shape": tuple((TABLE, {name: TWO[name]}) for name in TWO),
    "ck_match_suggestion_order": ((TABLE, TWO | {"pensioner_id": 10**6}),),
}
