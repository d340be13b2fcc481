"""What is measured: lists, searches, pages, decisions, the sweep and dossiers, each beside its lower bound."""
from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

from flask import Flask
from sqlalchemy import insert, select
from weasyprint import HTML

from audit.models import AuditTx
from bench import areas
from bench.city import ON, ORIGINAL, name_of
from bench.clock import Times, timed
from bench.imports import id_number
from cases import pdf, review, worklists
from cases.decisions import Proposal, open_decision, submit
from cases.dossier import STYLES, data_json, dossier, dossier_html
from cases.dossier_content import content
from cases.evidence import add_evidence
from cases.letters import font_folder
from cases.models import Case, Decision
from cases.search import Wanted, cases_of, person_with
from cases.sweep import sweep
from database import db, transaction
from database.types import public_id
from staff.actor import Actor
from tests.case_builder import paper
from tests.people import actor, sign_in

Line = tuple[Times, Times | None]
SIGNERS = (("initial_review", "li"), ("recheck", "wang"), ("approve", "zhao"))
COMMITS_OF_A_DECISION = 6  # evidence, open, submit, three signatures
QUERIES, PAGES, DECISIONS, DOSSIERS = 200, 150, 20, 6


def fresh(act: Callable[[int], object]) -> Callable[[int], object]:
    """As at the start of a request: nothing in the session, no transaction open."""
    def _act(value: int) -> object:
        db.session.remove()
        return act(value)
    return _act


def serials(cases: int, times: int) -> list[int]:
    return random.Random(1).choices(range(cases), k=times + 1)


def queries(cases: int) -> Iterator[Line]:
    """In-process, without HTTP: what the database and SQLAlchemy cost."""
    some, li = serials(cases, QUERIES), actor("li")
    numbers = dict(db.session.execute(select(Case.id, Case.case_no).where(Case.id.in_([n + 1 for n in some]))).all())
    table = Case.__table__
    bound = timed("primary-key fetch", fresh(lambda n: db.session.execute(
        select(table).where(table.c.id == n + 1)).one()), some)
    yield bound, None
    acts: dict[str, Callable[[int], object]] = {
        "my work: a page": lambda n: worklists.page("signable", li, ON),
        "my work: the counts": lambda n: worklists.counts(li),
        "search: whole name": lambda n: cases_of(Wanted(text=name_of(n)), li),
        "search: surname only": lambda n: cases_of(Wanted(text=name_of(n)[0]), li),
        "search: two characters": lambda n: cases_of(Wanted(text=name_of(n)[1:]), li),
        "no search: the first page": lambda n: cases_of(Wanted(), li),
        "search: ID number": lambda n: cases_of(Wanted(person=person_with(id_number(n % ORIGINAL), li) or "none"), li),
        "search: case number": lambda n: cases_of(Wanted(text=numbers[n + 1]), li),
    }
    for name, act in acts.items():
        yield timed(name, fresh(act), some), bound
    for name, whole in areas.of_the_whole_city(li).items():
        yield timed(name, fresh(whole), range(areas.TIMES + 1)), bound


def pages(app: Flask, cases: int) -> Iterator[Line]:
    """Through Flask's test client, signed in, templates and all. Called outside an application context."""
    empty = Flask("empty")
    empty.add_url_rule("/", view_func=lambda: "")
    visitor = empty.test_client()
    bound = timed("Flask no-op", lambda n: visitor.get("/"), range(PAGES + 1))
    yield bound, None
    with app.app_context():
        mine = select(Case.public_id).where(Case.id.in_(serials(cases, PAGES)),
                                            Case.office_path == actor("li").office_path)
        keys = list(db.session.scalars(mine))
        db.session.remove()
    client = sign_in(app.test_client(), "li")
    yield timed("page of a case", lambda key: _get(client, f"/cases/{key}"), keys), bound
    yield timed("page of my work", lambda n: _get(client, "/work"), range(PAGES // 4)), bound


def _get(client: object, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)


def decisions() -> Iterator[Line]:
    """A resumption from the first paper to the last signature: six commits, one after another."""
    bound = timed("bare insert, one commit", fresh(_bare_insert), range(QUERIES))
    yield bound, None
    waiting = select(Decision.case_id)
    free = select(Case.id).where(Case.state == "suspended", Case.office_path == actor("li").office_path,
                                 Case.id.not_in(waiting)).order_by(Case.id).limit(DECISIONS + 1)
    cases = list(db.session.scalars(free))
    people = who_decide()
    six = Times("6 bare inserts", tuple(one * COMMITS_OF_A_DECISION for one in bound.seconds),
                tuple(one * COMMITS_OF_A_DECISION for one in bound.busy))
    yield timed("decision, paper to execution", fresh(lambda case: decide(case, people)), cases), six


def _bare_insert(_number: int) -> None:
    with transaction() as session:
        session.execute(insert(AuditTx), [{"uid": public_id(), "command": "bench", "actor": "SYSTEM", "on": ON}])


def who_decide() -> dict[str, Actor]:
    """As their sessions know them; each transaction reads and locks their rights again (P4)."""
    return {name: actor(name) for name in dict.fromkeys(who for _, who in SIGNERS)}


def decide(case_id: int, people: dict[str, Actor]) -> None:
    li = people["li"]
    proof = add_evidence(case_id, paper("home_visit_record", ON), actor=li, on=ON).id
    made = open_decision(case_id, Proposal("resume", "lapsed", evidence=(proof,)), actor=li, on=ON).id
    submit(made, actor=li, on=ON)
    for action, who in SIGNERS:
        review.sign(made, action, opinion="同意", actor=people[who], on=ON)


def sweeping() -> Iterator[Line]:
    """The whole sweep; its time shared among the cases that its steps judged, each under its lock."""
    bound = timed("bare insert in a 50th", fresh(_fifty_inserts), range(20))
    judged: dict[str, int] = {}
    start = time.perf_counter()
    counts = sweep(ON, today=ON, progress=lambda name, _done, total: judged.update({name: total}))
    total = sum(judged.values())
    each = (time.perf_counter() - start) / max(1, total)
    yield (Times(f"sweep, each of {total:,} judged", (each,) * max(1, total)),
           Times(bound.name, tuple(one / 50 for one in bound.seconds)))
    print(f"    judged {judged}, done {dict(counts)}")


def _fifty_inserts(_number: int) -> None:
    with transaction() as session:
        for _ in range(50):
            session.execute(insert(AuditTx), [{"uid": public_id(), "command": "bench", "actor": "SYSTEM", "on": ON}])


def dossiers() -> Iterator[Line]:
    """Of cases just decided; the bare one prints the same HTML with the same styles, untagged, nothing attached."""
    executed = select(Case).join(Decision, Decision.case_id == Case.id).where(Decision.stage == "executed")
    cases = list(db.session.scalars(executed.order_by(Case.id).limit(DOSSIERS + 1)))
    documents = [(data, dossier_html(data)) for data in (content(case) for case in cases)]
    fonts = font_folder()
    printer = pdf._printer(fonts)
    styles = [printer.font_css, *(pdf._style(fonts, name) for name in STYLES)]

    def bare(pair: tuple, **more: object) -> None:
        HTML(string=pair[1], url_fetcher=printer.fetcher).write_pdf(
            stylesheets=styles, font_config=printer.configuration, **more)

    bound = timed("bare WeasyPrint", bare, documents)
    yield bound, None
    archive = {"pdf_variant": "pdf/a-3a", "pdf_tags": True}
    yield timed("the same, tagged PDF/A", lambda one: bare(one, **archive), documents), bound
    yield timed("dossier: what it says", lambda case: data_json(content(case)), cases), bound
    yield timed("dossier", dossier, cases), bound
