"""A year ends, and with it the keeping of old files: one person appraises what is due, another releases it."""
from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from audit import due_values, erasure
from audit.models import AuditEvent, AuditPersonal
from cases import erasing, erasures
from cases.models import ReviewStep
from database import db, transaction
from tests import people
from tests.documents import records
from tests.people import sign_in

ADDRESS = "/audit/retention"
KEPT, GONE = date(2076, 12, 31), date(2077, 1, 1)  # fifty years after the end of 2026


@pytest.fixture
def archive(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        people.make_founders()
        people.make_account("keeper", ["audit_administrator"], "51")
        people.make_account("visitor", ["inspector"], "51")
        people.make_account("both", ["audit_administrator", "inspector"], "51")
        people.make_account("county", ["inspector"], "510107")
        people.make_account("li", ["caseworker"], "510107")
        records.whole_story()
    app.config["TODAY"] = GONE
    yield app
    app.config.pop("TODAY")


def person(archive: Flask, name: str) -> FlaskClient:
    return sign_in(archive.test_client(), name)


def proposed(archive: Flask, by: str = "keeper") -> str:
    answer = person(archive, by).post(f"{ADDRESS}/propose")
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].rpartition("/")[2]


def opinions(archive: Flask) -> list[str | None]:
    with archive.app_context():
        return list(db.session.scalars(select(ReviewStep.opinion).order_by(ReviewStep.id)))


def found(archive: Flask) -> dict[str, int]:
    with archive.app_context():
        return erasing.found(GONE)


def told(archive: Flask, kind: str) -> list[str]:
    with archive.app_context():
        return [bytes(one).decode() for one in db.session.scalars(select(AuditEvent.canonical).filter_by(type=kind))]


def gone(archive: Flask) -> int:
    with archive.app_context():
        return db.session.query(AuditPersonal).filter(AuditPersonal.erased_at.is_not(None)).count()


def figures(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.article("QD-29")
def test_one_appraises_another_releases_and_the_page_says_what_went_and_what_stays(archive: Flask) -> None:
    keeper, visitor = person(archive, "keeper"), person(archive, "visitor")
    due = found(archive)["verification"]
    page = figures(keeper.get(ADDRESS).text)
    assert f"核查、认证与决定 50 年 {due}" in page and "社会保险业务档案管理规定" in page
    listed = keeper.get(f"{ADDRESS}/due").text
    assert "周秀英" not in listed and "已复核影像" not in listed and "武侯区" in listed
    erasure_id = proposed(archive)
    assert opinions(archive) == list(filter(None, opinions(archive)))
    answer = visitor.post(f"{ADDRESS}/{erasure_id}/release")
    assert answer.status_code == 302
    page = figures(visitor.get(answer.headers["Location"]).text)
    assert "已清除" in page and f"{due}" in page and "keeper" in page and "visitor" in page
    assert opinions(archive) == [None, None, None]
    assert "没有保管期满" in keeper.get(ADDRESS).text


def test_the_list_is_turned_page_by_page_and_narrowed_by_office_and_kind(
        archive: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due_values, "PAGE", 2)
    keeper, seen, address = person(archive, "keeper"), [], f"{ADDRESS}/due"
    while address:
        page = keeper.get(address).text
        seen += re.findall(r'data-value="([^"]+)"', page)
        further = re.search(r'href="([^"]+)" rel="next"', page)
        address = further[1].replace("&amp;", "&") if further else ""
    assert len(seen) == len(set(seen)) == found(archive)["verification"]
    narrowed = keeper.get(f"{ADDRESS}/due?type=DecisionApproved&office=510107").text
    assert re.findall(r'data-value="\d+ (\w+)"', narrowed) == ["opinion"]
    assert "data-value" not in keeper.get(f"{ADDRESS}/due?office=510104").text
    assert keeper.get(f"{ADDRESS}/due?type=NoSuch").status_code == 404
    assert keeper.get(f"{ADDRESS}/due?after=x").status_code == 400


@pytest.mark.parametrize(("who", "words"), [("both", "SAME_PERSON"), ("keeper", "NO_GRANT"), ("county", None)])
def test_nobody_gets_round_the_second_person(archive: Flask, who: str, words: str | None) -> None:
    erasure_id = proposed(archive, "both")
    client = person(archive, who)
    answer = client.post(f"{ADDRESS}/{erasure_id}/release")
    assert answer.status_code == (409 if words else 403)
    assert all(opinions(archive))
    if words:
        assert "aria-disabled" in client.get(f"{ADDRESS}/{erasure_id}").text
    refused = told(archive, "StepRefused" if words else "RequestDenied")
    assert refused and (words is None or words in refused[-1])


def test_a_second_account_of_the_same_person_is_the_same_person(archive: Flask) -> None:
    with archive.app_context():
        number = people.account("keeper").id_number
        people.make_account("keeper.second", ["inspector"], "51", id_number=number)
    answer = person(archive, "keeper.second").post(f"{ADDRESS}/{proposed(archive)}/release")
    assert answer.status_code == 409 and all(opinions(archive))


@pytest.mark.parametrize(("who", "status"), [("li", 403), ("county", 403), ("founder.system", 403), ("keeper", 200),
                                             ("visitor", 200)])
def test_only_whoever_keeps_or_inspects_the_whole_sees_it(archive: Flask, who: str, status: int) -> None:
    client, erasure_id = person(archive, who), proposed(archive)
    for address in (ADDRESS, f"{ADDRESS}/due", f"{ADDRESS}/{erasure_id}", f"{ADDRESS}/{erasure_id}/progress"):
        assert client.get(address).status_code == status
    linked = f'href="{ADDRESS}"' in client.get("/audit").text
    assert linked == (status == 200)


def test_nothing_due_is_said_and_not_proposed(archive: Flask) -> None:
    archive.config["TODAY"] = KEPT
    keeper = person(archive, "keeper")
    assert "没有保管期满的个人信息" in keeper.get(ADDRESS).text
    assert keeper.post(f"{ADDRESS}/propose").status_code == 409
    assert keeper.get(f"{ADDRESS}/AAAAAAAAAAAAAAAA").status_code == 404
    assert person(archive, "visitor").post(f"{ADDRESS}/AAAAAAAAAAAAAAAA/release").status_code == 404


def test_what_was_proposed_for_a_day_to_come_is_not_released_before_it(archive: Flask) -> None:
    erasure_id = proposed(archive)
    archive.config["TODAY"] = KEPT
    answer = person(archive, "visitor").post(f"{ADDRESS}/{erasure_id}/release")
    assert answer.status_code == 409 and all(opinions(archive))
    assert "还没有到" in answer.text


def test_a_second_proposal_of_what_is_gone_releases_nothing(archive: Flask) -> None:
    first, second, visitor = proposed(archive), proposed(archive), person(archive, "visitor")
    assert visitor.post(f"{ADDRESS}/{first}/release").status_code == 302
    assert visitor.post(f"{ADDRESS}/{second}/release").status_code == 409
    assert len(told(archive, "ErasureReleased")) == 1


def test_what_broke_off_half_way_says_so_and_is_gone_on_with(archive: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "CHUNK", 2)
    erasure_id, visitor = proposed(archive), person(archive, "visitor")
    due = sum(found(archive).values())

    def check() -> None:
        if sum(erasing.found(GONE).values()) < due:
            raise OSError("the power is gone")

    with archive.app_context():
        as_of = erasing.begin_release(erasure_id, actor=people.actor("visitor"), on=GONE)
        with pytest.raises(OSError):
            erasure.erase_due(as_of, actor=people.actor("visitor"), check=check)
    assert f"2 / {due}" in figures(visitor.get(f"{ADDRESS}/{erasure_id}/progress").text)
    monkeypatch.setattr(erasures, "STILL", -1)
    page = visitor.get(f"{ADDRESS}/{erasure_id}").text
    assert "没有完成" in page and "从中断处继续" in page
    assert visitor.post(f"{ADDRESS}/{erasure_id}/release").status_code == 302
    assert found(archive) == {} and len(told(archive, "ErasureReleased")) == 1
    assert "已清除" in figures(visitor.get(f"{ADDRESS}/{erasure_id}").text)
    assert visitor.get(f"{ADDRESS}/{erasure_id}/progress").headers["HX-Refresh"] == "true"


def test_the_page_speaks_english_too(archive: Flask) -> None:
    erasure_id, client = proposed(archive), person(archive, "visitor")
    for address in (ADDRESS, f"{ADDRESS}/due", f"{ADDRESS}/{erasure_id}"):
        page = client.get(f"{address}?lang=en", follow_redirects=True)
        assert page.status_code == 200


def test_two_who_erase_at_once_leave_one_event_of_each_value(archive: Flask) -> None:
    erasure_id = proposed(archive)
    assert person(archive, "visitor").post(f"{ADDRESS}/{erasure_id}/release").status_code == 302
    with archive.app_context():
        assert erasure.erase_due(GONE, actor=people.actor("visitor")) == 0
    assert len(told(archive, "PersonalErased")) == gone(archive)


def test_whoever_has_not_every_root_of_the_tree_erases_nothing(archive: Flask) -> None:
    with archive.app_context(), transaction():
        db.session.execute(text("INSERT INTO office (code, name, level, path, phone, address) "
                                "VALUES ('37', '山东省', 'province', '37/', '', '')"))
    assert person(archive, "keeper").get(ADDRESS).status_code == 403
