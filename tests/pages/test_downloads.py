"""Lists taken away as files: the same rows as the page, safe in a spreadsheet, within the area, on the log."""
from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from audit.models import AuditEvent
from cases.spreadsheets import FORMS
from database import db
from tests.case_builder import LAPSED, make_case
from tests.features.test_a_wrong_suspension_is_put_right import ON
from tests.people import make_account, sign_in

pytestmark = pytest.mark.sqlite_is_enough

FORMULA_NAME = "=HYPERLINK(1)"


@pytest.fixture
def listed(app: Flask) -> Iterator[Flask]:
    """A lapsed and a certified case of this county, one of the next; li and far read them."""
    app.config["TODAY"] = ON
    with app.app_context():
        make_account("li", ["caseworker"])
        make_account("far", ["caseworker"], office="510104")
        make_case(ON, 姓名="吴桂芳", **LAPSED)
        make_case(ON, 姓名="郑文华")
        make_case(ON, office="510104", 居住地="", 姓名="隔壁人")
    yield app
    app.config.pop("TODAY", None)


def taken(app: Flask, name: str, **fields: str) -> bytes:
    answer = sign_in(app.test_client(), name).post("/cases/download", data={"format": "csv"} | fields)
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    return answer.data


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.article("SC-38")
def test_the_file_holds_the_rows_of_the_area_with_masked_numbers(listed: Flask):
    found = rows(taken(listed, "li"))
    assert [row["姓名"] for row in found] == ["吴桂芳", "郑文华"]
    assert all("********" in row["公民身份号码"] for row in found)
    assert [row["姓名"] for row in rows(taken(listed, "far"))] == ["隔壁人"]


@pytest.mark.article("SC-38")
def test_it_is_narrowed_like_the_page(listed: Flask):
    assert [row["姓名"] for row in rows(taken(listed, "li", state="suspended"))] == ["吴桂芳"]
    assert [row["姓名"] for row in rows(taken(listed, "li", elapsed_from="12"))] == ["吴桂芳"]
    assert [row["姓名"] for row in rows(taken(listed, "li", elapsed_from="5", elapsed_below="12"))] == ["郑文华"]
    assert rows(taken(listed, "li", benefit="work_injury_allowance")) == []
    page = sign_in(listed.test_client(), "li").get("/cases?due_month=2026-09").text
    assert "郑文华" in page and "吴桂芳" not in page


def test_the_download_is_an_event_with_its_digest_and_without_names(listed: Flask):
    content = taken(listed, "li", text="吴桂芳")
    with listed.app_context():
        row = db.session.scalars(select(AuditEvent).where(AuditEvent.type == "Exported")).one()
        data = json.loads(row.canonical)["data"]
    assert data["kind"] == "cases" and data["rows"] == 1
    assert data["digest"] == hashlib.sha256(content).hexdigest()
    assert "吴桂芳" not in row.canonical.decode()


def test_a_workbook_opens_and_holds_dates(listed: Flask):
    sheet = load_workbook(io.BytesIO(taken(listed, "li", format="xlsx"))).active
    heads = [cell.value for cell in sheet[1]]
    assert sheet.max_row == 3 and sheet.cell(2, heads.index("认证截止日期") + 1).is_date


@pytest.mark.parametrize("form", FORMS)
def test_no_cell_is_taken_for_a_formula(form: str):
    made = io.BytesIO()
    assert FORMS[form][0](["名"], [[FORMULA_NAME], ["＝1+1"], ["@x"]], made) == 3
    if form == "csv":
        read = [line[0] for line in csv.reader(io.StringIO(made.getvalue().decode("utf-8-sig")))][1:]
    else:
        cells = [row[0] for row in load_workbook(made).active.iter_rows(min_row=2)]
        assert all(cell.data_type == "s" for cell in cells)
        read = [cell.value for cell in cells]
    assert all(value.startswith("'") for value in read)


def test_an_unknown_form_or_a_get_takes_nothing(listed: Flask):
    client = sign_in(listed.test_client(), "li")
    assert client.post("/cases/download", data={"format": "pdf"}).status_code == 400
    assert client.get("/cases/download").status_code == 404
    with listed.app_context():
        assert db.session.scalars(select(AuditEvent).where(AuditEvent.type == "Exported")).all() == []
