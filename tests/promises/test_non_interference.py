"""A1: remove all data outside a person's area, and every answer to that person is the same, byte for byte."""
from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from audit.verify import PdfFiles
from cases.ledgers.table import LEDGERS
from cases.models import Case
from database import db
from staff.roles import ROLES
from tests.audit.exporting import forget_the_log
from tests.engines import Copies, chosen, sparing
from tests.people import sign_in
from tests.promises.county import ON
from tests.promises.every_page import UNKNOWN, addresses, get_rules, ids_below, outside_of
from tests.promises.two_counties import HERE, PATHS, THERE, furnish, take_away_there

# what is random or of the moment in every answer, whatever is on record
OF_THE_MOMENT = (
    (rb"nonce-[\w-]{22}", b"nonce"),  # the answer's own nonce, in its policy
    (rb'nonce="[\w-]{22}"', b"nonce"),  # and in the elements that it lets pass
    (rb'Nonce": "[\w-]{22}"', b"nonce"),  # the same, for scripts that htmx would insert
    (rb"I[\w-]{55}\.[\w-]{6}\.[\w-]{27}", b"form"),  # the token of a form: the session's secret and the second
    ('(<td data-label="最近使用">)[^<]+'.encode(), rb"\1"),  # when one's own session was last seen
    (rb'"made_at": "[^"]+"', b"made_at"),  # the moment of an export, in its manifest
)
LISTS = (("/cases/download", {}), ("/matching/lists/download", {}), ("/nearing-age/download", {"month": "2026-05"}),
         *((f"/ledgers/{name}/download", {}) for name in LEDGERS))
MOMENT = ("Date", "Expires")  # headers that tell the second, of downloads
READERS = (*ROLES, "nobody")
ON_BOTH = ("inspector",)  # whoever has the most pages; areas are conditions of the same text for all
OF_A_KIND = 4  # on PostgreSQL so many cases, decisions and so on of each kind are looked at, on SQLite all
Answer = tuple[int, list[tuple[str, str]], bytes]
Walk = dict[str, Answer]


@dataclass
class City:
    """The database of both counties, and the same without THERE; `clients`: one signed in for each role of HERE."""

    app: Flask
    copies: Copies
    clients: dict[str, FlaskClient]
    ids: dict[str, dict[str, list[str]]]
    there: dict[str, list[str]]
    outside: dict[str, str]
    id_numbers: list[str]

    def be(self, name: str) -> None:
        let_go(self.app)
        self.copies.restore(name)
        with self.app.app_context():
            forget_the_log()


def let_go(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def city(shared_app: Flask, copies: Copies) -> Iterator[City]:
    app = shared_app
    copies.reset()
    app.config["TODAY"] = ON
    furnish(app)
    clients = {role: sign_in(app.test_client(), f"every.{role}") for role in ROLES} | {"nobody": app.test_client()}
    for client in clients.values():
        client.get("/sign-in")  # from now on it has the secret of its forms
    with app.app_context():
        ids = {role: some(ids_below(PATHS[HERE], f"every.{role}")) for role in ROLES}
        there, outside = some(ids_below(PATHS[THERE], "every.caseworker")), outside_of(f"li.{THERE}", PATHS[THERE])
        numbers = [case.pensioner.id_number for case in db.session.scalars(select(Case).order_by(Case.id))]
    made = City(app, copies, clients, ids | {"nobody": ids["caseworker"]}, there, outside, numbers)
    let_go(app)
    copies.keep("whole")
    assert take_away_there(app) > 100
    let_go(app)
    copies.keep("here")
    yield made
    app.config.pop("TODAY")
    let_go(app)


def some(ids: dict[str, list[str]]) -> dict[str, list[str]]:
    return ids if chosen() == "sqlite" else {word: values[:OF_A_KIND] for word, values in ids.items()}


def answer_of(answer: TestResponse) -> Answer:
    """Status, headers and body, without what is of the moment."""
    return (answer.status_code, [(name, _still(value.encode()).decode()) for name, value in answer.headers
                                 if name not in MOMENT], _still(answer.data))


def _still(text: bytes) -> bytes:
    for pattern, name in OF_THE_MOMENT:
        text = re.sub(pattern, name, text)
    return text


def looked_at(city: City, reader: str) -> Walk:
    """Every address that can be looked at, the log first: looking writes to it."""
    rules = sorted(get_rules(city.app), key=lambda rule: not rule.endpoint.startswith("audit."))
    client = city.clients[reader]
    return {address: answer_of(client.get(address)) for rule in rules
            for address in addresses(rule, city.ids[reader], **city.outside)}


def asked_for(city: City, reader: str) -> Walk:
    """What is a POST because it leaves an event: searches by ID number, values whole, dossiers, downloads, exports."""
    client, ids = city.clients[reader], city.ids[reader]
    posts = [("/audit/export", {"since": "2026-01-01", "until": "2026-12-31"}, "")]
    posts += [("/cases", {"id_number": number}, str(at)) for at, number in enumerate(city.id_numbers)]
    posts += [(f"/cases/{one}/unmask", {"field": "id_number", "purpose": "identity_check"}, "") for one in ids["cases"]]
    posts += [(f"/cases/{one}/dossier", {"lang": "zh"}, "") for one in ids["cases"][:1]]
    posts += [(f"/imports/{one}/quarantine", {}, "") for one in ids["imports"]]
    posts += [(f"/feeds/{one}/quarantine", {}, "") for one in ids["feeds"]]
    posts += [(path, {"format": "csv"} | data, "") for path, data in LISTS]
    return {path + name: unpacked(answer_of(client.post(path, data=data))) for path, data, name in posts}


LOG_PROOFS = ("checkpoint", "receipt.json", "manifest.json", "entries.jsonl", "proofs.jsonl", "heads.jsonl",
              "consistency.jsonl", "README.zh.md", "README.en.md", "events.xlsx")  # say where in the log
PLACED_ROW, PLACED_LINE = re.compile(rb"(?m)^\d+,"), re.compile(rb'"index":\d+')  # of events.csv, events.jsonl


def unpacked(answer: Answer) -> Answer:
    """An archive is compared by its files: it keeps the second each was packed in. Of an export of the log, without
    its proofs and the places of its events; of a dossier, what is printed: proofs are of the whole log (the listed
    exception log_proofs)."""
    status, headers, body = answer
    if body.startswith(b"%PDF"):
        kept = [header for header in headers if header[0] != "Content-Length"]
        return status, kept, PdfFiles(body).files["dossier.json"]
    if not body.startswith(b"PK"):
        return answer
    packed = zipfile.ZipFile(io.BytesIO(body))
    kept = [header for header in headers if header[0] not in ("Content-Length", "ETag")]
    files = [name for name in packed.namelist() if name.rpartition("/")[2] not in LOG_PROOFS and "/log/" not in name]
    return status, kept, b"\n".join(name.encode() + b"\n" + _placeless(packed.read(name)) for name in files)


def _placeless(text: bytes) -> bytes:
    return _still(PLACED_ROW.sub(b"", PLACED_LINE.sub(b"", text)))


def assert_same(whole: Walk, here: Walk) -> None:
    assert whole.keys() == here.keys()
    assert {path: _difference(whole[path], here[path]) for path in whole if whole[path] != here[path]} == {}


def _difference(one: Answer, other: Answer) -> object:
    """Where two answers part, for the reader of a failure."""
    if one[:2] != other[:2]:
        return (one[0], other[0]), [(a, b) for a, b in zip(one[1], other[1], strict=False) if a != b]
    at = next((n for n, (a, b) in enumerate(zip(one[2], other[2], strict=False)) if a != b), -1)
    return one[2][max(at - 80, 0):at + 80], other[2][max(at - 80, 0):at + 80]


@pytest.mark.parametrize("reader", sparing(READERS, ON_BOTH))
def test_with_all_data_outside_the_area_removed_every_page_answers_the_same(city: City, reader: str) -> None:
    city.be("whole")
    whole = looked_at(city, reader)
    city.be("here")
    assert_same(whole, looked_at(city, reader))
    assert sum(status == 200 for status, _headers, _body in whole.values()) > 1


@pytest.mark.parametrize("reader", sparing(ROLES, ON_BOTH))
def test_with_all_data_outside_the_area_removed_every_download_and_search_answers_the_same(
        city: City, reader: str) -> None:
    city.be("whole")
    whole = asked_for(city, reader)
    city.be("here")
    assert_same(whole, asked_for(city, reader))


NAMES = ("new", "ledgers")  # before words of our own tables, not ids


@pytest.mark.parametrize("reader", sparing(READERS, ON_BOTH))
def test_what_lies_outside_the_area_answers_like_what_does_not_exist(city: City, reader: str) -> None:
    city.be("whole")
    client = city.clients[reader]
    unlike = {}
    for rule in get_rules(city.app):
        for word in {"certify"} ^ set(city.there):
            if f"/{word}/<" not in rule.rule or word in NAMES:
                continue
            here = {name: values[:1] for name, values in city.ids[reader].items()}
            (unknown,) = list(addresses(rule, here | {word: [UNKNOWN]}))[:1]
            for address in addresses(rule, here | {word: city.there[word]}):
                one, other = client.get(address), client.get(unknown)
                if _nameless(one) != _nameless(other):
                    unlike[address] = (_nameless(one), _nameless(other))
    assert unlike == {}


def _nameless(answer: TestResponse) -> Answer:
    """Without the id that was asked for, where the answer repeats it."""
    status, headers, body = answer_of(answer)
    asked = re.compile("|".join(map(re.escape, answer.request.path.split("/")[2:])).encode() or b"$^")
    return status, [(name, asked.sub(b"ID", value.encode()).decode()) for name, value in headers
                    if name != "Content-Length"], asked.sub(b"ID", body)


def test_a_route_whose_placeholder_nobody_can_fill_is_named(city: City) -> None:
    from werkzeug.routing import Rule

    from tests.promises.every_page import UnfilledRoute

    with pytest.raises(UnfilledRoute, match="bribes"):
        list(addresses(Rule("/bribes/<public_id>", endpoint="bribes.one"), city.ids["caseworker"]))


