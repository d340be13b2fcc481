"""The catalogue, and the bytes that are hashed."""
from __future__ import annotations

import dataclasses
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.events import (
    STATE_CHANGING,
    TYPES,
    Meta,
    NotCanonical,
    StepRefused,
    canonical,
    canonical_many,
    digest,
    parse,
    personal_values,
)
from audit.events.base import field_types
from workflows.glossary import term, terms

ROOT = Path(__file__).resolve().parent.parent.parent
WRITERS = ("audit", "cases", "staff", "demo", "matching", "web", "rules")
AWAITED = {"OverpaymentClaimed"}  # written once its decision is there
OF_NO_CASE = {"account", "calendar", "duty", "feed", "grant", "import", "log", "office", "pressing", "run", "sign_in"}
SIMPLE = {
    str: st.text(st.characters(blacklist_categories=("Cs",)), max_size=12),
    int: st.integers(-(2**53) + 1, 2**53 - 1),
    bool: st.booleans(),
    date: st.dates(),
    type(None): st.none(),
}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    if hint in SIMPLE:
        return SIMPLE[hint]
    if dataclasses.is_dataclass(hint):
        return any_of(hint)
    parts = get_args(hint)
    if get_origin(hint) is tuple:
        return st.lists(values_of(parts[0]), max_size=3).map(tuple)
    if get_origin(hint) is dict:
        return st.dictionaries(st.text("abc_", min_size=1, max_size=5), values_of(parts[1]), max_size=3)
    return st.one_of(*(values_of(part) for part in parts))


def any_of(cls: type) -> st.SearchStrategy[Any]:
    return st.builds(cls, **{name: values_of(hint) for name, hint in field_types(cls).items()})


any_event = st.sampled_from(sorted(TYPES)).flatmap(lambda name: any_of(TYPES[name]))
any_meta = st.builds(Meta, uid=SIMPLE[str], tx=SIMPLE[str], position=st.integers(0, 99), command=SIMPLE[str],
                     actor=SIMPLE[str], on=st.dates(), case=st.none() | SIMPLE[str],
                     recorded_at=st.datetimes(timezones=st.just(UTC)), case_seq=st.none() | st.integers(1, 9),
                     office=st.none() | SIMPLE[str])
META = Meta(uid="u", tx="t", position=0, command="c", actor="SYSTEM", on=date(2026, 3, 15),
            recorded_at=datetime(2026, 3, 15, tzinfo=UTC))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(any_event, any_meta, st.binary(min_size=32, max_size=32))
def test_every_event_has_one_written_form_that_reads_back(event: Any, meta: Meta, salt: bytes) -> None:
    data = canonical(event, meta, dict.fromkeys(event.PERSONAL, salt))
    read = parse(data)
    assert (read.type, read.meta) == (event.type(), meta)
    assert data == canonical(event, meta, dict.fromkeys(event.PERSONAL, salt))
    assert set(read.data) | set(read.personal) == set(field_types(type(event)))
    assert {n for n, v in read.personal.items() if v} == set(personal_values(event))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(any_event, any_meta, st.binary(min_size=32, max_size=32))
def test_the_written_form_is_json_with_sorted_keys_and_no_spaces(event: Any, meta: Meta, salt: bytes) -> None:
    data = canonical(event, meta, dict.fromkeys(event.PERSONAL, salt))
    body = json.loads(data)
    assert json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == data
    assert set(body["meta"]) == {field.name for field in dataclasses.fields(Meta)}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(st.lists(any_event, min_size=1, max_size=3), any_meta, st.data())
def test_many_events_are_written_as_each_alone(happened: list[Any], meta: Meta, data: st.DataObject) -> None:
    """Drawn with repetition, so that fields have the same value, equal values of other types, and different ones."""
    drawn = data.draw(st.lists(st.sampled_from(happened).flatmap(lambda one: st.just(one) | any_of(type(one))),
                               min_size=1, max_size=8))
    salts = [dict.fromkeys(one.PERSONAL, bytes([n]) * 32) for n, one in enumerate(drawn)]
    seqs = data.draw(st.lists(st.none() | st.integers(0, 2), min_size=len(drawn), max_size=len(drawn)))
    around = vars(meta) | {"position": list(range(len(drawn))), "case_seq": seqs}
    alone = [canonical(one, dataclasses.replace(meta, position=n, case_seq=seqs[n]), salts[n])
             for n, one in enumerate(drawn)]
    assert canonical_many(drawn, around, salts) == alone


def test_a_truth_and_a_number_that_are_equal_are_written_differently() -> None:
    both = [StepRefused(refusal="X", attempted="y", details={"a": value}) for value in (1, True)]
    written = canonical_many(both, vars(META))
    assert [json.loads(one)["data"]["details"] for one in written] == [{"a": 1}, {"a": True}]
    assert b'"a":1' in written[0] and b'"a":true' in written[1]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(any_event, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_personal_value_shows_only_as_a_commitment_under_its_salt(event: Any, one: bytes, other: bytes) -> None:
    first, second = (canonical(event, META, dict.fromkeys(event.PERSONAL, salt)) for salt in (one, other))
    assert (first == second) == (one == other or not personal_values(event))
    assert not set(json.loads(first)["data"]) & event.PERSONAL


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), {"键": 1}, b"x", datetime(2026, 1, 1), "\ud800"])
def test_a_value_without_one_written_form_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical(StepRefused(refusal="X", attempted="y", details={"a": value}), META)


def test_an_order_of_keys_does_not_matter() -> None:
    one, other = ({"b": 1, "a": 2}, {"a": 2, "b": 1})
    assert digest(canonical(StepRefused(refusal="X", attempted="y", details=one), META)) == digest(
        canonical(StepRefused(refusal="X", attempted="y", details=other), META))


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        StepRefused(refusal="X", attempted="y").refusal = "Y"  # type: ignore[misc]


@pytest.mark.parametrize("name", sorted(TYPES))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_event_has_words(name: str, language: str) -> None:
    assert term(f"event.{name}", language)


def test_every_event_of_the_catalogue_is_written_by_something() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for folder in WRITERS for path in (ROOT / folder).rglob("*.py")
                     if "events" not in path.relative_to(ROOT).parts)
    assert {name for name in TYPES if not re.search(rf"\b{name}\b", code)} <= AWAITED


def test_every_event_in_the_glossary_is_of_the_catalogue() -> None:
    assert {key.removeprefix("event.") for key in terms("event", "zh")} - {*TYPES} == set()


def test_every_family_of_events_that_a_case_can_have_is_shown_on_its_page() -> None:
    shown = {path.stem for path in (ROOT / "templates" / "cases" / "events").iterdir()}
    assert {cls.FAMILY for cls in TYPES.values()} - shown == OF_NO_CASE


@pytest.mark.parametrize("name", sorted(STATE_CHANGING))
def test_a_state_changing_event_is_enough_to_replay_its_step(name: str) -> None:
    needed = {"from_state", "to_state", "action", "reason", "basis", "on", "due_on", "rules_version", "decision"}
    assert needed <= set(field_types(TYPES[name]))
