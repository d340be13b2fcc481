"""What is tried against the triggers of feeds, and the rows it needs: loads under way and loaded, refused, tied."""
from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from cases.models import Pensioner
from database import db, transaction
from matching.feeds.models import FeedLoad, FeedQuarantine, FeedResolution
from matching.linkage.tables import MatchSuggestion
from tests.people import account as account_of
from tests.promises.ledger_attempts import each
from tests.promises.trigger_attempts import Statements, account, copied, never_changes, person

LOADED, STAGING = "status = 'loaded'", "status = 'staging'"
WITHDRAWN = (f"UPDATE feed_load SET status = 'withdrawn', reason = '更正', withdrawn_on = loaded_on, withdrawn_by = "
             f"{account('li')}, withdrawn_by_person = {person('li')} WHERE {LOADED}")

ATTEMPTS: dict[str, tuple[Statements, ...]] = {
    **never_changes("feed_quarantine", "code"), **never_changes("feed_resolution", "came"),
    "feed_load_person_insert": (
        (copied("feed_load", LOADED, sha256="'other'", loaded_by=account("wang")),),
        (copied("feed_load", LOADED, sha256="'other'", withdrawn_by=account("wang"),
                withdrawn_by_person=person("li")),)),
    "feed_load_person_update": (
        (f"UPDATE feed_load SET withdrawn_by = {account('wang')}, withdrawn_by_person = {person('li')} "
         f"WHERE {LOADED}",),),
    "feed_load_as_brought": each(
        "feed_load", "source = 'prisons'", "area_path = '51/'", "sha256 = 'other'",
        f"loaded_by = {account('wang')}, loaded_by_person = {person('wang')}", "loaded_on = '2026-01-05'",
        where=STAGING),
    "feed_load_as_loaded": each(
        "feed_load", "rows = 3, loaded = 2", "unchanged = 1, loaded = 0", "duplicate = 1, loaded = 0",
        "quarantined = 2, loaded = 0", "outside = 1", "unlinked = 1", "resolved = 0", where=LOADED),
    "feed_load_status": (
        (f"UPDATE feed_load SET status = 'staging' WHERE {LOADED}",),
        (WITHDRAWN, "UPDATE feed_load SET reason = '无误' WHERE status = 'withdrawn'")),
    "feed_load_no_delete": (("DELETE FROM feed_load WHERE status = 'staging'",),),
    "match_suggestion_decided": each("match_suggestion", "note = '另一个'", "status = 'rejected'",
                                     where="status = 'confirmed'"),
    "match_suggestion_no_delete": (("DELETE FROM match_suggestion",),),
}

# of the constraints: what must be one, and what a load may never say
ONE = {"feed_load": (("source", "area_path", "sha256"), ("public_id",)),
       "feed_quarantine": (("load_id", "row_number"),), "feed_resolution": (("public_id",),)}
SAID = {"withdrawn_by_person": 7, "withdrawn_on": date(2026, 3, 1), "reason": "更正"}
NEVER = {
    "ck_feed_load_status": (("feed_load", {"status": "proposed"}),),
    "ck_feed_load_adds_up": (("feed_load", {"status": "loaded", "rows": 3, "loaded": 1, "quarantined": 1}),),
    "ck_feed_load_withdrawn": tuple(
        ("feed_load", {"status": "withdrawn", **SAID, missing: None}) for missing in SAID),
}


def keep_feeds(on: date) -> None:
    """Brought in by li."""
    by = account_of("li")
    with transaction():
        for sha256, status, counts in (("a" * 64, "staging", {}),
                                       ("b" * 64, "loaded", {"rows": 2, "loaded": 1, "quarantined": 1, "resolved": 1})):
            brought = FeedLoad(source="rail_travel", area_path=by.office.path, file_name="乘车.csv", sha256=sha256,
                               status=status, loaded_by=by.id, loaded_by_person=by.natural_person_id, loaded_on=on,
                               **counts)
            db.session.add(brought)
            db.session.flush()
        db.session.add(FeedQuarantine(load_id=brought.id, row_number=3, code="DATE_FORM", raw="[]",
                                      errors=[{"field": "day", "code": "DATE_FORM", "shown": "昨天"}]))
        db.session.add(FeedResolution(load_id=brought.id, came=1, went=0, people=1, resolved_on=on))
        db.session.add(MatchSuggestion(
            load_id=brought.id, row_number=2, pensioner_id=db.session.scalar(select(func.min(Pensioner.id))), weight=9,
            probability=9, comparison=[], model="m", found_on=on, status="confirmed", decided_on=on, decided_by=by.id,
            decided_by_person=by.natural_person_id))
