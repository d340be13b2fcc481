"""Runs of matching, what each changed and did in numbers, the samples looked at, the links people decided (R3)."""
from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from audit.events import Recorded
from cases.models import Case
from matching.feeds.models import FeedLoad
from matching.linkage.tables import MatchSuggestion
from matching.results.models import ListChange, MatchingRun, MatchingSample
from replay.of_suspensions import RELEASED, proposes, releases
from replay.part import UNTOLD, Part, Rows, by, case, on, said, writes
from replay.rows import count_of, rows_of
from replay.words import words

RUN = ("month area_path on mode status halted before_id rules_digest loads counts changes halts sample applied_on "
       f"cancelled_on cancelled_by {RELEASED}")


def _proposed(rows: Rows, happened: Recorded) -> None:
    _PROPOSED(rows, happened)
    lost = happened.data.get("lost")
    rows[happened.data["run"]] |= {
        "halts": {}, "counts": UNTOLD if lost is None else {"lists": happened.data["counts"], "lost": lost}}


_PROPOSED = writes("run", "month", "mode", "rules_digest", "loads", "sample", drawn=said("sample"), on=on,
                   area_path=said("area"), before_id=said("before"), changes=said("changed"), status="proposed",
                   halted=False)


def _halted(rows: Rows, happened: Recorded) -> None:
    data, row = happened.data, rows[happened.data["run"]]
    row |= {"status": "halted", "halted": True}
    row["halts"][data["source"]] = {name: data[name] for name in ("found", "usual", "most")}


def _applied(rows: Rows, happened: Recorded) -> None:
    row = rows[happened.data["run"]]
    row |= {"status": "applied", "applied_on": on(happened)}
    if row["counts"] is not UNTOLD:
        row["counts"] |= {"outcomes": happened.data["counts"]}


def _changes_of(name: str) -> Any:
    """Counted by what the field of the event counts; nothing of a run by an entry from before the field."""
    def apply(rows: Rows, happened: Recorded) -> None:
        rows |= {(happened.data["run"], what): {"cases": number}
                 for what, number in (happened.data.get(name) or {}).items()}
    return apply


def _changes() -> Select[Any]:
    what = ListChange.list + "/" + ListChange.reason + "/" + func.coalesce(ListChange.source, "")
    return (select(MatchingRun.public_id.label("key_1"), what.label("key_2"), func.count().label("cases"))
            .join(MatchingRun, ListChange.run_id == MatchingRun.id).group_by(MatchingRun.public_id, what))


def _outcomes() -> Select[Any]:
    return (select(MatchingRun.public_id.label("key_1"), ListChange.outcome.label("key_2"),
                   func.count().label("cases")).join(MatchingRun, ListChange.run_id == MatchingRun.id)
            .where(MatchingRun.status == "applied").group_by(MatchingRun.public_id, ListChange.outcome))


def _suggested(rows: Rows, happened: Recorded) -> None:
    data = happened.data
    for kind, number in data["counts"].items():
        row = rows.setdefault((data["load"] or "", data["model"], on(happened), kind), {"rows": 0})
        row["rows"] += number


def _suggestions() -> Select[Any]:
    load = func.coalesce(FeedLoad.public_id, "")
    found = (load, MatchSuggestion.model, MatchSuggestion.found_on, MatchSuggestion.kind)
    return (select(*(one.label(f"key_{n}") for n, one in enumerate(found, 1)), func.count().label("rows"))
            .select_from(MatchSuggestion).outerjoin(FeedLoad, MatchSuggestion.load_id == FeedLoad.id).group_by(*found))


def _decided(status: str) -> Any:
    return writes("suggestion", "kind", "source", "model", load_id=said("load"), row_number=said("row"),
                  pensioner_id=said("pensioner"), weight=said("similarity"), status=status, decided_on=on,
                  decided_by=by, decided_by_person=said("person"), note=words("note"))


PARTS = (
    Part("runs", {"MatchingProposed": _proposed, "MatchingHalted": _halted, "MatchingApplied": _applied,
                  "MatchingReleaseProposed": proposes("run"), "MatchingReleased": releases("run"),
                  "MatchingCancelled": writes("run", status="cancelled", cancelled_on=on, cancelled_by=by)},
         rows_of(MatchingRun, RUN, more=[count_of(
             MatchingSample, MatchingSample.run_id == MatchingRun.id).label("drawn")])),
    Part("changes", {"MatchingProposed": _changes_of("changed")}, _changes),
    Part("outcomes", {"MatchingApplied": _changes_of("counts")}, _outcomes),
    Part("samples", {"MatchingSampleChecked": writes(("run", case), "finding", looked_on=on, looked_by=by,
                                                     looked_by_person=said("person"), note=words("note"))},
         rows_of(MatchingSample, "finding note looked_on looked_by looked_by_person", "run_id", "case_id",
                 join=[(Case, MatchingSample.case_id == Case.id)], where=[MatchingSample.finding.is_not(None)]),
         Case.pensioner_id),
    Part("suggestions", {"LinksSuggested": _suggested}, _suggestions),
    Part("links", {"LinkConfirmed": _decided("confirmed"), "LinkRejected": _decided("rejected")},
         rows_of(MatchSuggestion, "kind source load_id row_number pensioner_id weight model status decided_on "
                                  "decided_by decided_by_person note", where=[MatchSuggestion.status != "open"])),
)
