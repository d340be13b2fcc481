"""The rows of a load that bear no readable number beside the people of its area: once, and for the loads of a month."""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date

from matching.feeds.chunks import unlinked_rows
from matching.feeds.models import FeedLoad
from matching.linkage.records import Given
from matching.linkage.suggesting import Load, suggest
from matching.results.loads import loads_in_force
from workflows.deadlines import month_of


def compare(load: FeedLoad, on: date) -> dict[str, int]:
    """Kind of suggestion -> how many are new."""
    given = [Given(one.row, one.name, one.birth_on, one.sex, one.place, one.id_number)
             for one in unlinked_rows(load.public_id)]
    return suggest(given, Load(load.id, load.public_id, load.source, load.area_path), on=on)


def compare_month(month: str, area: str, on: date,
                  progress: Callable[[int, int], None] = lambda _done, _all: None) -> Counter[str]:
    """The same for the loads in force of an area that came in the month; again, it adds what is new."""
    loads = [load for load in loads_in_force(area) if load.unlinked and month_of(load.loaded_on) == month]
    found = Counter[str]()
    for done, load in enumerate(loads, 1):
        found.update(compare(load, on))
        progress(done, len(loads))
    return found
