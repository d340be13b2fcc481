"""Which witnesses there are is data: read as a list, refused by name where it is wrong."""
from __future__ import annotations

import json
from pathlib import Path

import pytest

from audit.witnesses.configured import KINDS, BadWitnesses, read

pytestmark = pytest.mark.sqlite_is_enough

ROWS = [{"name": "disk", "kind": "file", "path": "/media/notes"},
        {"name": "city", "kind": "cosigning", "url": "http://witness.example", "key": "k"}]


def test_a_list_or_a_file_of_one_is_read_and_nothing_is_nobody(tmp_path: Path) -> None:
    (tmp_path / "witnesses.json").write_text(json.dumps(ROWS))
    assert read(json.dumps(ROWS)) == read(str(tmp_path / "witnesses.json"))
    assert [one.name for one in read(json.dumps(ROWS))] == ["disk", "city"]
    assert read("") == read("[]") == []


@pytest.mark.parametrize(("rows", "why"), [
    ([{"name": "a", "kind": "pigeon"}], "a name and a kind"), ([{"kind": "file", "path": "x"}], "a name and a kind"),
    ([{"name": "a", "kind": "file"}], "path is missing"), ([ROWS[0] | {"url": "x"}], "url is not known"),
    ([ROWS[0], ROWS[0]], "twice"), (["x"], "WITNESSES")])
def test_what_cannot_be_read_is_refused_by_name(rows: object, why: str) -> None:
    with pytest.raises(BadWitnesses, match=why):
        read(json.dumps(rows))


@pytest.mark.parametrize("text", ["/no/such/file", "[", "[1]"])
def test_no_list_at_all_is_refused(text: str) -> None:
    with pytest.raises(BadWitnesses):
        read(text)


def test_every_kind_of_the_design_has_an_adapter() -> None:
    assert set(KINDS) == {"file", "mail", "cosigning", "time_stamp"}
