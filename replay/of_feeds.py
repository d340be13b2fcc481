"""Feeds loaded, resolved again and withdrawn; what of them was disputed and left out (R3)."""
from __future__ import annotations

from sqlalchemy import Select, func, select

from audit.events import SYSTEM, Recorded
from cases.models import Case
from matching.feeds.loading import digest_of
from matching.feeds.models import FeedLoad, FeedQuarantine, FeedResolution
from matching.results.models import DataDispute, SignRetraction
from replay.part import UNTOLD, Part, Rows, area, by, case, on, said, writes
from replay.rows import count_of, rows_of
from replay.words import words

LOAD = ("source area_path sha256 status rows loaded unchanged duplicate quarantined outside unlinked resolved first_on "
        "last_on signs loaded_by loaded_by_person loaded_on withdrawn_on withdrawn_by withdrawn_by_person "
        "file_name reason")
COUNTS = ("rows", "loaded", "unchanged", "duplicate", "quarantined", "outside", "unlinked", "resolved")


def _bringer(happened: Recorded) -> object:
    """Rows that people tied are written by the system, in the name of whoever brought those they came from."""
    return UNTOLD if happened.meta.actor == SYSTEM else happened.meta.actor


def _withdrawn(rows: Rows, happened: Recorded) -> None:
    """Of one withdrawn while it was being brought in, its event is all there is."""
    rows.setdefault(happened.data["load"], dict.fromkeys((*LOAD.split(), "refused"), UNTOLD))
    _WITHDRAWN(rows, happened)


_WITHDRAWN = writes("load", "source", "sha256", "rows", status="withdrawn", withdrawn_on=on, withdrawn_by=by,
                    withdrawn_by_person=said("person"), reason=words("reason"))


def _again(rows: Rows, happened: Recorded) -> None:
    load, number = happened.data["load"], 1
    while (load, number) in rows:
        number += 1
    rows[load, number] = {"came": happened.data["came"], "went": happened.data["went"],
                          "people": happened.data["moved_people"], "resolved_on": on(happened)}


def _resolutions() -> Select:
    number = func.row_number().over(partition_by=FeedResolution.load_id, order_by=FeedResolution.id)
    return select(FeedLoad.public_id.label("key_1"), number.label("key_2"), FeedResolution.came, FeedResolution.went,
                  FeedResolution.people, FeedResolution.resolved_on).join(
        FeedLoad, FeedResolution.load_id == FeedLoad.id)


PARTS = (
    Part("feeds", {"FeedLoaded": writes("load", "source", "sha256", "first_on", "last_on", "signs", *COUNTS,
                                        refused=said("quarantined"), area_path=said("office"), status="loaded",
                                        loaded_on=on, loaded_by=_bringer, loaded_by_person=said("person"),
                                        file_name=words("file_name")),
                   "FeedResolvedAgain": writes("load", "signs"), "FeedWithdrawn": _withdrawn},
         rows_of(FeedLoad, LOAD, where=[FeedLoad.status != "staging"],
                 more=[count_of(FeedQuarantine, FeedQuarantine.load_id == FeedLoad.id).label("refused")]),
         as_in_log={"signs": digest_of}),
    Part("resolutions", {"FeedResolvedAgain": _again}, _resolutions),
    Part("disputes", {"DataDisputed": writes("dispute", "source", "about", "row", "sign_on", load_id=said("load"),
                                             case_id=case, office_path=area, filed_on=on, filed_by=by, status="filed",
                                             grounds=words("grounds")),
                      "DisputeSent": writes("dispute", status="sent", sent_on=on, sent_by=by,
                                            reference=words("reference")),
                      "DisputeAnswered": writes("dispute", "answer", status="answered", answered_on=on,
                                                answered_by=by, answer_note=words("note"))},
         rows_of(DataDispute, "case_id office_path source about load_id row sign_on filed_on filed_by status sent_on "
                              "sent_by answer answered_on answered_by grounds reference answer_note",
                 join=[(Case, DataDispute.case_id == Case.id)]),
         Case.pensioner_id),
    Part("retractions", {"SignRetracted": writes("retraction", "source", "code", "sign_on", "cause",
                                                 through_load=said("through"), case_id=case, office_path=area,
                                                 dispute_id=said("dispute"), task_id=said("task"),
                                                 decision_id=said("decision"), retracted_on=on, retracted_by=by),
                         "RetractionReversed": writes("retraction", reversed_on=on, reversed_by=by,
                                                      reversed_grounds=words("grounds"))},
         rows_of(SignRetraction, "case_id office_path source code sign_on through_load cause dispute_id task_id "
                                 "decision_id retracted_on retracted_by reversed_on reversed_by reversed_grounds",
                 join=[(Case, SignRetraction.case_id == Case.id)]), Case.pensioner_id),
)
