"""P4, A2: a command uses the rights of the moment it writes, read under locks, never those of the page before it."""
from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from audit.models import AuditEvent
from cases import claims, contacts, pages, review, withdrawals
from cases.certifications import certify_in_person
from cases.death_reports import Reported, report
from cases.decisions import Proposal, edit, open_decision, submit
from cases.delivery import release as release_notice
from cases.dossier import issue
from cases.evidence import Received, add_evidence
from cases.imports import batches
from cases.imports.proposing import open_batch, stage
from cases.imports.releasing import release as release_import
from cases.models import Case, ImportBatch, Notice
from cases.objections import Lodged, lodge
from cases.window import look_up
from database import db
from staff import grants, relatives
from staff.access import AccessDenied
from staff.actor import Actor
from staff.models import RoleGrant, StaffAccount
from staff.offices import office_by_code
from tests.case_builder import GIVEN, paper, pensioner_id_number, photo
from tests.people import ON as GRANTED_ON
from tests.people import account, actor, make_account, valid_id_number
from tests.promises.county import ON, County
from workflows.transition import TransitionRefused

Command = Callable[[County, Actor], object]
HERE = Path(__file__).resolve().parents[2]
WRITERS = ("with attempt(", "with transaction(")
# Functions that write with an actor and do not lock it, and why they need not.
UNLOCKED = {
    "cases/refused.py attempt": "the frame of every command: what runs inside it locks",
    "cases/pages.py note_view": "looking writes nothing but that it was looked at",
    "cases/delivery.py hold": "the operator's command after a restore, in the system's name",
    "audit/erasure.py erase_due": "asks its caller's `check` inside each transaction",
    "audit/exports/making.py export": "asks its caller's `check` inside the transaction",
    "staff/denials.py record_denial": "writes that somebody was refused",
    "staff/offices.py load_offices": "the operator's command that fills an empty database",
}


def _listed(folder: Path) -> Path:
    row = GIVEN | {"身份证号": pensioner_id_number(), "开户名": "周秀英"}
    path = folder / "list.csv"
    path.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
    return path


def _case(county: County) -> Case:
    return db.session.get_one(Case, county.case_key)


COMMANDS: dict[str, tuple[str, str, Command]] = {  # name -> (stage the decision has reached, who acts, the command)
    "open": ("", "li", lambda c, a: open_decision(c.case_key, Proposal("resume", "lapsed"), actor=a, on=ON)),
    "submit": ("draft", "li", lambda c, a: submit(c.key, actor=a, on=ON)),
    "edit": ("initial_review", "li", lambda c, a: edit(c.key, fields={"reasons": "补充"}, actor=a, on=ON)),
    "withdraw": ("initial_review", "li", lambda c, a: withdrawals.withdraw(c.key, actor=a, on=ON)),
    "initial_review": ("initial_review", "li", lambda c, a: review.sign(c.key, "initial_review", actor=a, on=ON)),
    "recheck": ("recheck", "wang", lambda c, a: review.sign(c.key, "recheck", actor=a, on=ON)),
    "approve": ("approval", "zhao", lambda c, a: review.sign(c.key, "approve", actor=a, on=ON)),
    "return": ("recheck", "wang", lambda c, a: review.return_(c.key, opinion="材料不清", actor=a, on=ON)),
    "reject": ("recheck", "wang", lambda c, a: review.reject(c.key, opinion="不符", actor=a, on=ON)),
    "claim": ("recheck", "wang", lambda c, a: claims.claim(c.key, actor=a, on=ON)),
    "add_evidence": ("", "li", lambda c, a: add_evidence(c.case_key, _paper(), actor=a, on=ON)),
    "certify": ("", "li", lambda c, a: certify_in_person(c.case_key, _paper("window_visit_record"), _paper(),
                                                         actor=a, on=ON)),
    "change_contact": ("", "li", lambda c, a: contacts.change_contact(c.case_key, phone="13900139000", address=None,
                                                                      actor=a, on=ON)),
    "report_death": ("", "li", lambda c, a: report(c.case_key, Reported(
        "family_report", ON, "image/jpeg", photo(), note="家属的话"), actor=a, on=ON)),
    "object": ("", "li", lambda c, a: lodge(c.case_key, Lodged("to_suspension", "self", "健在"), actor=a, on=ON)),
    "look_up": ("", "li", lambda c, a: look_up(valid_id_number(), actor=a, on=ON)),
    "unmask": ("", "zhao", lambda c, a: pages.unmask(_case(c), "phone", "contact", actor=a, on=ON)),
    "dossier": ("", "zhao", lambda c, a: issue(_case(c), actor=a, on=ON, masked=False)),
    "declare": ("", "li", lambda c, a: relatives.declare(a, valid_id_number(), "child", ON)),
}


def _paper(kind: str = "home_visit_record") -> Received:
    return paper(kind, ON)


def prepared(county: County, stage: str) -> None:
    if stage:
        county.propose()
    if stage not in ("", "draft"):
        county.sign_to(stage)


def closed(county: County, name: str) -> None:
    county.change(lambda s: s.execute(update(StaffAccount).where(StaffAccount.username == name).values(active=False)))


def written(county: County) -> int:
    with county.app.app_context():
        return db.session.scalar(select(func.count(AuditEvent.id)))


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.article("JS-8.1")
def test_who_was_dismissed_while_the_page_was_open_does_nothing_any_more(county: County, name: str) -> None:
    stage_reached, who, command = COMMANDS[name]
    prepared(county, stage_reached)
    with county.app.app_context():
        before = actor(who)
    closed(county, who)
    events = written(county)
    with county.app.app_context(), pytest.raises(AccessDenied, match="ACCOUNT_CLOSED"):
        command(county, before)
    assert written(county) == events


@pytest.mark.parametrize("name", ("unmask", "dossier"))
@pytest.mark.article("JS-8.1")
def test_nothing_is_shown_whole_to_whom_the_post_was_taken_from_meanwhile(county: County, name: str) -> None:
    with county.app.app_context():
        before = actor("zhao")
        assert COMMANDS[name][2](county, before)
        grant = db.session.scalar(select(RoleGrant.public_id).where(RoleGrant.account_id == before.account_id))
        grants.revoke(actor("founder.security"), grant, GRANTED_ON, "离岗")
    events = written(county)
    with county.app.app_context(), pytest.raises(AccessDenied, match="NO_GRANT"):
        COMMANDS[name][2](county, before)
    assert written(county) == events


@pytest.mark.article("JS-8.1")
def test_a_held_notice_is_not_released_by_who_was_dismissed(county: County) -> None:
    with county.app.app_context():
        before = actor("li")
        lodge(county.case_key, Lodged("to_suspension", "self", "健在"), actor=before, on=ON)
    county.change(lambda s: s.execute(update(Notice).values(status="held")))
    closed(county, "li")
    with county.app.app_context():
        notice = db.session.scalars(select(Notice.public_id)).first()
        with pytest.raises(AccessDenied, match="ACCOUNT_CLOSED"):
            release_notice(notice, before, ON)
        assert set(db.session.scalars(select(Notice.status))) == {"held"}


@pytest.mark.article("JS-8.1")
def test_a_file_is_neither_staged_nor_loaded_further_for_whom_the_post_was_taken_from(
        county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "CHUNK", 1)
    with county.app.app_context():
        li, wang = actor("li"), actor("wang")
        batch = open_batch(_listed(tmp_path), office_by_code("510107"), li, ON)
        _revoke("li")
        with pytest.raises(TransitionRefused, match="NO_GRANT"):
            stage(batch, tmp_path / "list.csv", li)
        assert (_status(batch.id), batch.rows) == ("staging", 0)
        batch = stage(batch, tmp_path / "list.csv", make_account("zhou", ["caseworker"]))
        key = batch.id
        _revoke("wang")
        with pytest.raises(TransitionRefused, match="NO_GRANT"):
            release_import(batch, wang, ON)
        assert _status(key) == "proposed"


def _status(batch_id: int) -> str:
    return db.session.scalar(select(ImportBatch.status).where(ImportBatch.id == batch_id))


def _revoke(name: str) -> None:
    grant = db.session.scalar(select(RoleGrant.public_id).where(RoleGrant.account_id == account(name).id))
    grants.revoke(actor("founder.security"), grant, GRANTED_ON, "离岗")


def test_every_function_that_writes_for_somebody_locks_their_rights() -> None:
    found = {f"{path.relative_to(HERE).as_posix()} {name}" for folder in ("cases", "staff", "audit", "web")
             for path in (HERE / folder).rglob("*.py") for name in _unlocked(path)}
    assert found == set(UNLOCKED)


def _unlocked(path: Path) -> list[str]:
    functions = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                 if isinstance(node, ast.FunctionDef)]
    texts = {node.name: ast.unparse(node) for node in functions}
    locks = {"lock_actor", *(name for name, text in texts.items() if "lock_actor(" in text)}
    return [node.name for node in functions if "actor" in {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}
            and any(writer in texts[node.name] for writer in WRITERS)
            and not any(f"{name}(" in texts[node.name].partition(":\n")[2] for name in locks)]


def test_a_function_that_does_not_lock_is_found(tmp_path: Path) -> None:
    path = tmp_path / "bare.py"
    path.write_text("def bare(actor):\n    with transaction():\n        record(actor)\n", encoding="utf-8")
    assert _unlocked(path) == ["bare"]
