"""The words: complete for whatever the tables, rules and events can say, in both languages."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

import workflows
from audit import events
from rules import vocabulary
from tests.workflows.attempts import ROWS, WORKFLOWS
from workflows import case_lifecycle as case
from workflows.glossary import UnknownTerm, entries, next_step, source_of, term, terms
from workflows.review_chain import DECISION_KINDS
from workflows.transition import OFFICE_LEVELS, SYSTEM

SOURCE = "\n".join(
    path.read_text("utf-8") for path in Path(workflows.__file__).parent.glob("*.py"))
CODES = sorted(set(re.findall(r"Refusal\(\s*\"([A-Z_0-9]+)\"", SOURCE))
               | {w.no_row for w in WORKFLOWS}
               | {guard.code for _, row in ROWS for guard in row.guards if hasattr(guard, "code")}
               | set(re.findall(r"\), \"([A-Z_]+)\", \"[A-Z]+-", SOURCE)))
BRIEFED = ("SAME_PERSON", "FIRST_SIDE", "RELATIVE", "OWN_CASE", "OUT_OF_AREA", "NO_GRANT", "WRONG_STAGE",
           "DEATH_MARKED", "OFFICE_LEVEL_TOO_LOW", "CALCULATION_STALE", "NOBODY_ELIGIBLE", "EVIDENCE_MISSING",
           "OPEN_DECISION_EXISTS",
           "OPEN_OBJECTION", "CERTIFICATION_VALID", "NOT_TRANSITIONABLE", "TOOK_PART_IN_SUSPENSION")
REASONS = {reason for _, row in ROWS for reason in row.reasons} | set(vocabulary.ARREARS_REASONS)


def _leaves(kind: type) -> list[type]:
    below = kind.__subclasses__()
    return [leaf for sub in below for leaf in _leaves(sub)] if below else [kind]


EVENTS = sorted(kind.__name__ for kind in _leaves(events.Event) if kind.__module__.startswith(events.__name__))
NAMES = {
    "state": case.STATES, "stage": {s for w in WORKFLOWS[1:] for s in w.states},
    "action": {row.action for _, row in ROWS}, "reason": REASONS, "kind": DECISION_KINDS,
    "role": {role for _, row in ROWS for role in row.by if role != SYSTEM} | {
        "inspector", "system_administrator", "security_administrator", "audit_administrator"},
    "level": OFFICE_LEVELS, "benefit": vocabulary.BENEFIT_KINDS, "method": vocabulary.ELIGIBLE_SOURCES,
    "evidence": vocabulary.EVIDENCE_KINDS, "death_source": vocabulary.DEATH_SOURCES, "loss": vocabulary.LOSS_SIGNS,
    "scheme": ("enterprise_employees", "public_institutions", "urban_rural_residents", "work_injury"),
    "verification": ("eligible", "lost", "not_found", "refused"),
    "objection": ("to_data", "to_suspension", "to_amount"),
    "event": EVENTS, "refusal": {*CODES, *BRIEFED},
}


@pytest.mark.parametrize("prefix", NAMES)
def test_every_name_has_a_chinese_and_an_english_word(prefix):
    for name in NAMES[prefix]:
        assert re.search(r"[\u4e00-\u9fff]", term(f"{prefix}.{name}", "zh")), name
        assert term(f"{prefix}.{name}", "en").isascii(), name


@pytest.mark.parametrize("code", list(terms("refusal")))
def test_every_refusal_is_a_sentence_with_a_next_step(code):
    for lang, end in (("zh", "。"), ("en", ".")):
        assert term(f"refusal.{code}", lang).endswith(end)
        assert next_step(code, lang).endswith(end)


def test_the_codes_were_found_at_all():
    assert len(CODES) > 40
    assert {"SYSTEM_NEVER_SIGNS", "SUSPENDED_TOO_SHORT", "WRONG_STAGE", "FACT_UNKNOWN"} <= set(CODES)
    assert len(EVENTS) > 40


def test_an_unknown_word_or_language_is_an_error():
    for key, lang in (("state.flying", "zh"), ("nothing", "zh"), ("state.pending", "fr")):
        with pytest.raises(UnknownTerm):
            term(key, lang)
    with pytest.raises(UnknownTerm):
        terms("nothing")
    with pytest.raises(UnknownTerm):
        next_step("NOTHING")


def test_a_locale_is_a_language_too():
    assert term("state.stopped", "zh_Hans_CN") == "停发" and term("state.stopped", "en_GB") == "Stopped"


def test_words_of_one_prefix_come_in_the_file_s_order():
    assert list(terms("level")) == list(OFFICE_LEVELS)


def test_sources_are_articles():
    known = re.compile(r"^((GB|QD|SC|RS|JS)-[\w.]+)?$")
    assert all(known.match(source_of(key)) for key in entries())


ROOT = Path(workflows.__file__).resolve().parent.parent
USERS = ("audit", "cases", "demo", "invariants", "matching", "rules", "staff", "templates", "web", "workflows")
COMPOSED = re.compile(r"(action\.enter|export\.audit|nearing\.notice)_\w+$")  # made of a word and a state or kind


def _used_words() -> set[str]:
    words: set[str] = set()
    for folder in USERS:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".html", ".txt", ".yaml") and path.name != "glossary.yaml":
                words |= set(re.findall(r"\w+", path.read_text("utf-8")))
    return words


def test_every_word_of_the_glossary_is_used_by_something():
    used = _used_words()
    assert [key for key in entries() if key.partition(".")[2] not in used and not COMPOSED.match(key)] == []
