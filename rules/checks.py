"""What a look at the YAML as a whole finds beyond its schema: gaps, values long unchecked, bases too vague.

Each fault is a sentence that names the place, the value and the day.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from rules.loader import Entry, Layer

DAY = timedelta(days=1)
CHECK_WITHIN = timedelta(days=365)
NAMES_A_DOCUMENT = re.compile(r"\d|第.+[条款项]|〔")


def faults(layers: tuple[Layer, ...], on: date) -> list[str]:
    """Everything found on the day `on`; empty is good."""
    found = [fault for layer in layers for fault in _gaps(layer, layers)]
    for layer in layers:
        for entry in layer.entries:
            found += [f"{layer.name}: {entry.path}: {fault}" for fault in _of_entry(entry, on)]
    return found


def _of_entry(entry: Entry, on: date) -> Iterator[str]:
    if entry.until and entry.until < entry.since:
        yield f"ends {entry.until}, before it begins {entry.since}"
    if entry.checked_on > on:
        yield f"checked on {entry.checked_on}, which is later than {on}"
    if on - entry.checked_on > CHECK_WITHIN and (entry.until is None or entry.until >= on):
        yield f"not checked for a year, last on {entry.checked_on}"
    if not entry.house and not NAMES_A_DOCUMENT.search(entry.basis):
        yield f"basis {entry.basis!r} names no document and no article"


def _gaps(layer: Layer, layers: tuple[Layer, ...]) -> Iterator[str]:
    """Days after the end of a value on which neither this place nor a wider one has any."""
    wider = [one for one in layers if layer.prefix.startswith(one.prefix) and one.covers_schemes_of(layer)]
    for entry in layer.entries:
        if entry.until is None:
            continue
        after = entry.until + DAY
        same = [other for one in wider for other in one.entries if other.path == entry.path]
        if any(other.in_force(after) for other in same):
            continue
        later = min((other.since for other in same if other.since > after), default=None)
        yield f"{layer.name}: {entry.path}: a gap from {after}" + (f" to {later - DAY}" if later else ", for good")
