"""Through the pages: bring, look, release, download."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import func, select

from audit.models import AuditEvent
from cases.models import Case, ImportBatch
from database import db
from tests.imports.conftest import csv_file, id_number, person
from tests.people import make_account, sign_in

pytestmark = pytest.mark.sqlite_is_enough


@pytest.fixture
def people(app):
    """Made in a context that is closed again: requests must not share one."""
    with app.app_context():
        make_account("li.bring", ["caseworker"])
        make_account("wang.release", ["reviewer"])
        make_account("qian.elsewhere", ["caseworker"], "510104")


@pytest.fixture
def page_of(app, people):
    return lambda name: sign_in(app.test_client(), name)


@pytest.fixture
def li_page(page_of):
    return page_of("li.bring")


@pytest.fixture
def wang_page(page_of):
    return page_of("wang.release")


@pytest.fixture
def ask(app):
    """The answer of a query, in a context of its own."""

    def ask(query):
        with app.app_context():
            return db.session.scalar(query)

    return ask


def bring(client, path, office="510107"):
    return client.post(
        "/imports", data={"kind": "pensioners", "office": office, "file": (io.BytesIO(path.read_bytes()), path.name)}
    )


def test_a_list_is_brought_by_one_and_released_by_another(tmp_path, li_page, wang_page, ask):
    path = csv_file(tmp_path, [person(1), person(2), person(3, 身份证号="5.1E+17", 险种="=1+1")])
    answer = bring(li_page, path)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    address = answer.headers["Location"]
    page = li_page.get(address).get_data(as_text=True)
    assert "待放行" in page and "周秀英" in page and "5.1E+17" in page and id_number(1) not in page
    assert "aria-disabled" in page, "the proposer's button is greyed"
    assert li_page.post(f"{address}/release").status_code == 409
    assert ask(select(func.count(Case.id))) == 0
    assert wang_page.post(f"{address}/release").status_code == 302
    assert ask(select(ImportBatch.status)) == "released"
    assert ask(select(func.count(Case.id))) == 2
    assert "已放行" in wang_page.get(address).get_data(as_text=True)
    assert path.name in wang_page.get("/imports").get_data(as_text=True)


def test_the_quarantine_file_is_harmless_and_its_download_is_on_the_log(tmp_path, li_page, ask):
    address = bring(li_page, csv_file(tmp_path, [person(1, 险种="=1+1")])).headers["Location"]
    answer = li_page.post(f"{address}/quarantine")
    assert answer.mimetype == "text/csv" and "'=1+1" in answer.get_data(as_text=True)
    assert ask(select(func.count(AuditEvent.id)).where(AuditEvent.type == "Exported")) == 1


def test_a_file_that_cannot_be_read_is_refused_beside_its_field(tmp_path, li_page):
    path = tmp_path / "x.csv"
    path.write_text("甲,乙\n")
    answer = bring(li_page, path)
    assert answer.status_code == 409 and "没有找到表头" in answer.get_data(as_text=True)
    assert list((tmp_path.parent).glob("**/received-*")) == []


def test_outside_the_area_a_batch_does_not_exist(tmp_path, li_page, page_of):
    address = bring(li_page, csv_file(tmp_path, [person(1)])).headers["Location"]
    other = page_of("qian.elsewhere")
    assert other.get(address).status_code == other.get("/imports/none").status_code == 404
    assert other.post(f"{address}/quarantine").status_code == 404
    assert bring(other, csv_file(tmp_path, [person(1)])).status_code == 409


def test_nothing_of_an_upload_stays_in_a_folder(tmp_path, app, li_page):
    from pathlib import Path

    bring(li_page, csv_file(tmp_path, [person(1)]))
    assert list((Path(app.config["INSTANCE_DIR"]) / "imports").iterdir()) == []


def test_a_withdrawn_batch_says_so(tmp_path, li_page, wang_page):
    address = bring(li_page, csv_file(tmp_path, [person(1)])).headers["Location"]
    assert wang_page.post(f"{address}/withdraw").status_code == 403
    assert li_page.post(f"{address}/withdraw").status_code == 302
    assert "已撤回" in li_page.get(address).get_data(as_text=True)


def test_the_pages_are_english_too(tmp_path, li_page):
    address = bring(li_page, csv_file(tmp_path, [person(1, 身份证号="5.1E+17"), person(2)])).headers["Location"]
    li_page.post("/language/en", data={"next": "/"})
    for page in (address, "/imports"):
        text = li_page.get(page).get_data(as_text=True)
        main = re.sub(r"<[^>]+>", " ", text[text.index("<main") : text.index("</main>")])
        assert not re.findall(
            r"[\u4e00-\u9fff]+",
            main.replace("周秀英", "")
            .replace("名册", "")
            .replace("身份证号", "")
            .replace("武侯区社会保险中心", "")
            .replace("锦江区社会保险中心", "")
            .replace("浆洗街街道", "")
            .replace("蜀汉街社区", ""),
        ), page
