"""What looks at every case of an area, or at the whole log: foretelling, ledgers, searches of events."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from audit.search import Wanted, events, page
from bench.city import ON
from cases import what_if
from cases.ledgers import reading, withheld
from cases.ledgers.place import place_of
from cases.ledgers.reading import Asked
from cases.ledgers.table import LEDGERS
from cases.what_if_sql import groups, some
from staff.actor import Actor

CITY = "51/5101/"
TIMES = 20


def of_the_whole_city(actor: Actor) -> dict[str, Callable[[int], object]]:
    """Name -> act. As somebody of oversight over the city asks, with the account of `actor`."""
    over = replace(actor, areas=(*actor.areas, ("inspector", CITY)))
    place = place_of(None, over)
    acts: dict[str, Callable[[int], object]] = {
        "what-if: groups": lambda n: groups(over, CITY, ON),
        "what-if: a year foretold": lambda n: what_if.by_month(groups(over, CITY, ON), what_if.TODAY, ON),
        "what-if: a page": lambda n: some(over, CITY, ON, None, what_if.PAGE),
        "withheld: by place": lambda n: withheld.now(place, over, ON),
        "the log: a kind": lambda n: page(events(Wanted(type="CaseEntered"))),
        "the log: an account": lambda n: page(events(Wanted(actor=actor.account_public_id))),
        "the log: a day": lambda n: page(events(Wanted(since=ON, until=ON))),
    }
    for name in ("not_certified", "to_be_verified"):
        asked = Asked(LEDGERS[name], place, ON)
        acts[f"{name}: counts"] = partial(_counts, asked, over)
        acts[f"{name}: a page"] = partial(_page, asked, over)
    return acts


def _counts(asked: Asked, actor: Actor, _number: int) -> object:
    return reading.matrix(asked, actor)


def _page(asked: Asked, actor: Actor, _number: int) -> object:
    return reading.page(asked, actor)
