"""What rules/feeds/*.yaml may look like. Each function answers faults as sentences with their place; none is good."""

from collections.abc import Iterator
from datetime import date

from rules.types import Choice, Flag, Integer, ListOf
from rules.vocabulary import BENEFIT_KINDS, DEATH_SOURCES, ELIGIBLE_SOURCES, KINSHIPS, LOSS_SIGNS

LARGEST_CODE = 32_767  # int16 in the files of signs


class _Words:
    def faults(self, value: object) -> list[str]:
        return [] if isinstance(value, str) and value.strip() else [f"{value!r} is no word"]


WORD, WORDS, FLAG = _Words(), ListOf(_Words(), shortest=1), Flag()
DAYS = Integer(floor=1, ceiling=400)
SHARED = ("id_number", "name", "sex", "birth_on", "place")
OWN = ("day", "status")
COLUMN = {"type": Choice(("id_number", "name", "code", "date", "text")), "headings": WORDS}
OWN_COLUMN = {"headings": WORDS, "decides": FLAG}
MEANING = {
    "code": Integer(floor=1, ceiling=LARGEST_CODE),
    "values": WORDS,
    "eligible": Choice(ELIGIBLE_SOURCES),
    "loss": Choice(LOSS_SIGNS),
    "death_source": Choice(DEATH_SOURCES),
    "saw_person": FLAG,
    "benefits": ListOf(Choice(BENEFIT_KINDS), shortest=1),
    "kinships": ListOf(Choice(KINSHIPS), shortest=1),
    "day_needed": FLAG,
    "basis": WORD,
}
SOURCE = {"computed": FLAG, "every_days": DAYS, "silent_after_days": DAYS, "silent_values": WORDS, "basis": WORD}


def faults_of_columns(shared: object) -> list[str]:
    if not isinstance(shared, dict) or tuple(shared) != SHARED:
        return [f"columns: wants exactly {', '.join(SHARED)}"]
    return [fault for name, raw in shared.items() for fault in _record(f"columns: {name}", raw, COLUMN, set(COLUMN))]


def faults_of_department(where: str, document: object, shared: object) -> list[str]:
    if not isinstance(document, dict) or set(document) != {"department", "basis", "checked_on", "sources"}:
        return [f"{where}: wants exactly basis, checked_on, department, sources"]
    found = [f"{where}: {fault}" for name in ("department", "basis") for fault in WORD.faults(document[name])]
    if type(document["checked_on"]) is not date:
        found.append(f"{where}: checked_on is not a date")
    if not isinstance(document["sources"], dict) or not document["sources"]:
        return [*found, f"{where}: no sources"]
    for key, body in document["sources"].items():
        found += _of_source(f"{where}: {key}", body)
    return found


def _of_source(where: str, body: object) -> list[str]:
    if not isinstance(body, dict) or not {"columns", "meanings", "every_days", "silent_after_days"} <= set(body):
        return [f"{where}: wants columns, every_days, meanings, silent_after_days"]
    plain = {name: value for name, value in body.items() if name not in ("columns", "meanings")}
    found = _record(where, plain, SOURCE, {"every_days", "silent_after_days"})
    if not found and body["silent_after_days"] < body["every_days"]:
        found.append(f"{where}: counts as silent before it is due again")
    columns, meanings = body["columns"], body["meanings"]
    if not isinstance(columns, dict) or "day" not in columns or set(columns) - set(OWN):
        return [*found, f"{where}: wants a column day, and at most status beside it"]
    for name, raw in columns.items():
        found += _record(f"{where}: {name}", raw, OWN_COLUMN, {"headings"})
    if not isinstance(meanings, list) or not meanings:
        return [*found, f"{where}: says nothing"]
    shapes = [fault for raw in meanings for fault in _record(f"{where}: meaning", raw, MEANING, {"code"})]
    return found + (shapes or list(_contradictions(where, body)))


def _record(where: str, raw: object, kinds: dict, needed: set[str]) -> list[str]:
    if not isinstance(raw, dict) or set(raw) - set(kinds) or needed - set(raw):
        given = sorted(raw) if isinstance(raw, dict) else raw
        return [f"{where}: has {given}, needs {sorted(needed)}, may have {sorted(kinds)}"]
    return [f"{where}: {name}: {fault}" for name, value in raw.items() for fault in kinds[name].faults(value)]


def _contradictions(where: str, body: dict) -> Iterator[str]:
    decided = any(raw.get("decides") for raw in body["columns"].values() if isinstance(raw, dict))
    written = list(body.get("silent_values", ()))
    for raw in body["meanings"]:
        at = f"{where}: code {raw['code']}"
        if ("eligible" in raw) == ("loss" in raw):
            yield f"{at}: says either eligible or loss"
        if ("death_source" in raw) != (raw.get("loss") == "dead"):
            yield f"{at}: a death names what it counts as, and nothing else does"
        if ("values" in raw) != decided:
            yield f"{at}: values stand where a column decides, and only there"
        if "eligible" in raw and raw.get("day_needed") is False:
            yield f"{at}: a proof of life without a date proves nothing"
        written += raw.get("values", ())
    if not decided and (len(body["meanings"]) > 1 or written):
        yield f"{where}: several meanings, and no column decides"
    yield from (f"{where}: {value!r} means two things" for value in dict.fromkeys(written) if written.count(value) > 1)
