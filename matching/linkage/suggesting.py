"""Rows without a good number beside the register, and the register beside itself: what looks like one person is listed.

Only lists: nothing is certified, suspended or put right by it. Doing it twice adds nothing (F2).
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import select

from audit.events import LinksSuggested
from audit.log import record
from database import transaction
from matching.linkage import models, register
from matching.linkage.linking import FEWEST_PEOPLE, Pair, for_register, pairs, prior_bits
from matching.linkage.records import Given, columns_of, table
from matching.linkage.settings import ELSE, Settings, load
from matching.linkage.tables import MatchSuggestion
from staff.access import SYSTEM

AT_LEAST = 0.5  # likelier one person than two: below, nobody is asked
BEST_OF_A_ROW = 3
ENTERED_TWICE = 1_000  # one in so many, assumed: a pair within the register is that much less likely one person
NAMED_OTHERWISE = (ELSE, "surname")


@dataclass(frozen=True)
class Load:
    """Whose rows they are. id, public_id: of the load; area: path of the offices whose people it is about."""

    id: int
    public_id: str
    source: str
    area: str = ""


def suggest(rows: Iterable[Given], load_: Load, *, on: date) -> dict[str, int]:
    """Compare the rows (key: row number) with the people of the load's area and list what is likely. kind -> new."""
    settings, given = load("pensioners"), {row.key: row for row in rows}
    model = _model(settings, load_.area)
    found = _best(_compared(settings, model, list(given.values()), load_.area))
    with transaction() as session:
        known = set(session.execute(select(MatchSuggestion.row_number, MatchSuggestion.pensioner_id)
                                    .where(MatchSuggestion.load_id == load_.id)).all())
        new = [_row(pair, model, on) | {"kind": _kind(pair), "load_id": load_.id, "source": load_.source,
                                        "row_number": int(pair.left), "pensioner_id": int(pair.right),
                                        "given": json.dumps(asdict(given[int(pair.left)]), ensure_ascii=False)}
               for pair in found if (int(pair.left), int(pair.right)) not in known]
        return _list(session, new, LinksSuggested(model=model["version"], load=load_.public_id, source=load_.source,
                                                  rows=len(given), counts=_counts(new)), on)


def suggest_doubles(area: str = "", *, on: date) -> dict[str, int]:
    """People of the register who seem to be entered twice, under two numbers. The number itself does not count."""
    settings = load("pensioners")
    everybody = [one for piece in register.pieces(area) for one in piece]
    model = _model(settings, area, ENTERED_TWICE)
    found = [pair for pair in pairs(settings, [_side(everybody, settings)], model, 0.0,
                                    frequencies=register.frequencies(area)) if _without_number(pair) > 0]
    with transaction() as session:
        known = set(session.execute(select(MatchSuggestion.pensioner_id, MatchSuggestion.other_pensioner_id)
                                    .where(MatchSuggestion.kind == "two_numbers")).all())
        new = [_row(pair, model, on) | {"kind": "two_numbers", "pensioner_id": low, "other_pensioner_id": high}
               for pair in found for low, high in [sorted((int(pair.left), int(pair.right)))]
               if (low, high) not in known]
        return _list(session, new, LinksSuggested(model=model["version"], rows=len(everybody), counts=_counts(new)), on)


def _model(settings: Settings, area: str, one_in: int = 1) -> models.Model:
    own = models.own_folder(current_app.config["INSTANCE_DIR"])
    return for_register(models.newest(settings, own), max(register.people(area), FEWEST_PEOPLE) * one_in)


def _compared(settings: Settings, model: models.Model, rows: Sequence[Given], area: str) -> Iterator[Pair]:
    side, shares = _side(rows, settings), register.frequencies(area)
    for piece in register.pieces(area) if rows else ():
        yield from pairs(settings, [side, _side(piece, settings)], model, AT_LEAST, frequencies=shares)


def _side(people: Iterable[Given], settings: Settings) -> dict[str, list[Any]]:
    return table(map(columns_of, people), settings.columns)


def _best(found: Iterable[Pair]) -> list[Pair]:
    """The likeliest few of each row."""
    of_row: dict[str, list[Pair]] = {}
    for pair in found:
        of_row.setdefault(pair.left, []).append(pair)
    return [pair for one in of_row.values() for pair in sorted(one, key=lambda pair: -pair.weight)[:BEST_OF_A_ROW]]


def _kind(pair: Pair) -> str:
    """The pensioner's own number beside another name: one number, two people."""
    same_number = pair.levels["number"][0] == "same"
    return "two_names" if same_number and pair.levels["name"][0] in NAMED_OTHERWISE else "row"


def _without_number(pair: Pair) -> float:
    return pair.weight - pair.levels["number"][1]


def _row(pair: Pair, model: models.Model, on: date) -> dict[str, Any]:
    return {"weight": round(pair.weight * 1000), "probability": min(int(pair.probability * 1_000_000), 999_999),
            "comparison": [["prior", "prior", round(prior_bits(model) * 1000)],
                           *([name, level, round(bits * 1000)] for name, (level, bits) in pair.levels.items())],
            "model": model["version"], "found_on": on}


def _counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    kinds = [row["kind"] for row in rows]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def _list(session: Any, rows: list[dict[str, Any]], happened: LinksSuggested, on: date) -> dict[str, int]:
    session.add_all([MatchSuggestion(**row) for row in rows])
    session.flush()
    record(happened, actor=SYSTEM, on=on, command="suggest_links")
    return happened.counts
