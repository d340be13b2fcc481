"""A decision pinned to a version finds it after the YAML was corrected."""

from dataclasses import replace
from datetime import date

import pytest

import rules
from rules import current_versions, published, rules_by_version, rules_for

ON = date(2026, 11, 21)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """An empty file of published versions, and no memory of the real one."""
    file = tmp_path / "published.jsonl"
    read = published.read
    monkeypatch.setattr(published, "read", lambda: read(file))
    rules._published.cache_clear()
    yield file
    rules._published.cache_clear()


def a_corrected_set():
    """Sichuan's rules with one value changed: a version that the YAML does not give."""
    entries = dict(rules_for("510107", ON).entries)
    entries["warning_months"] = replace(entries["warning_months"], value=4)
    return rules.Rules(entries)


def test_every_version_that_a_decision_can_be_pinned_to_is_published():
    missing = set(current_versions()) - set(published.read())
    assert not missing, "run: flask --app app rules publish"


def test_a_published_version_is_the_same_rules():
    current = rules_for("510107", ON)
    entries = published.read()[current.version]
    assert {entry.path: entry for entry in entries} == dict(current.entries)


def test_a_version_that_the_yaml_no_longer_gives_is_found(kept):
    former = a_corrected_set()
    assert former.version not in current_versions()
    published.append({former.version: list(former.entries.values())}, kept)
    found = rules_by_version(former.version)
    assert found.version == former.version
    assert found.value("warning_months") == 4
    assert found.value("materials") == former.value("materials")
    assert found.entry("warning_months").since == date(2022, 12, 12)


def test_publishing_twice_adds_nothing_and_changes_no_earlier_line(kept):
    wanted = {version: list(each.entries.values()) for version, each in current_versions().items()}
    first = published.append(dict(sorted(wanted.items())[:1]), kept)
    lines = kept.read_text("utf-8")
    rest = published.append(wanted, kept)
    assert kept.read_text("utf-8").startswith(lines)
    assert sorted(first + rest) == sorted(wanted)
    assert published.append(wanted, kept) == []


def test_a_published_version_that_was_tampered_with_is_not_found(kept):
    former = a_corrected_set()
    published.append({former.version: list(former.entries.values())}, kept)
    text = kept.read_text("utf-8")
    altered = text.replace('"path":"warning_months","value":4', '"path":"warning_months","value":1')
    assert altered != text
    kept.write_text(altered, "utf-8")
    with pytest.raises(KeyError):
        rules_by_version(former.version)
