"""An insured person nears the age: told three months ahead, reviewed, applied; closed when the case is entered."""
from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audit.models import AuditEvent
from cases.channels import Accepted, NotNow, Undeliverable
from cases.imports.proposing import propose
from cases.imports.releasing import release
from cases.models import Case, NearingAge
from cases.nearing_age import register
from cases.nearing_age.telling import tell
from cases.sending import DeliveryRunning, alone
from cases.sweep import FutureSweep
from database import db, transaction
from database.types import blind_index
from invariants import breaches
from staff.offices import office_by_code
from staff.relatives import declare
from tests.case_builder import make_case
from tests.law import amend, draft, in_force
from tests.people import account, actor, make_account, sign_in, valid_id_number
from tests.places import JIANGSU, furnish
from tests.replay.damaging import each_is_named
from workflows.transition import TransitionRefused

pytestmark = pytest.mark.sqlite_is_enough

ON = date(2026, 3, 15)
NOON = 12
OFFICE = "320102"
BORN = date(1966, 6, 30)  # sixty on 30 June 2026: three months before is 30 March


@pytest.fixture
def jiangsu(app: Flask) -> Iterator[Flask]:
    app.config["TODAY"] = ON
    with app.app_context():
        furnish(JIANGSU)
        for name, role in (("li", "caseworker"), ("wang", "reviewer")):
            make_account(name, [role], office=OFFICE)
        make_account("city", ["reviewer"], office="3201")
        make_account("far", ["caseworker"], office="320102001")
    yield app
    app.config.pop("TODAY", None)


@pytest.fixture
def office(jiangsu: Flask) -> Iterator[Flask]:
    """The same with a context open."""
    with jiangsu.app_context():
        yield jiangsu


def listed(folder: Path, *rows: tuple[str, str, str, str], on: date = ON, name: str = "list") -> None:
    """(name, number, phone, address), proposed by li and released by wang."""
    path = folder / f"{name}.csv"
    lines = [",".join((who, number, "城乡居民", phone, address, "180")) for who, number, phone, address in rows]
    path.write_text("姓名,身份证号,险种,联系电话,居住地址,缴费月数\n" + "\n".join(lines) + "\n", encoding="utf-8")
    batch = propose(path, office_by_code(OFFICE), actor("li"), on, kind="nearing_age")
    release(batch, actor("wang"), on)


def one(folder: Path, born: date = BORN, phone: str = "13800138000", address: str = "梅园新村 3 号") -> NearingAge:
    number = valid_id_number(born=born)
    listed(folder, ("沈玉珍", number, phone, address), name=number)
    return entry(number)


def entry(number: str) -> NearingAge:
    return db.session.scalars(select(NearingAge).where(NearingAge.person_index == blind_index(number))).one()


class Outbox:
    def __init__(self, refuses: Exception | None = None) -> None:
        self.sent: list[EmailMessage] = []
        self.refuses = refuses

    def __call__(self, message: EmailMessage) -> Accepted:
        if self.refuses:
            raise self.refuses
        self.sent.append(message)
        return Accepted("taken")


def told(on: date, outbox: Outbox | None = None, hour: int = NOON) -> dict[str, int]:
    return {name: n for name, n in tell(on, today=on, hour=hour, send=outbox or Outbox()).items() if n}


def types(prefix: str = "NearingAge") -> list[str]:
    rows = db.session.scalars(select(AuditEvent.type).order_by(AuditEvent.id))
    return [name for name in rows if name.startswith(prefix)]


@pytest.mark.article("JS-6.4")
def test_three_months_before_sixty_a_person_is_told_once(office: Flask, tmp_path: Path) -> None:
    row, outbox = one(tmp_path), Outbox()
    assert (row.reaches_on, row.status) == (date(2026, 6, 30), "none")
    assert told(date(2026, 3, 29), outbox) == {} and outbox.sent == []
    assert told(date(2026, 3, 30), outbox) == {"told": 1}
    assert told(date(2026, 3, 31), outbox) == {}
    message, = outbox.sent
    assert (message["X-Notice-Channel"], message["X-Notice-Address"]) == ("sms", "13800138000")
    text = message.get_content()
    assert "2026年6月30日" in text and "60 周岁" in text and row.id_number not in text
    assert row.told_on == date(2026, 3, 30) and types() == ["NearingAgeLoaded", "NearingAgeTold"]
    assert breaches() == []


@pytest.mark.article("JS-6.4")
def test_whoever_has_no_phone_gets_a_letter_and_whoever_has_neither_is_told_by_a_person(
        office: Flask, tmp_path: Path) -> None:
    letter, nobody, outbox = one(tmp_path, phone=""), one(tmp_path, phone="", address=""), Outbox()
    assert told(date(2026, 4, 1), outbox) == {"told": 1, "failed": 1}
    assert outbox.sent[0]["X-Notice-Channel"] == "letter"
    assert (letter.status, nobody.status, nobody.told_on) == ("accepted", "failed", None)
    register.note(nobody.id, "told_by_hand", "上门告知本人", actor=actor("li"), on=date(2026, 4, 2))
    assert (nobody.told_on, nobody.status) == (date(2026, 4, 2), "by_hand")


def test_while_another_process_sends_nobody_is_told_a_second_time(office: Flask, tmp_path: Path) -> None:
    row, outbox = one(tmp_path), Outbox()
    with alone(), pytest.raises(DeliveryRunning):
        told(date(2026, 4, 1), outbox)
    assert (outbox.sent, row.status) == ([], "none")


@pytest.mark.parametrize("hour", [3, 23])
def test_in_the_quiet_hours_a_short_message_waits_for_the_day(office: Flask, tmp_path: Path, hour: int) -> None:
    row, day, outbox = one(tmp_path), date(2026, 4, 1), Outbox()
    assert told(day, outbox, hour=hour) == {"waiting": 1}
    assert (outbox.sent, row.status, row.told_on) == ([], "none", None)
    assert told(day, outbox, hour=NOON) == {"told": 1}


def test_what_a_channel_refuses_or_leaves_unknown_is_seen(office: Flask, tmp_path: Path) -> None:
    row, day = one(tmp_path), date(2026, 4, 1)
    assert told(day, Outbox(NotNow("later"))) == {"waiting": 1} and row.status == "none"
    assert told(day, Outbox(Undeliverable("no such number"))) == {"failed": 1}
    other = one(tmp_path)
    assert told(day, Outbox(OSError("line broke"))) == {"held": 1} and other.status == "held"
    third = one(tmp_path)
    with transaction():
        third.status = "sending"  # killed in between
    assert told(day) == {"held": 1} and third.status == "held"
    with pytest.raises(FutureSweep):
        tell(date(2026, 4, 2), today=day, hour=NOON, send=Outbox())


@pytest.mark.article("JS-6.4", "JS-7.3")
def test_age_and_months_ahead_are_rules_of_the_place(office: Flask, tmp_path: Path) -> None:
    row = one(tmp_path)
    draft(tmp_path / "law")
    amend(tmp_path / "law", "jiangsu", "benefit_age_notice_months", {"value": 4, "since": "2022-12-12"})
    with in_force(tmp_path / "law"):
        assert told(date(2026, 2, 28)) == {"told": 1}  # four months before 30 June: 28 February
    draft(tmp_path / "older")
    amend(tmp_path / "older", "jiangsu", "benefit_age", {"value": 63, "since": "2022-12-12"})
    with in_force(tmp_path / "older"):
        assert told(date(2026, 3, 1)) == {"moved": 1}
    assert row.reaches_on == date(2029, 6, 30) and "NearingAgeMoved" in types()


@pytest.mark.article("JS-7.3")
def test_the_month_shows_who_was_told_reviewed_and_applied(office: Flask, tmp_path: Path) -> None:
    rows = [one(tmp_path) for _ in range(4)]
    one(tmp_path, date(1966, 7, 1))
    told(date(2026, 3, 30))
    register.note(rows[1].id, "review_eligible", "缴费满十五年", actor=actor("li"), on=date(2026, 4, 1))
    register.note(rows[2].id, "applied", "窗口申请", actor=actor("li"), on=date(2026, 4, 2))
    june, july = register.months(actor("city"), date(2026, 4, 2))
    assert june.month == "2026-06" and july.stages["untold"] == 1
    assert june.stages == {"untold": 0, "told": 2, "reviewed": 1, "applied": 1, "entered": 0}
    assert [register.stage_of(row) for row in rows[:3]] == ["told", "reviewed", "applied"]
    assert {row.id for row in register.page(actor("li"), "2026-06", "told")[0]} == {rows[0].id, rows[3].id}
    each_is_named("near the age")


@pytest.mark.article("JS-7.3")
def test_the_case_of_the_person_closes_the_entry(office: Flask, tmp_path: Path) -> None:
    row, number = one(tmp_path), ""
    number = row.id_number
    case: Case = make_case(date(2026, 7, 1), office=OFFICE, 身份证号=number, 险种="城乡居民", 居住地="",
                           待遇开始年月="2026-07", 最近认证日期="")
    assert (row.case_id, row.closed_on) == (case.id, date(2026, 7, 1)) and types()[-1] == "NearingAgeEntered"
    with pytest.raises(TransitionRefused) as refused:
        register.note(row.id, "applied", "x", actor=actor("li"), on=ON)
    assert refused.value.codes == ("ENTRY_CLOSED",)
    assert told(date(2026, 7, 2)) == {}


def test_a_later_list_brings_an_entry_up_to_date(office: Flask, tmp_path: Path) -> None:
    number = valid_id_number(born=BORN)
    listed(tmp_path, ("沈玉珍", number, "", ""))
    listed(tmp_path, ("沈玉珍", number, "13900139000", ""), name="later")
    assert entry(number).phone == "13900139000"
    assert [json.loads(row.canonical)["data"]["rows"] for row in db.session.scalars(
        select(AuditEvent).where(AuditEvent.type == "NearingAgeLoaded").order_by(AuditEvent.id))] == [1, 1]


def test_who_may_record(office: Flask, tmp_path: Path) -> None:
    row = one(tmp_path)
    make_account("kin", ["caseworker"], office=OFFICE)
    make_account("self", ["caseworker"], office=OFFICE, id_number=row.id_number)

    def refused(name: str, act: str = "applied", words: str = "窗口申请") -> tuple[str, ...]:
        with pytest.raises(TransitionRefused) as caught:
            register.note(row.id, act, words, actor=actor(name), on=ON)
        return caught.value.codes

    declare(actor("kin"), row.id_number, "child", ON)
    assert refused("wang") == ("OUT_OF_AREA",) and refused("self") == ("OWN_CASE",)
    assert refused("kin") == ("RELATIVE",) and refused("li", words=" ") == ("NOTE_MISSING",)
    assert refused("li", "entered") == ("ACT_UNKNOWN",)
    assert row.applied_on is None and account("li")


@pytest.mark.article("JS-7.3")
def test_pages_and_file_show_it_within_the_area(jiangsu: Flask, tmp_path: Path) -> None:
    with jiangsu.app_context():
        row = one(tmp_path)
        address, number = f"/nearing-age/{row.public_id}", row.id_number
    li, far = (sign_in(jiangsu.test_client(), name) for name in ("li", "far"))
    page = li.get("/nearing-age?month=2026-06").text
    assert "沈玉珍" in page and number not in page and "2026年6月" in page
    assert "13800138000" not in li.get(address).text
    assert li.post(address, data={"act": "review_eligible", "note": "缴费满十五年"}).status_code == 302
    assert "符合领取条件" in li.get(address).text
    assert li.post(address, data={"act": "applied", "note": ""}).status_code == 400
    file = li.post("/nearing-age/download", data={"format": "csv", "month": "2026-06"})
    assert "沈玉珍" in file.get_data(as_text=True) and number not in file.get_data(as_text=True)
    assert "沈玉珍" not in far.get("/nearing-age?month=2026-06").text
    assert far.get(address).status_code == 404 and li.get("/nearing-age?month=2026-13").status_code == 404
